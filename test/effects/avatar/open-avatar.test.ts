import { expect, test } from 'vitest';
import { openAvatar } from '../../../src/effects/avatar/open-avatar.js';
import { Kernels } from '../../../src/kernels/kernels.js';
import { smallAvatar } from '../../inference/onnx/small-avatar.js';

test('a network that takes a guide is not worn without a picture to draw it of', async () => {
  const kernels = await Kernels.load(4 << 20);
  const network = smallAvatar({ guide: { name: 'guide', channels: 4 } });
  await expect(openAvatar(kernels, { name: 'guided', network, texture: null })).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('it takes a guide'),
  });
  const plain = await openAvatar(kernels, { name: 'plain', network: smallAvatar(), texture: null });
  await plain.close();
});
