import { invalidModel } from './invalid-model.js';
import { integersOf, type OnnxNode, type OnnxTensor } from './onnx-model.js';

/** Sides of a value; null where they depend on what the network is fed. */
export type Shape = readonly (number | null)[];

/** What a node gives. */
export interface NodeResult {
  readonly shape: Shape;
  /** Of one run; 0 for what is no convolution or matrix product. */
  readonly multiplyAccumulates: number;
}

/** One node with what is known of its inputs. */
export interface NodeAt {
  readonly node: OnnxNode;
  /** Shapes of its inputs; undefined for one that is left out. */
  readonly shapes: readonly (Shape | undefined)[];
  /** Its inputs that are constants of the graph. */
  readonly constants: readonly (OnnxTensor | undefined)[];
}

/** Wider windows and larger steps than these are no face network's, but an attempt to make the runtime reserve memory. */
export const LARGEST_WINDOW = 64;

/** Product of the sides that are known. */
export function count(shape: Shape): number {
  return shape.reduce<number>((product, side) => product * (side ?? 1), 1);
}

/** The error of a node that cannot be. */
export function wrong({ node }: NodeAt, found: string): Error {
  return invalidModel(`its ${node.operator} "${node.outputs[0] ?? ''}" ${found}`);
}

/** Shape of an input. @throws UserError MODEL_INVALID if it is left out. */
export function shapeOf(at: NodeAt, index: number): Shape {
  const shape = at.shapes[index];
  if (shape === undefined) throw wrong(at, `lacks its input ${index + 1}`);
  return shape;
}

/** An attribute that is an integer. @throws UserError MODEL_INVALID for another kind, as the two below. */
export function int({ node }: NodeAt, name: string, absent: number): number {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return absent;
  if (attribute.kind !== 'int')
    throw invalidModel(`its ${node.operator} has ${attribute.kind} as ${name}, expected int`);
  return attribute.value;
}

/** An attribute that is a list of integers. */
export function ints({ node }: NodeAt, name: string, absent: readonly number[]): readonly number[] {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return absent;
  if (attribute.kind !== 'ints')
    throw invalidModel(`its ${node.operator} has ${attribute.kind} as ${name}, expected ints`);
  return attribute.value;
}

/** An attribute that is a word. */
export function word({ node }: NodeAt, name: string, absent: string): string {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return absent;
  if (attribute.kind !== 'string') throw invalidModel(`its ${node.operator} has ${attribute.kind} as ${name}`);
  return attribute.value;
}

/** An input that is a constant list of integers: sides, axes; undefined if it is no constant. */
export function integers(at: NodeAt, index: number): number[] | undefined {
  const constant = at.constants[index];
  if (constant === undefined) return undefined;
  if (constant.type !== 'int64' && constant.type !== 'int32')
    throw wrong(at, `has ${constant.type} as input ${index + 1}`);
  if (constant.bytes.length > 8 * LARGEST_WINDOW) throw wrong(at, `has ${constant.bytes.length} bytes of sides`);
  return integersOf(constant);
}

/** The number of a side that may be counted from the end. @throws UserError MODEL_INVALID if there is none such. */
export function axisOf(at: NodeAt, axis: number, rank: number): number {
  const wrapped = axis < 0 ? axis + rank : axis;
  if (!(wrapped >= 0 && wrapped < rank)) throw wrong(at, `has the axis ${axis} of ${rank}`);
  return wrapped;
}

/** Holds a value to bounds. @throws UserError MODEL_INVALID beyond them. */
export function within(at: NodeAt, name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) throw wrong(at, `has ${name} ${value}, expected ${least} to ${most}`);
  return value;
}
