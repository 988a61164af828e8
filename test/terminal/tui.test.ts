import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasTmux, TmuxTerminal } from './tmux.js';

const DEMO = fileURLToPath(new URL('demo-tui.mjs', import.meta.url));
const COMPILED = fileURLToPath(new URL('../../dist/tui/terminal.js', import.meta.url));
const LIVE = /^ mien {2}live/m;

describe.skipIf(!hasTmux)('the dashboard in a real terminal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mien-tui-'));
  let log = '';
  let started = 0;
  let terminal: TmuxTerminal | null = null;

  beforeAll(() => {
    if (!existsSync(COMPILED)) throw new Error(`${COMPILED} is missing: run npm run build first.`);
  });
  afterEach(() => {
    terminal?.kill();
    terminal = null;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Opens a terminal with something on its screen, and starts the demo in it. */
  async function start(options: { size?: [number, number]; env?: Record<string, string>; mode?: string } = {}) {
    // A log of its own for each: a demo whose window was closed still writes its last command.
    log = join(folder, `commands-${++started}.jsonl`);
    const opened = new TmuxTerminal(join(folder, `tmux-${started}`), ...(options.size ?? [80, 24]), options.env);
    terminal = opened;
    await opened.until(/\$/);
    opened.type('echo written before; true');
    await opened.until(/^written before$/m);
    opened.type(`${process.execPath} ${DEMO} ${log} ${options.mode ?? ''}`);
    await opened.until(options.mode === 'starting' ? /loading the face models/ : LIVE);
    return opened;
  }

  const commands = (): unknown[] =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];

  /** That the terminal is as it was: its screen, its cursor, its line mode. */
  async function expectRestored(opened: TmuxTerminal): Promise<void> {
    expect(opened.modes()).toEqual({ alternateScreen: false, cursorShown: true, wraps: true });
    expect(opened.screen()).toMatch(/^written before$/m);
    expect(opened.screen()).not.toMatch(/latency, ms/);
    opened.type('stty -a');
    const modes = await opened.until(/iexten/);
    for (const mode of ['echo', 'icanon', 'isig', 'icrnl', 'opost']) {
      expect(modes).toMatch(new RegExp(`(^|\\s)${mode}(\\s|;|$)`, 'm'));
    }
  }

  test('80x24: every line fits, nothing wraps or scrolls', async () => {
    const opened = await start();
    const lines = (await opened.until(/q quit$/m)).split('\n').slice(0, 24);
    expect(lines[0]).toMatch(/^ mien {2}live .* up \d:\d\d$/);
    expect(lines[3]).toMatch(/^ latency, ms over the last 10 s +p50 +p95 +p99 budget$/);
    expect(lines[9]).toMatch(/^ total .* 33\.3 {2}ok$/);
    expect(lines[23]).toBe(' e effect  a avatar  ←→ strength  m mirror  p pause  r record  ? help  q quit');
    expect(opened.modes()).toMatchObject({ alternateScreen: true, cursorShown: false });
  });

  test('follows the size of the window, larger and smaller, without leftovers', async () => {
    const opened = await start();
    opened.resize(120, 40);
    const large = (await opened.until(/end to end, p95/)).split('\n');
    expect(large[39]).toContain('q quit');
    expect(large.filter((line) => line.includes('q quit'))).toHaveLength(1);
    opened.resize(60, 15);
    await opened.until(/p50 {3}p95 {3}p99 budget$/m);
    const small = (await opened.until(/^ total .{14,}ok$/m)).split('\n').slice(0, 15);
    expect(small.join('\n')).not.toContain('end to end');
    expect(small[14]).toMatch(/^ e effect .*q quit$/);
    opened.resize(20, 3);
    expect(await opened.until(/^\d+\.\d\/33\.3 ms 30 fps$/m)).toContain('q quit');
    opened.resize(80, 24);
    await opened.until(/^ page {7}http:\/\/127/m);
    expect(opened.screen().match(/ mien /g)).toHaveLength(1);
  });

  test('keys become commands, and the screen follows', async () => {
    const opened = await start();
    opened.press('Right', 'Right', 'S-Left', '+', '-', ']', '[');
    await opened.until(/touch-up {2}━+●─+ +69$/m);
    opened.press('e', 'b', 'm', 'p', 'r');
    const screen = await opened.until(/rec 0:0/);
    expect(screen).toMatch(/paused: a card is shown/);
    expect(screen).toMatch(/effect {5}off/);
    expect(screen).toMatch(/mirror on +split on +pause on/);
    expect(screen).toMatch(/mien-demo\.mp4/);
    opened.press('?');
    await opened.until(/reading the bars/);
    opened.press('Escape');
    await opened.until(/latency, ms/);
    opened.press('r', 'q');
    expect(await opened.exitStatus()).toBe(0);
    const strengths = [65, 70, 69, 74, 69, 74, 69];
    expect(commands()).toEqual([
      ...strengths.map((strength) => ({ kind: 'set', patch: { strength } })),
      { kind: 'set', patch: { effect: 'none' } },
      { kind: 'set', patch: { split: true } },
      { kind: 'set', patch: { mirror: true } },
      { kind: 'set', patch: { paused: true } },
      { kind: 'record', on: true },
      { kind: 'record', on: false },
      { kind: 'quit' },
    ]);
  });

  test('names the stage that broke the budget', async () => {
    const opened = await start({ mode: 'late' });
    await opened.until(/^ touch-up ━+╋━+▸ .* OVER$/m);
    await opened.until(/Late because of touch-up/);
  });

  test('Ctrl-L wipes what others have written over the screen', async () => {
    const opened = await start({ mode: 'scribble' });
    await opened.until(/SCRIBBLE/);
    opened.press('C-l');
    await opened.until(/^ load {7}CPU/m);
    expect(opened.screen()).not.toContain('SCRIBBLE');
  });

  describe('gives the terminal back', () => {
    test('after q', async () => {
      const opened = await start();
      opened.press('q');
      expect(await opened.exitStatus()).toBe(0);
      await expectRestored(opened);
    });

    test('after Ctrl-C, which is a quit command too', async () => {
      const opened = await start();
      opened.press('C-c');
      expect(await opened.exitStatus()).toBe(0);
      expect(commands()).toEqual([{ kind: 'quit' }]);
      await expectRestored(opened);
    });

    test('after Ctrl-C while it is still starting', async () => {
      const opened = await start({ mode: 'starting' });
      opened.press('C-c');
      expect(await opened.exitStatus()).toBe(0);
      await expectRestored(opened);
    });

    test.each([
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGHUP', 129],
    ] as const)('after %s, which still ends the process as that signal does (exit %i)', async (signal, code) => {
      const opened = await start();
      process.kill(opened.foregroundPid()!, signal);
      expect(await opened.exitStatus()).toBe(code);
      await expectRestored(opened);
    });

    test('after process.exit', async () => {
      const opened = await start({ mode: 'exit' });
      expect(await opened.exitStatus()).toBe(3);
      await expectRestored(opened);
    });

    test('after SIGTERM that the program itself handles', async () => {
      const opened = await start({ mode: 'graceful' });
      process.kill(opened.foregroundPid()!, 'SIGTERM');
      expect(await opened.exitStatus()).toBe(0);
      expect(opened.screen()).toContain('stopped in good order');
      await expectRestored(opened);
    });

    test('after an error that nobody catches, which can then be read', async () => {
      const opened = await start();
      process.kill(opened.foregroundPid()!, 'SIGUSR2');
      expect(await opened.exitStatus()).toBe(1);
      expect(opened.screen()).toContain('Error: made-up failure');
      await expectRestored(opened);
    });
  });

  test('stopped and continued, it takes the terminal again', async () => {
    const opened = await start();
    const pid = opened.foregroundPid()!;
    process.kill(pid, 'SIGSTOP');
    await opened.until(/[Ss]topped/);
    // The shell has not set the terminal back to line mode: only a line feed ends a line.
    opened.press('f', 'g', 'C-j');
    await opened.until(/^ mien {2}(live|no news)[\s\S]*latency, ms[\s\S]*q quit/m);
    expect(opened.modes()).toMatchObject({ alternateScreen: true, cursorShown: false });
    opened.press('q');
    expect(await opened.exitStatus()).toBe(0);
    expect(opened.modes()).toEqual({ alternateScreen: false, cursorShown: true, wraps: true });
  });

  test('a closed window ends the process', async () => {
    const opened = await start();
    const pid = opened.foregroundPid()!;
    opened.kill();
    const deadline = Date.now() + 10_000;
    while (isAlive(pid) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isAlive(pid)).toBe(false);
  });

  test('NO_COLOR: no colour anywhere, and still the word OVER', async () => {
    const opened = await start({ mode: 'late', env: { NO_COLOR: '1' } });
    await opened.until(/OVER/);
    const styles = [...opened.styledScreen().matchAll(/\[([\d;]*)m/g)].flatMap(([, codes]) => codes!.split(';'));
    expect(styles.filter((code) => Number(code) >= 30 && code !== '39' && code !== '49')).toEqual([]);
    terminal?.kill();
    const coloured = await start({ mode: 'late' });
    await coloured.until(/OVER/);
    expect(coloured.styledScreen()).toMatch(/\[(1;)?31m/);
  });

  test('a locale that is not UTF-8: ASCII only', async () => {
    const opened = await start({ env: { LC_ALL: 'C' } });
    expect(await opened.until(/^ total +=+-+ .*ok$/m)).toMatch(/^[ -~\n]*$/);
  });

  test.each(['xterm-256color', 'screen', 'linux', 'xterm-kitty', 'vt220'])(
    'TERM=%s: draws and gives back',
    async (term) => {
      const opened = await start({ env: { TERM: term } });
      expect(await opened.until(/q quit$/m)).toMatch(/^ total .*ok$/m);
      opened.press('q');
      expect(await opened.exitStatus()).toBe(0);
      expect(opened.screen()).not.toMatch(/Error|undefined/);
      await expectRestored(opened);
    },
  );
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: there is no such process any more.
    return false;
  }
}
