import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { loadFfmpeg } from '../../src/system/ffmpeg.js';
import { openMediaFile } from '../../src/system/media-file.js';
import { bin } from '../cli/run-mien.js';
import { hasTmux, TmuxTerminal } from './tmux.js';

/** Seconds that a film says it lasts; only one that was closed properly says so. */
async function durationOf(path: string): Promise<number> {
  const format = openMediaFile(await loadFfmpeg(), path);
  const seconds = Number(format.duration) / 1e6;
  format.closeInputSync();
  return seconds;
}

describe.skipIf(!hasTmux)('a window closed while mien records in it leaves a finished film', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mien-window-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['with the terminal UI', '', /rec 0:0[2-9]/],
    ['with --plain', '--plain', /^fps [\s\S]*^fps /m],
  ])('%s', async (name, flags, recording) => {
    const film = join(folder, `${name.replaceAll(' ', '-')}.mkv`);
    const terminal = new TmuxTerminal(join(folder, `tmux${flags}`), 160, 40, { HOME: folder });
    await terminal.until(/\$/);
    terminal.type(`${process.execPath} ${bin} --size 1280x720 ${flags} --record ${film}`);
    await terminal.until(recording);
    const mien = terminal.foregroundPid();
    terminal.kill();
    while (mien !== null && existsSync(`/proc/${mien}`)) await delay(50);
    expect(await durationOf(film)).toBeGreaterThan(1);
  });
});
