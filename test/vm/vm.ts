import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How the guest is set up; see `run-in-vm --help`. */
export interface VmOptions {
  /** v4l2loopback version: `0.15.0`, `0.13.2` or `0.12.7`, or `none`. */
  readonly loopback?: string;
  readonly loopbackArgs?: string;
  readonly vividArgs?: string;
  readonly timeoutS?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a command in the guest printed and how it ended. */
export interface VmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const runner = fileURLToPath(new URL('run-in-vm', import.meta.url));

/** Boots the guest, runs a command in the root of the clone, and resolves when it has ended. */
export function runInVm(command: readonly string[], options: VmOptions = {}): Promise<VmResult> {
  const args = ['--timeout', String(options.timeoutS ?? 280)];
  if (options.loopback !== undefined) args.push('--loopback', options.loopback);
  if (options.loopbackArgs !== undefined) args.push('--loopback-args', options.loopbackArgs);
  if (options.vividArgs !== undefined) args.push('--vivid-args', options.vividArgs);
  // What a guest writes is thrown away, and the host's own config must not leak in.
  const home = mkdtempSync('/tmp/mien-vm-home-');
  const env = { ...process.env, HOME: home, RUN_IN_VM_CACHE: cacheFolder(), ...options.environment };
  const child = spawn(runner, [...args, '--', ...command], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      rmSync(home, { recursive: true, force: true });
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
}

/**
 * Runs test/vm/guest/NAME.mjs in the guest and returns the objects that it printed, one JSON object a line (lines that
 * do not start with `{` are for people).
 *
 * @throws Error with all that the guest printed if it fails.
 */
export async function runGuest(
  name: string,
  args: readonly string[] = [],
  options: VmOptions = {},
): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await runInVm(['node', `test/vm/guest/${name}.mjs`, ...args], options);
  if (code !== 0) throw new Error(`${name} ended with ${code} in the guest\n${stdout}\n${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function cacheFolder(): string {
  const { RUN_IN_VM_CACHE, XDG_CACHE_HOME, HOME } = process.env;
  return RUN_IN_VM_CACHE ?? `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/run-in-vm`;
}
