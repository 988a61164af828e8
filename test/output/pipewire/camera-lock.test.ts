import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CameraLock } from '../../../src/output/pipewire/camera-lock.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mien-lock-'));
  vi.stubEnv('PIPEWIRE_RUNTIME_DIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('a name is held once, and the refusal says by whom', () => {
  const first = new CameraLock('mien');
  expect(() => new CameraLock('mien')).toThrow(
    expect.objectContaining({
      code: 'DEVICE_BUSY',
      message: `A mien that runs already (process ${process.pid}) is the PipeWire camera "mien".`,
      remedy: `Stop it first, with: kill ${process.pid}, or give this camera another name.`,
    }),
  );
  const other = new CameraLock('another one');
  first.release();
  first.release();
  new CameraLock('mien').release();
  other.release();
});

test('a name cannot lead out of the folder', () => {
  new CameraLock('../x/y').release();
  expect(readdirSync(folder)).toEqual(['mien-camera-..%2Fx%2Fy.lock']);
});
