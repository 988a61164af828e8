import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where mien keeps what is the user's: $XDG_DATA_HOME/mien. Source: XDG Base Directory Specification 0.8. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'mien');
}
