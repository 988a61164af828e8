import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { moduleVersion } from '../output/v4l2loopback/module-version.js';
import { deviceHolders } from '../system/device-holders.js';
import type { DeviceIdentity } from '../system/v4l2/device.js';
import { LOOPBACK_DRIVER, listVideoDevices, type UnreadableDevice } from '../system/v4l2/list-devices.js';
import { isExclusive } from '../system/v4l2/loopback-caps.js';
import { CAP } from '../system/v4l2/structs.js';
import { outputOf } from './command-output.js';
import type { LoopbackFacts, LoopbackModule, VideoNode } from './facts.js';
import { readText } from './text-file.js';

/** How v4l2loopback is on this machine. */
export function gatherLoopback(kernelRelease: string): LoopbackFacts {
  const module = parseModinfo(outputOf('modinfo', ['v4l2loopback']));
  if (existsSync('/sys/module/v4l2loopback')) {
    return { kind: 'loaded', version: moduleVersion(), module, isAtBoot: isAtBoot() };
  }
  if (module) return { kind: 'installed', module };
  const hasHeaders = existsSync(`/lib/modules/${kernelRelease}/build/Makefile`);
  return { kind: 'missing', source: sourceVersion(), hasHeaders };
}

/** What `modinfo` prints, a "name: value" a line; null for a module that it does not know. */
export function parseModinfo(text: string | null): LoopbackModule | null {
  if (!text) return null;
  const field = (name: string) => new RegExp(`^${name}:\\s+(.+)$`, 'm').exec(text)?.[1] ?? null;
  return { version: field('version'), signer: field('signer') };
}

/** DKMS packages put their source there. */
function sourceVersion(): string | null {
  const folders = existsSync('/usr/src') ? readdirSync('/usr/src') : [];
  return folders.map((name) => /^v4l2loopback-(\d.*)$/.exec(name)?.[1]).find((version) => version) ?? null;
}

/** Source of the folders: modules-load.d(5). */
function isAtBoot(): boolean {
  const folders = [
    '/etc/modules-load.d',
    '/run/modules-load.d',
    '/usr/local/lib/modules-load.d',
    '/usr/lib/modules-load.d',
  ];
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
  return ['/etc/modules', ...files].some((path) => /^\s*v4l2loopback\s*$/m.test(readText(path) ?? ''));
}

/** Every /dev/video*, with those that cannot be opened told of by /sys, as far as it goes. */
export function gatherVideoNodes(): VideoNode[] {
  const { devices, unreadable } = listVideoDevices();
  const nodes = [...devices.map(readableNode), ...unreadable.map(closedNode)];
  const number = ({ path }: VideoNode) => Number(/\d+$/.exec(path)?.[0]);
  return nodes.sort((a, b) => number(a) - number(b));
}

function readableNode({ path, driver, card, caps }: DeviceIdentity): VideoNode {
  const isLoopback = driver === LOOPBACK_DRIVER;
  const isCamera = (caps & CAP.VIDEO_CAPTURE) !== 0;
  return {
    path,
    kind: isLoopback ? 'loopback' : isCamera ? 'camera' : 'other',
    name: card,
    refusal: null,
    group: groupOf(path),
    isExclusive: isLoopback ? isExclusive(caps) : null,
    holders: deviceHolders(path),
  };
}

function closedNode({ path, code }: UnreadableDevice): VideoNode {
  const folder = `/sys/class/video4linux/${basename(path)}`;
  return {
    path,
    // Only v4l2loopback's devices count their openers. What else a closed node is cannot be told; most are cameras.
    kind: existsSync(`${folder}/max_openers`) ? 'loopback' : 'camera',
    name: readText(`${folder}/name`) ?? basename(path),
    refusal: code,
    group: groupOf(path),
    isExclusive: null,
    holders: deviceHolders(path),
  };
}

function groupOf(path: string): string {
  const gid = statSync(path, { throwIfNoEntry: false })?.gid ?? 0;
  return outputOf('getent', ['group', String(gid)])?.split(':')[0] ?? String(gid);
}
