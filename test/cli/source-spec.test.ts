import { expect, test } from 'vitest';
import { chooseLiveSource } from '../../src/cli/source-spec.js';
import { Config } from '../../src/config/config.js';

test('a webcam that was named is opened, there or not, with its controls and no other size than was asked for', () => {
  const config = Config.parse({ camera: '/dev/video99', control: { brightness: 5 }, onDemand: true, size: '640x480' });
  expect(chooseLiveSource(config)).toEqual({
    spec: expect.objectContaining({
      camera: '/dev/video99',
      controls: { brightness: 5 },
      onDemand: true,
      width: 640,
      height: 480,
    }),
    note: null,
  });
  const { spec } = chooseLiveSource(Config.parse({ source: 'camera' }));
  expect(spec).toMatchObject({ kind: 'camera', camera: 'auto', width: null, height: null, fps: null });
});

test('what is said of a webcam beside another source has no effect, and that is told', () => {
  const { spec, note } = chooseLiveSource(Config.parse({ source: 'demo', camera: '7', onDemand: true }));
  expect(spec).toMatchObject({ kind: 'clip' });
  expect(note).toBe('without effect: camera, on-demand; the source is demo, not a webcam');
  expect(chooseLiveSource(Config.parse({ source: 'demo' })).note).toBeNull();
});
