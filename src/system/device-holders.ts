import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** A process that has a device node open. */
export interface DeviceHolder {
  readonly pid: number;
  /** As `ps` shows it, cut to its first word without folders: "firefox". */
  readonly command: string;
}

/**
 * Who has a device node open, this process left out. Sees the processes of this user (root: all); others' are hidden by
 * the kernel. Reads all of /proc: some 10 ms; for error messages and listings, not for every frame.
 */
export function deviceHolders(path: string): DeviceHolder[] {
  const node = rdevOf(path);
  if (node === null) return [];
  const holders: DeviceHolder[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    if (hasOpen(`/proc/${name}/fd`, node)) holders.push({ pid: Number(name), command: commandOf(name) });
  }
  return holders;
}

/** "firefox (process 4711)", several joined by "and"; null for none. */
export function describeHolders(holders: readonly DeviceHolder[]): string | null {
  if (holders.length === 0) return null;
  return holders.map(({ pid, command }) => `${command} (process ${pid})`).join(' and ');
}

function hasOpen(folder: string, node: number): boolean {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return false; // another user's process, or one that has just ended
  }
  return names.some((name) => {
    const link = `${folder}/${name}`;
    try {
      return readlinkSync(link).startsWith('/dev/') && rdevOf(link) === node;
    } catch {
      return false; // closed meanwhile
    }
  });
}

/** The number of the device behind a path, or null where there is no character device. */
function rdevOf(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isCharacterDevice() ? stats.rdev : null;
}

/** What a process is called, for people. */
export function commandOf(pid: string): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const program = (words[0] ?? '').split('/').pop() ?? '';
    if (program === 'node' && words.some((word) => /(^|\/)mien(\.js)?$/.test(word))) return 'mien';
    return program || readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'a program that has just ended';
  }
}
