import { describe, expect, test } from 'vitest';
import { checkAvatarGraph } from '../../../src/inference/onnx/check-graph.js';
import { OnnxGraph } from '../../../src/inference/onnx/onnx-writer.js';
import { ProtobufWriter } from '../../../src/inference/onnx/protobuf-writer.js';
import { smallAvatar } from './small-avatar.js';

test('an avatar tells its size, its cost and its precision', () => {
  expect(checkAvatarGraph(smallAvatar())).toEqual({
    size: 64,
    // 8 filters of 3x3x3 and 16 of 3x3x8, both at 32 x 32
    multiplyAccumulates: 32 * 32 * 9 * (8 * 3 + 16 * 8),
    precision: 'fp32',
    isGuided: false,
  });
  expect(checkAvatarGraph(smallAvatar({ size: 192 }))).toMatchObject({ size: 192 });
  const guide = { name: 'guide', channels: 4 };
  expect(checkAvatarGraph(smallAvatar({ guide }))).toMatchObject({ size: 64, isGuided: true });
});

describe('refuses', () => {
  const refusal = (bytes: Uint8Array): string => {
    try {
      checkAvatarGraph(bytes);
    } catch (error) {
      expect(error).toMatchObject({ name: 'UserError', code: 'MODEL_INVALID' });
      return (error as Error).message;
    }
    return 'nothing';
  };

  test.each([
    ['no bytes', new Uint8Array(), 'holds no graph'],
    ['text', new TextEncoder().encode('{"format": 1}'), 'its model has'],
    ['a cut file', smallAvatar().subarray(0, 900), 'where'],
    ['a size between the steps', smallAvatar({ size: 72 }), 'steps of 16'],
    ['a size beyond the largest', smallAvatar({ size: 272 }), '64 to 256'],
    ['another input', smallAvatar({ input: 'x' }), 'it has x float32[1, 3, 64, 64], expected face'],
    ['another output', smallAvatar({ output: 'y' }), 'it has y float32[1, 4, 64, 64], expected avatar'],
    ['another number of channels', smallAvatar({ channelsIn: 4 }), 'face float32[1, 4, 64, 64]'],
    [
      'another second input',
      smallAvatar({ guide: { name: 'mask', channels: 4 } }),
      'expected face float32[1, 3, 64, 64], guide float32[1, 4, 64, 64]',
    ],
    [
      'a guide without coverage',
      smallAvatar({ guide: { name: 'guide', channels: 3 } }),
      'guide float32[1, 3, 64, 64], expected',
    ],
    ['an operator that is not listed', smallAvatar({ between: 'Erf' }), 'the operator "Erf", which is not on the list'],
    ['a file beyond the limit', new Uint8Array((64 << 20) + 1), 'expected at most 67108864'],
  ])('%s', (_, bytes, reason) => {
    expect(refusal(bytes)).toContain(reason);
  });

  /** A model of one graph message. */
  const model = (write: (graph: ProtobufWriter) => void, opset = 17, extra?: (model: ProtobufWriter) => void) => {
    const writer = new ProtobufWriter().int(1, 8).message(7, write);
    writer.message(8, (set) => set.string(1, '').int(2, opset));
    extra?.(writer);
    return writer.finish();
  };

  test('data outside of the file', () => {
    const bytes = model((graph) =>
      graph.message(5, (tensor) =>
        tensor
          .int(1, 4)
          .int(2, 1)
          .string(8, 'w')
          .message(13, (entry) => entry.string(1, 'location').string(2, '/etc/passwd')),
      ),
    );
    expect(refusal(bytes)).toContain('external data');
    expect(refusal(model((graph) => graph.message(5, (tensor) => tensor.int(2, 1).int(14, 1))))).toContain(
      'outside of the file',
    );
  });

  test('subgraphs, functions, other domains and graphs that come twice', () => {
    const subgraph = model((graph) =>
      graph.message(1, (node) =>
        node.string(4, 'If').message(5, (attribute) => attribute.string(1, 'then').bytes(6, new Uint8Array())),
      ),
    );
    expect(refusal(subgraph)).toContain('subgraph');
    expect(
      refusal(
        model(
          () => {},
          17,
          (whole) => whole.message(25, () => {}),
        ),
      ),
    ).toContain('functions');
    expect(
      refusal(
        model(
          () => {},
          17,
          (whole) => whole.message(7, () => {}),
        ),
      ),
    ).toContain('twice');
    const foreign = model((graph) =>
      graph.message(1, (node) => node.string(2, 'y').string(4, 'Relu').string(7, 'com.evil')),
    );
    expect(refusal(foreign)).toContain('com.evil.Relu');
    expect(refusal(model(() => {}, 5))).toContain('operator set 5, expected 13 to 21');
  });

  test('constants that are not as large as they say, or no numbers', () => {
    const constant = (dims: number[], values: number) =>
      model((graph) =>
        graph.message(5, (tensor) => {
          for (const side of dims) tensor.int(1, side);
          tensor.int(2, 1).string(8, 'w').bytes(9, new Uint8Array(values));
        }),
      );
    expect(refusal(constant([2, 2], 15))).toContain('"w" of float32[2, 2] has 15 bytes');
    expect(refusal(constant([2 ** 40], 4))).toContain('a side of 1099511627776');
    expect(refusal(constant([-1], 4))).toContain('a side of -1');
    const graph = new OnnxGraph('nan');
    graph.output('avatar', [1], graph.node('Relu', [graph.floats([1], [Number.NaN])]));
    expect(refusal(graph.serialize())).toContain('no finite number');
  });

  test('values and work beyond all measure', () => {
    const grow = (write: (graph: OnnxGraph, face: string) => string) => {
      const graph = new OnnxGraph('large');
      const face = graph.input('face', [1, 3, 64, 64]);
      graph.output('avatar', [1, 4, 64, 64], write(graph, face));
      return refusal(graph.serialize());
    };
    const scales = (graph: OnnxGraph) => graph.floats([4], [1, 1, 16, 16]);
    const large = (graph: OnnxGraph, face: string) =>
      graph.node('Resize', [graph.node('Resize', [face, '', scales(graph)]), '', scales(graph)]);
    expect(grow(large)).toContain('of [1, 3, 16384, 16384]');
    const pads = grow((graph, face) => graph.node('Pad', [face, graph.integers([0, 0, 2 ** 31, 0, 0, 0, 0, 0])]));
    expect(pads).toContain('has pads 2147483648, expected 0 to 64');
    const many = grow((graph, face) => {
      let value = face;
      for (let index = 0; index < 2001; index++) value = graph.node('Relu', [value]);
      return value;
    });
    expect(many).toContain('more than 2000 nodes');
    const costly = grow((graph, face) => {
      const weights = graph.floats([512, 3, 7, 7], new Float32Array(512 * 3 * 49));
      const wide = graph.node(
        'Conv',
        [graph.node('Resize', [face, '', graph.floats([4], [1, 1, 2.5, 2.5])]), weights],
        {
          kernel_shape: [7, 7],
          pads: [3, 3, 3, 3],
        },
      );
      const more = graph.floats([512, 512, 7, 7], new Float32Array(512 * 512 * 49));
      return graph.node('Conv', [wide, more], { kernel_shape: [7, 7], pads: [3, 3, 3, 3] });
    });
    expect(costly).toContain('multiply-accumulates');
  });

  test('a value that nothing makes, or two nodes make', () => {
    const dangling = model((graph) =>
      graph.message(1, (node) => node.string(1, 'ghost').string(2, 'y').string(4, 'Relu')),
    );
    expect(refusal(dangling)).toContain('takes "ghost", which nothing before it makes');
    const twice = new OnnxGraph('twice');
    const one = twice.floats([1], [1]);
    twice.output('avatar', [1], one);
    twice.output('avatar', [1], one);
    expect(refusal(twice.serialize())).toContain('"avatar" is made twice');
  });
});
