import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cachedModelPath } from '../../../src/inference/model-files.js';
import { floatsOf, integersOf } from '../../../src/inference/onnx/onnx-model.js';
import { readOnnx } from '../../../src/inference/onnx/onnx-reader.js';
import { OnnxGraph } from '../../../src/inference/onnx/onnx-writer.js';
import { ProtobufWriter } from '../../../src/inference/onnx/protobuf-writer.js';

const LIMITS = { nodes: 2000, constants: 2000 };

test('reads what the writer wrote, also out of a piece of a larger file', () => {
  const graph = new OnnxGraph('written');
  const x = graph.input('x', [1, 3, 4, 5]);
  const constants = [
    graph.floats([2], [0.5, -3]),
    graph.integers([-1, 7, 2 ** 40]),
    graph.constant([2], Int8Array.of(-3, 9)),
  ];
  const node = graph.node('Made', [x, '', ...constants], {
    axis: -1,
    alpha: { float: 0.25 },
    mode: 'DCR',
    pads: [0, -2],
  });
  graph.output('y', [1], node);
  const bytes = graph.serialize();
  const padded = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(5)]);
  for (const file of [bytes, padded.subarray(3, 3 + bytes.length)]) {
    const { opset, nodes, constants: read, inputs, outputs } = readOnnx(file, LIMITS);
    expect(opset).toBe(17);
    expect(inputs).toEqual([{ name: 'x', type: 'float32', dims: [1, 3, 4, 5] }]);
    expect(outputs).toEqual([{ name: 'y', type: 'float32', dims: [1] }]);
    expect(nodes.map(({ operator }) => operator)).toEqual(['Made', 'Identity']);
    expect(nodes[0]!.inputs).toEqual(['x', '', ...constants]);
    expect(Object.fromEntries(nodes[0]!.attributes)).toEqual({
      axis: { kind: 'int', value: -1 },
      alpha: { kind: 'float', value: 0.25 },
      mode: { kind: 'string', value: 'DCR' },
      pads: { kind: 'ints', value: [0, -2] },
    });
    expect([...floatsOf(read.get(constants[0]!)!)]).toEqual([0.5, -3]);
    expect(integersOf(read.get(constants[1]!)!)).toEqual([-1, 7, 2 ** 40]);
    expect(read.get(constants[2]!)).toMatchObject({ type: 'int8', dims: [2] });
  }
});

test('reads values that are listed one by one, as other writers do', () => {
  const floats = new Uint8Array(Float32Array.of(1.5, -2).buffer);
  const tensor = (name: string, type: number, write: (message: ProtobufWriter) => void) => (graph: ProtobufWriter) =>
    graph.message(5, (message) => write(message.int(1, 2).int(2, type).string(8, name)));
  const bytes = new ProtobufWriter()
    .message(7, (graph) => {
      tensor('packed', 1, (message) => message.bytes(4, floats))(graph);
      tensor('single', 1, (message) => message.float(4, 1.5).float(4, -2))(graph);
      tensor('longs', 7, (message) => message.int(7, -5).int(7, 2n ** 63n - 1n))(graph);
      tensor('ints', 6, (message) => message.bytes(5, Uint8Array.of(3, 4)))(graph);
    })
    .message(8, (opset) => opset.int(2, 12))
    .finish();
  const { constants, opset } = readOnnx(bytes, LIMITS);
  expect(opset).toBe(12);
  expect([...floatsOf(constants.get('packed')!)]).toEqual([1.5, -2]);
  expect([...floatsOf(constants.get('single')!)]).toEqual([1.5, -2]);
  // "To the end" stays beyond every side, though no double is exactly 2^63 − 1.
  expect(integersOf(constants.get('longs')!)).toEqual([-5, 2 ** 63 - 1024]);
  expect(integersOf(constants.get('ints')!)).toEqual([3, 4]);
  expect(() => floatsOf(constants.get('ints')!)).toThrow('expected float32');
});

test.each(['face-detector', 'face-landmarks', 'person-mask'] as const)('reads the network %s', (id) => {
  const { nodes, constants, inputs } = readOnnx(readFileSync(cachedModelPath(id)), LIMITS);
  expect(nodes.length).toBeGreaterThan(50);
  expect(inputs).toHaveLength(1);
  for (const constant of constants.values())
    if (constant.type === 'float32') expect(floatsOf(constant)).not.toContain(Number.NaN);
});
