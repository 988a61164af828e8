import { invalidModel } from './invalid-model.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx-model.js';
import { ProtobufReader } from './protobuf-reader.js';
import { elementType, readTensor } from './tensor-reader.js';

/** How many of each the reader takes. They keep the memory that a hostile file asks for within that of an honest one. */
export interface ReaderLimits {
  readonly nodes: number;
  readonly constants: number;
}

/** The longest list of integers in an attribute, and of names in a node: real ones have a handful. */
const LONGEST_LIST = 256;
const MOST_ATTRIBUTES = 32;
const MOST_VALUES = 64;
const HIGHEST_RANK = 8;

/**
 * Reads an ONNX file of untrusted bytes. What it does not know it refuses, so that the runtime cannot see in the file
 * what this reader did not: fields that it does not know, fields that come twice, subgraphs, functions, sparse tensors
 * and data outside the file. Documentation, metadata and notes on the shapes of values between nodes are passed over.
 * Source: onnx/onnx.proto3.
 *
 * @returns the model; its constants' bytes are views of `bytes`.
 * @throws UserError MODEL_INVALID that says what was found.
 */
export function readOnnx(bytes: Uint8Array, limits: ReaderLimits): OnnxModel {
  const model = new ProtobufReader(bytes, 'model');
  let graph: Omit<OnnxModel, 'opset'> | null = null;
  let opset: number | null = null;
  while (model.next()) {
    switch (model.field) {
      case 7:
        graph = readGraph(model.once().message('graph'), limits);
        break;
      case 8:
        opset = readOpset(model.message('operator set'), opset);
        break;
      case 1: // file format version
      case 2: // producer, its version, domain, model version, documentation, metadata
      case 3:
      case 4:
      case 5:
      case 6:
      case 14:
        model.skip();
        break;
      default:
        throw model.refused('which no plain network has (training, functions or unknown)');
    }
  }
  if (graph === null) throw invalidModel('it holds no graph');
  if (opset === null) throw invalidModel("it does not say which of ONNX's operator sets it uses");
  return { opset, ...graph };
}

function readOpset(message: ProtobufReader, known: number | null): number | null {
  let domain = '';
  let version = 0;
  while (message.next()) {
    if (message.field === 1) domain = message.once().string();
    else if (message.field === 2) version = message.once().int();
    else throw message.refused('expected a domain and a version');
  }
  // Sets of other domains may be listed: a node that is of one is refused where nodes are checked.
  if (domain !== '' && domain !== 'ai.onnx') return known;
  if (known !== null) throw invalidModel("it names ONNX's operator set twice");
  return version;
}

function readGraph(message: ProtobufReader, limits: ReaderLimits): Omit<OnnxModel, 'opset'> {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  while (message.next()) {
    switch (message.field) {
      case 1:
        if (nodes.length === limits.nodes) throw invalidModel(`its graph has more than ${limits.nodes} nodes`);
        nodes.push(readNode(message.message('node')));
        break;
      case 5: {
        if (constants.size === limits.constants) {
          throw invalidModel(`its graph has more than ${limits.constants} constants`);
        }
        const tensor = readTensor(message.message('constant'));
        if (constants.has(tensor.name)) throw invalidModel(`its graph has two constants "${tensor.name}"`);
        constants.set(tensor.name, tensor);
        break;
      }
      case 11:
      case 12: {
        const values = message.field === 11 ? inputs : outputs;
        if (values.length === MOST_VALUES)
          throw invalidModel(`its graph has more than ${MOST_VALUES} inputs or outputs`);
        values.push(readValue(message.message('value')));
        break;
      }
      case 2: // name, documentation, shapes of values between nodes, metadata
      case 10:
      case 13:
      case 16:
        message.skip();
        break;
      default:
        throw message.refused('which no plain graph has (sparse constants, quantization notes or unknown)');
    }
  }
  return { nodes, constants, inputs, outputs };
}

function readNode(message: ProtobufReader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let operator = '';
  let domain = '';
  while (message.next()) {
    switch (message.field) {
      case 1:
      case 2: {
        const names = message.field === 1 ? inputs : outputs;
        if (names.length === LONGEST_LIST) throw message.refused(`more than ${LONGEST_LIST} times`);
        names.push(message.string());
        break;
      }
      case 4:
        operator = message.once().string();
        break;
      case 5: {
        if (attributes.size === MOST_ATTRIBUTES) throw message.refused(`more than ${MOST_ATTRIBUTES} times`);
        const [name, value] = readAttribute(message.message('attribute'));
        if (attributes.has(name)) throw invalidModel(`a node has two attributes "${name}"`);
        attributes.set(name, value);
        break;
      }
      case 7:
        domain = message.once().string();
        break;
      case 3: // name, documentation, metadata
      case 6:
      case 9:
        message.skip();
        break;
      default:
        throw message.refused('which no plain node has');
    }
  }
  return { operator, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes };
}

