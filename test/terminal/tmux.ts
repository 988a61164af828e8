import { execFileSync, spawnSync } from 'node:child_process';

/** Whether there is a tmux to test in. Where MIEN_REQUIRE_TOOLS is set, as .ci/run does, there must be. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux && process.env['MIEN_REQUIRE_TOOLS']) throw new Error('no tmux: install it, these tests must run here');

/** A shell in a terminal of its own: a tmux server that nobody else uses, with one window. */
export class TmuxTerminal {
  readonly #socket: string;

  /**
   * @param socket - path of the server's socket; short (108 bytes at most), and not there yet.
   * @param env - beside the usual variables; tmux sets TERM itself.
   */
  constructor(socket: string, columns: number, rows: number, env: Readonly<Record<string, string>> = {}) {
    this.#socket = socket;
    const variables = { PS1: '$ ', LC_ALL: 'C.UTF-8', ...env };
    const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-s',
      'test',
      ...size,
      'env',
      '-u',
      'NO_COLOR',
      ...assignments,
      'sh',
    );
  }

  /** Presses keys, under tmux's names (`Right`, `C-c`). */
  press(...keys: string[]): void {
    this.#tmux('send-keys', '-t', 'test', ...keys);
  }

  /** Types a line and Enter. */
  type(line: string): void {
    this.#tmux('send-keys', '-t', 'test', '-l', line);
    this.press('Enter');
  }

  /** Changes the size of the window, as a user does. */
  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 'test', '-x', String(columns), '-y', String(rows));
  }

  /** What is on the screen, without the blanks at the ends of lines. */
  screen(): string {
    return this.#tmux('capture-pane', '-p', '-t', 'test');
  }

  /** What is on the screen, with colours and weights as escape sequences. */
  styledScreen(): string {
    return this.#tmux('capture-pane', '-p', '-e', '-t', 'test');
  }

  /** The terminal's modes as tmux keeps them. */
  modes(): { alternateScreen: boolean; cursorShown: boolean; wraps: boolean } {
    const format = '#{alternate_on} #{cursor_flag} #{wrap_flag}';
    const flags = this.#tmux('display-message', '-p', '-t', 'test', format).trim().split(' ');
    const [alternateScreen, cursorShown, wraps] = flags.map((flag) => flag === '1');
    return { alternateScreen: alternateScreen!, cursorShown: cursorShown!, wraps: wraps! };
  }

  /** The process that the shell runs at the moment, null when it waits for a command. */
  foregroundPid(): number | null {
    const shell = this.#tmux('display-message', '-p', '-t', 'test', '#{pane_pid}').trim();
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', shell], { encoding: 'utf8' });
    return stdout.trim() === '' ? null : Number(stdout.trim());
  }

  /** Waits for the running command to end, and asks the shell how it did. */
  async exitStatus(timeoutMs = 15_000): Promise<number> {
    const deadline = Date.now() + timeoutMs;
    while (this.foregroundPid() !== null) {
      if (Date.now() > deadline) throw new Error(`the command did not end within ${timeoutMs} ms:\n${this.screen()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.type('echo exit=$?');
    const screen = await this.until(/^exit=\d+$/m);
    return Number(/^exit=(\d+)$/m.exec(screen)![1]);
  }

  /** Waits until the screen satisfies a pattern. @throws Error with the screen when it never does. */
  async until(pattern: RegExp, timeoutMs = 15_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const screen = this.screen();
      if (pattern.test(screen)) return screen;
      if (Date.now() > deadline) throw new Error(`${pattern} did not appear within ${timeoutMs} ms on:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends the server and all in it, as when a user closes the window. Safe to call twice. */
  kill(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8', env: { ...process.env, TMUX: '' } });
  }
}
