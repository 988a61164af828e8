import { expect, test } from 'vitest';
import { runMien } from './run-mien.js';

test('devices --json has the documented shape, whatever this machine has', async () => {
  const { code, stdout, stderr } = await runMien(['devices', '--json', '--size', '640x480', '--fps', '60']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    wish: { width: 640, height: 480, fps: 60 },
    cameras: expect.any(Array),
    virtualCameras: expect.any(Array),
    unreadable: expect.any(Array),
  });
  expect(['ready', 'no-library', 'no-daemon']).toContain(report.pipewire.kind);
});

test('devices in words: webcams, virtual cameras, PipeWire', async () => {
  const { stdout } = await runMien(['devices']);
  expect(stdout).toMatch(/^Webcams\n[\s\S]+\n\nVirtual cameras \(v4l2loopback.*\)\n[\s\S]+\n\nPipeWire\n/);
  expect((await runMien(['devices', '--size', 'huge'])).code).toBe(1);
});
