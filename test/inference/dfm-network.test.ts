import { expect, test } from 'vitest';
import { DfmNetwork } from '../../src/inference/dfm-network.js';
import { checkDfmGraph } from '../../src/inference/onnx/check-dfm.js';
import { checkAvatarGraph } from '../../src/inference/onnx/check-graph.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { smallDfm } from './small-dfm.js';

const AREA = 64 * 64;

async function paint(bytes: Uint8Array, red: number, green: number, blue: number) {
  const kernels = await Kernels.load(1 << 21);
  const network = await DfmNetwork.open(kernels, bytes);
  const input = kernels.f32(network.inputAddress, 3 * AREA);
  input.fill(red, 0, AREA);
  input.fill(green, AREA, 2 * AREA);
  input.fill(blue, 2 * AREA);
  await network.run();
  const { output, size } = network;
  expect(size).toBe(64);
  expect(output).toHaveLength(4 * AREA);
  await network.close();
  return [0, 1, 2, 3].map((plane) => Number(output[plane * AREA + AREA / 2]!.toFixed(4)));
}

test('sees blue, green and red, and paints red, green and blue, 0 to 1, where both masks agree', async () => {
  expect(await paint(smallDfm(), 0.6, 0.2, 0.8)).toEqual([0.6, 0.6, 0.4, 0.6]);
  expect(await paint(smallDfm(), 1, 0.5, 0)).toEqual([1, 1, 0, 0.9]);
});

test('one that morphs goes three quarters of the way', async () => {
  expect(checkDfmGraph(smallDfm({ isMorphing: true }))).toMatchObject({ size: 64, isMorphing: true });
  expect(await paint(smallDfm({ isMorphing: true }), 0.6, 0.2, 0.8)).toEqual([0.45, 0.45, 0.3, 0.6]);
});

test('is no avatar of mien, and one of mien is none of it', () => {
  expect(() => checkAvatarGraph(smallDfm())).toThrow(/it has in_face:0 .*, expected face/);
});

test.each([
  [
    'another name',
    smallDfm({ maskName: 'out_mask:0' }),
    'it gives out_celeb_face:0, out_celeb_face_mask:0, out_mask:0',
  ],
  ['another input', smallDfm({ extraInput: true }), 'it also takes more:0 float32[1]'],
  ['a size beyond the largest', smallDfm({ size: 528 }), 'in_face:0 float32[1, 528, 528, 3]'],
  ['no bytes', new Uint8Array(), 'no graph'],
])('%s is refused', (_, bytes, reason) => {
  expect(() => checkDfmGraph(bytes)).toThrow(reason);
});
