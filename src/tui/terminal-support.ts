import { ASCII_GLYPHS, CONSOLE_GLYPHS, type Glyphs, UNICODE_GLYPHS } from './glyphs.js';

/** The part of a `tty.WriteStream` that tells what can be drawn on it. */
export interface OutputAbilities {
  readonly isTTY?: boolean | undefined;
  hasColors?(env?: NodeJS.ProcessEnv): boolean;
}

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

/** Whether to use colour: not with NO_COLOR (https://no-color.org), else as the terminal's type says. */
export function hasColour(output: OutputAbilities, env: NodeJS.ProcessEnv): boolean {
  return !env['NO_COLOR'] && (output.hasColors?.(env) ?? true);
}
