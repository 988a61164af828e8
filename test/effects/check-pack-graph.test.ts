import { expect, test } from 'vitest';
import { checkPackGraph } from '../../src/effects/check-pack-graph.js';
import { sampleManifest } from '../avatar/sample-pack.js';
import { smallAvatar } from '../inference/onnx/small-avatar.js';

const guided = smallAvatar({ guide: { name: 'guide', channels: 4 } });
const manifest = sampleManifest();
const network = { ...manifest.network, size: 64 };

test('a network is what the manifest says of it', () => {
  checkPackGraph(smallAvatar(), 'fp32.onnx', { ...manifest, network });
  expect(() => checkPackGraph(smallAvatar(), 'fp32.onnx', manifest)).toThrow('avatar.json says 128');
  expect(() => checkPackGraph(smallAvatar(), 'int8.onnx', { ...manifest, network })).toThrow('it is fp32');
});

test('a network that takes a guide needs a texture to draw it of', () => {
  checkPackGraph(guided, 'fp32.onnx', { ...manifest, network });
  checkPackGraph(smallAvatar(), 'fp32.onnx', { ...manifest, network, texture: null });
  expect(() => checkPackGraph(guided, 'fp32.onnx', { ...manifest, network, texture: null })).toThrow(
    'it takes a guide, which is drawn of texture.png, and there is none',
  );
});