function readAttribute(message: ProtobufReader): readonly [string, OnnxAttribute] {
  let name = '';
  let declared = 0;
  const ints: number[] = [];
  const floats: number[] = [];
  // By the number that the attribute's type has: each kind of value lies in a field of its own.
  const found = new Map<number, OnnxAttribute>();
  while (message.next()) {
    switch (message.field) {
      case 1:
        name = message.once().string();
        break;
      case 2:
        found.set(1, { kind: 'float', value: message.once().float() });
        break;
      case 3:
        found.set(2, { kind: 'int', value: message.once().int() });
        break;
      case 4:
        found.set(3, { kind: 'string', value: message.once().string() });
        break;
      case 5:
        found.set(4, { kind: 'tensor', value: readTensor(message.once().message('attribute tensor')) });
        break;
      case 7: {
        const bytes = message.floatBytes();
        if (floats.length + bytes.length / 4 > LONGEST_LIST) throw message.refused(`with over ${LONGEST_LIST} floats`);
        floats.push(...new Float32Array(new Uint8Array(bytes).buffer));
        found.set(6, { kind: 'floats', value: floats });
        break;
      }
      case 8:
        message.ints(ints, LONGEST_LIST);
        found.set(7, { kind: 'ints', value: ints });
        break;
      case 13:
        message.skip();
        break;
      case 20:
        declared = message.once().int();
        break;
      default:
        throw message.refused('which no plain attribute has (a subgraph, a sparse tensor, a list of these or unknown)');
    }
  }
  // A list that is empty has no field at all.
  if (found.size === 0 && declared === 6) return [name, { kind: 'floats', value: [] }];
  if (found.size === 0 && declared === 7) return [name, { kind: 'ints', value: [] }];
  // A value that is zero need not be written.
  if (found.size === 0 && declared === 1) return [name, { kind: 'float', value: 0 }];
  if (found.size === 0 && declared === 2) return [name, { kind: 'int', value: 0 }];
  if (found.size === 0 && declared === 3) return [name, { kind: 'string', value: '' }];
  const value = found.get(declared);
  if (value === undefined || found.size !== 1) {
    throw invalidModel(
      `the attribute "${name}" says it is of type ${declared} and holds ${found.size} values of types ` +
        `${[...found.keys()].join(', ')}`,
    );
  }
  return [name, value];
}

function readValue(message: ProtobufReader): OnnxValue {
  let name = '';
  let tensor: Omit<OnnxValue, 'name'> | null = null;
  while (message.next()) {
    if (message.field === 1) name = message.once().string();
    else if (message.field === 2) tensor = readValueType(message.once().message('type'));
    else if (message.field === 3 || message.field === 4) message.skip();
    else throw message.refused('expected a name and a type');
  }
  if (tensor === null) throw invalidModel(`the value "${name}" has no type`);
  return { name, ...tensor };
}

function readValueType(message: ProtobufReader): Omit<OnnxValue, 'name'> {
  let type = 0;
  let dims: (number | null)[] | null = null;
  while (message.next()) {
    if (message.field === 6) {
      message.skip();
      continue;
    }
    if (message.field !== 1) throw message.refused('expected a tensor (no sequence, map or optional)');
    const tensor = message.once().message('tensor type');
    while (tensor.next()) {
      if (tensor.field === 1) type = tensor.once().int();
      else if (tensor.field === 2) dims = readShape(tensor.once().message('shape'));
      else throw tensor.refused('expected an element type and a shape');
    }
  }
  if (dims === null) throw invalidModel('an input or output has no shape');
  return { type: elementType(type).name, dims };
}

function readShape(message: ProtobufReader): (number | null)[] {
  const dims: (number | null)[] = [];
  while (message.next()) {
    if (message.field !== 1) throw message.refused('expected sides');
    if (dims.length === HIGHEST_RANK) throw message.refused(`more than ${HIGHEST_RANK} times`);
    const side = message.message('side');
    let value: number | null = null;
    while (side.next()) {
      if (side.field === 1) value = side.once().int();
      else if (side.field === 2 || side.field === 3) side.skip();
      else throw side.refused('expected a number or a name');
    }
    dims.push(value !== null && value > 0 ? value : null);
  }
  return dims;
}
