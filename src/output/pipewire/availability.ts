import { connect } from 'node:net';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { libpipewire } from './libpipewire.js';

/** Whether mien can be a PipeWire camera here; `reason` and `remedy` are for people. */
export type PipewireAvailability =
  | { readonly kind: 'ready' }
  | { readonly kind: 'no-library' | 'no-daemon'; readonly reason: string; readonly remedy: string };

type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM_FOLDER = '/run/pipewire';
const START_IT = 'Start it with: systemctl --user start pipewire wireplumber';
/** A daemon answers within a millisecond; one that is stopped accepts nothing for ever. */
const ANSWER_MS = 500;

/** Loads the library and knocks at the daemon's socket, without becoming a client: some milliseconds. */
export async function pipewireAvailability(): Promise<PipewireAvailability> {
  try {
    libpipewire();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'no-library', reason: error.message, remedy: error.remedy };
  }
  const sockets = pipewireSockets(process.env);
  for (const path of sockets) if (await accepts(path)) return { kind: 'ready' };
  return { kind: 'no-daemon', reason: `No PipeWire daemon answers at ${sockets.join(' or ')}.`, remedy: START_IT };
}

/** Where clients keep their sockets and locks; null where the session has no such folder. */
export function runtimeFolder(env: Environment = process.env): string | null {
  return env['PIPEWIRE_RUNTIME_DIR'] || env['XDG_RUNTIME_DIR'] || null;
}

/** Where the library looks for the daemon, in its order. Source: pipewire(1), "PIPEWIRE_REMOTE", "PIPEWIRE_RUNTIME_DIR". */
export function pipewireSockets(env: Environment): string[] {
  const name = env['PIPEWIRE_REMOTE'] || 'pipewire-0';
  if (name.startsWith('/')) return [name];
  const folders = [runtimeFolder(env), SYSTEM_FOLDER].filter((folder) => folder !== null);
  return folders.map((folder) => join(folder, name));
}

/** The error for `open`, where nothing answers. */
export function daemonMissing(cause?: unknown): UserError {
  const reason = `No PipeWire daemon answers at ${pipewireSockets(process.env).join(' or ')}.`;
  return new UserError('OUTPUT_FAILED', reason, START_IT, { cause });
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(ANSWER_MS, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
