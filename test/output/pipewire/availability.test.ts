import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { pipewireAvailability, pipewireSockets } from '../../../src/output/pipewire/availability.js';
import { libpipewire } from '../../../src/output/pipewire/libpipewire.js';

vi.mock('../../../src/output/pipewire/libpipewire.js', () => ({ libpipewire: vi.fn() }));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mien-pw-'));
  vi.stubEnv('PIPEWIRE_RUNTIME_DIR', folder);
  vi.stubEnv('PIPEWIRE_REMOTE', 'test-daemon');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.mocked(libpipewire).mockReset();
  rmSync(folder, { recursive: true });
});

test('the daemon is looked for where the library looks', () => {
  expect(pipewireSockets({ XDG_RUNTIME_DIR: '/run/user/1' })).toEqual([
    '/run/user/1/pipewire-0',
    '/run/pipewire/pipewire-0',
  ]);
  expect(pipewireSockets({ XDG_RUNTIME_DIR: '/a', PIPEWIRE_RUNTIME_DIR: '/b', PIPEWIRE_REMOTE: 'other' })).toEqual([
    '/b/other',
    '/run/pipewire/other',
  ]);
  expect(pipewireSockets({ XDG_RUNTIME_DIR: '/a', PIPEWIRE_REMOTE: '/tmp/socket' })).toEqual(['/tmp/socket']);
  expect(pipewireSockets({})).toEqual(['/run/pipewire/pipewire-0']);
});

test('ready where something accepts a connection, else the places that were tried and what to start', async () => {
  const path = join(folder, 'test-daemon');
  expect(await pipewireAvailability()).toEqual({
    kind: 'no-daemon',
    reason: `No PipeWire daemon answers at ${path} or /run/pipewire/test-daemon.`,
    remedy: 'Start it with: systemctl --user start pipewire wireplumber',
  });
  const daemon = createServer().listen(path);
  await new Promise((resolve) => daemon.once('listening', resolve));
  expect(await pipewireAvailability()).toEqual({ kind: 'ready' });
  await new Promise((resolve) => daemon.close(resolve));
});

test('without the library its own words are passed on', async () => {
  vi.mocked(libpipewire).mockImplementation(() => {
    throw new UserError('LIBRARY_MISSING', 'not found', 'Install it.');
  });
  expect(await pipewireAvailability()).toEqual({ kind: 'no-library', reason: 'not found', remedy: 'Install it.' });
});
