import { userInfo } from 'node:os';
import { outputOf } from './command-output.js';
import type { Facts, PackageManager, SystemFacts, UserFacts } from './facts.js';
import { gatherBrowsers } from './gather-browsers.js';
import { gatherLoopback, gatherVideoNodes } from './gather-devices.js';
import { gatherPipewire } from './gather-pipewire.js';
import { gatherRuntime } from './gather-runtime.js';
import { isMienRunning, runningPrograms } from './processes.js';
import { readText } from './text-file.js';

/**
 * Looks at this machine: reads files below /proc, /sys, /dev, /etc and the user's own, opens the video nodes for a
 * moment, and asks modinfo, id and busctl. Changes nothing. Takes some hundred milliseconds.
 */
export async function gatherFacts(): Promise<Facts> {
  const programs = runningPrograms();
  const system = gatherSystem();
  return {
    user: gatherUser(),
    system,
    loopback: gatherLoopback(system.kernelRelease),
    videoNodes: gatherVideoNodes(),
    pipewire: await gatherPipewire(programs),
    browsers: gatherBrowsers(programs),
    runtime: await gatherRuntime(),
    isMienRunning: isMienRunning(programs, process.pid),
  };
}

function gatherUser(): UserFacts {
  const { uid, username } = userInfo();
  const configuredGroups = (outputOf('id', ['-Gn', username]) ?? '').split(' ');
  return { name: username, isRoot: uid === 0, configuredGroups };
}

function gatherSystem(): SystemFacts {
  const release = parseOsRelease(readText('/etc/os-release') ?? '');
  const lockdown = readText('/sys/kernel/security/lockdown') ?? '';
  return {
    distribution: release['PRETTY_NAME'] ?? 'Linux',
    packageManager: packageManagerOf(release),
    kernelRelease: readText('/proc/sys/kernel/osrelease') ?? '0',
    isSecureBoot: isSecureBoot(),
    refusesUnsigned:
      readText('/sys/module/module/parameters/sig_enforce') === 'Y' || /\[(integrity|conf)/.test(lockdown),
  };
}

/** The lines of /etc/os-release, quotes taken off. Source: os-release(5). */
export function parseOsRelease(text: string): Readonly<Record<string, string>> {
  const lines = text.matchAll(/^([A-Z0-9_]+)=(["']?)(.*)\2$/gm);
  return Object.fromEntries([...lines].map(([, name, , value]) => [name, value]));
}

/** By the distribution's own name, else by those it is made from ("ID_LIKE"). */
export function packageManagerOf(release: Readonly<Record<string, string>>): PackageManager | null {
  const families: readonly (readonly [RegExp, PackageManager])[] = [
    [/debian|ubuntu|mint|pop/, 'apt'],
    [/fedora|rhel|centos/, 'dnf'],
    [/arch|manjaro|endeavouros/, 'pacman'],
    [/suse/, 'zypper'],
  ];
  const names = `${release['ID'] ?? ''} ${release['ID_LIKE'] ?? ''}`;
  return families.find(([pattern]) => pattern.test(names))?.[1] ?? null;
}

/** The firmware's variable: four bytes of attributes, then one that is 1 if it is on. Absent without UEFI. */
function isSecureBoot(): boolean {
  const GLOBAL_VARIABLE = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
  return readText(`/sys/firmware/efi/efivars/SecureBoot-${GLOBAL_VARIABLE}`)?.charCodeAt(4) === 1;
}
