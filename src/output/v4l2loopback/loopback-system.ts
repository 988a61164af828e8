import { readFileSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeHolders, deviceHolders } from '../../system/device-holders.js';
import { lockHolder } from '../../system/file-lock.js';
import { V4l2Device } from '../../system/v4l2/device.js';
import { DriverNode, type LoopbackNode } from './loopback-node.js';
import { moduleVersion } from './module-version.js';
import { countWatchers, type WatcherCount } from './watcher-count.js';

/** What a LoopbackCamera needs of the machine: the machine itself, or its twin in tests. */
export interface LoopbackSystem {
  /** @throws SystemCallError */
  open(path: string): LoopbackNode;
  /** Who else has the node open, for people; null if nobody is seen. */
  holders(path: string): string | null;
  /** Who has locked the node, as every mien does that writes to it; null if it cannot be told. */
  lockHolder(path: string): string | null;
  /** Of the module; null if it does not tell. */
  version(): string | null;
  /** Whether somebody writes pictures into the node right now. For modules that let anybody write; takes a moment. */
  isFed(path: string): Promise<boolean>;
  countWatchers(node: LoopbackNode): WatcherCount;
}

/** The drivers and processes of this machine. */
export const machine: LoopbackSystem = {
  open: (path) => new DriverNode(path),
  holders: (path) => describeHolders(deviceHolders(path)),
  lockHolder: (path) => {
    const holder = lockHolder(path);
    return holder && describeHolders([holder]);
  },
  version: moduleVersion,
  isFed,
  countWatchers: (node) => countWatchers((node as DriverNode).device),
};

/** Longer than the pictures of 4 a second are apart. */
const LOOK_MS = 260;

/** Reads from the node as any program may, and looks whether something new comes. */
async function isFed(path: string): Promise<boolean> {
  if (!hasFormat(path)) return false; // nobody has written since it was last closed by all
  const device = new V4l2Device(path);
  try {
    const byte = Buffer.alloc(1);
    while (hasPicture(device.fd, byte)); // those of before
    await sleep(LOOK_MS);
    return hasPicture(device.fd, byte);
  } finally {
    device.close();
  }
}

function hasFormat(path: string): boolean {
  try {
    return readFileSync(`/sys/class/video4linux/${path.split('/').pop()}/format`, 'utf8').trim() !== '';
  } catch {
    return true; // not told
  }
}

function hasPicture(fd: number, into: Buffer): boolean {
  try {
    return readSync(fd, into) > 0;
  } catch {
    return false; // EAGAIN: none yet
  }
}
