import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

test('a link in the place of the lock is not followed, and a folder that is not there is told of', () => {
  const precious = join(folder, 'precious');
  writeFileSync(precious, 'text');
  symlinkSync(precious, join(folder, 'mien-camera-mien.lock'));
  expect(() => new CameraLock('mien')).toThrow(expect.objectContaining({ code: 'OUTPUT_FAILED' }));
  expect(readFileSync(precious, 'utf8')).toBe('text');
  vi.stubEnv('PIPEWIRE_RUNTIME_DIR', join(folder, 'nowhere'));
  expect(() => new CameraLock('mien')).toThrow(expect.objectContaining({ code: 'OUTPUT_FAILED' }));
});
