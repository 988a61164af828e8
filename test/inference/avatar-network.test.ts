import { expect, test } from 'vitest';
import { AvatarNetwork } from '../../src/inference/avatar-network.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { smallAvatar } from './onnx/small-avatar.js';

test('an avatar sees what lies in kernel memory and paints there, 0 to 1', async () => {
  const kernels = await Kernels.load(1 << 20);
  const network = await AvatarNetwork.open(kernels, smallAvatar());
  expect(network.size).toBe(64);
  const input = kernels.f32(network.inputAddress, 3 * 64 * 64);
  expect(input.every((value) => value === 0)).toBe(true);
  const dark = network.output.slice();
  input.fill(0.8);
  await network.run();
  expect(network.output).toHaveLength(4 * 64 * 64);
  expect(network.output.buffer).toBe(kernels.memory.buffer);
  expect(network.output).not.toEqual(dark);
  expect(Math.min(...network.output)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...network.output)).toBeLessThanOrEqual(1);
  await network.close();
  await network.close();
});

test('a guide is a second input in kernel memory; without one there is no address', async () => {
  const kernels = await Kernels.load(1 << 20);
  const plain = await AvatarNetwork.open(kernels, smallAvatar());
  expect(plain.guideAddress).toBeNull();
  const guided = await AvatarNetwork.open(kernels, smallAvatar({ guide: { name: 'guide', channels: 4 } }));
  const guide = kernels.f32(guided.guideAddress!, 4 * 64 * 64).fill(-20);
  await guided.run();
  expect(Math.max(...guided.output)).toBe(0); // it is added, then clipped
  guide.fill(20);
  await guided.run();
  expect(Math.min(...guided.output)).toBe(1);
  await plain.close();
  await guided.close();
});

test('a file that is no avatar is refused before the runtime sees it', async () => {
  const kernels = await Kernels.load(1 << 16);
  await expect(AvatarNetwork.open(kernels, new TextEncoder().encode('no network'))).rejects.toMatchObject({
    code: 'MODEL_INVALID',
  });
});

test("what the check lets pass and the runtime does not is the user's error too", async () => {
  // The check looks at shapes, not at every word.
  const text = Buffer.from(smallAvatar()).toString('latin1').replace('DCR', 'XYZ');
  const kernels = await Kernels.load(1 << 20);
  await expect(AvatarNetwork.open(kernels, Buffer.from(text, 'latin1'))).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('ONNX Runtime refuses it'),
  });
});
