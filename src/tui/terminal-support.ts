import { ASCII_GLYPHS, CONSOLE_GLYPHS, type Glyphs, UNICODE_GLYPHS } from './glyphs.js';

/** The part of a `tty.WriteStream` that tells what can be drawn on it. */
export interface OutputAbilities {
  readonly isTTY?: boolean | undefined;
  /** Bits of colour: 1, 4, 8 or 24. */
  getColorDepth?(env?: NodeJS.ProcessEnv): number;
}

/** What colours can be used: none, the terminal's own 8 or 16, 256 of a known palette, or all of them. */
export type ColourDepth = 'none' | 'theme' | 'palette' | 'full';

/** Whether the dashboard can be drawn: a terminal that is not `dumb`. Else the caller prints plain lines. */
export function canDrawDashboard(output: OutputAbilities, env: NodeJS.ProcessEnv): boolean {
  const term = env['TERM'] ?? (process.platform === 'win32' ? 'windows' : '');
  return output.isTTY === true && term !== '' && term !== 'dumb' && term !== 'unknown';
}

/** The signs that the terminal's encoding and font hold. POSIX: of the locale variables, the first that is set counts. */
export function glyphsFor(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): Glyphs {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value);
  const isUtf8 = locale === undefined ? platform !== 'linux' : /utf-?8/i.test(locale);
  if (!isUtf8) return ASCII_GLYPHS;
  return env['TERM'] === 'linux' ? CONSOLE_GLYPHS : UNICODE_GLYPHS;
}

/** The colours to use: none with NO_COLOR (https://no-color.org), else as the terminal's type says. */
export function colourDepth(output: OutputAbilities, env: NodeJS.ProcessEnv): ColourDepth {
  if (env['NO_COLOR']) return 'none';
  // Within tmux Node counts 256, whatever is said; tmux takes all of them, and itself finds what the terminal has.
  if (/^(truecolor|24bit)$/i.test(env['COLORTERM'] ?? '')) return 'full';
  const bits = output.getColorDepth?.(env) ?? 4;
  return bits >= 24 ? 'full' : bits >= 8 ? 'palette' : bits >= 4 ? 'theme' : 'none';
}
