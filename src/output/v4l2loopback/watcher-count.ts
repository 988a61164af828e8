import { closeSync, readSync } from 'node:fs';
import koffi from 'koffi';
import { nowMs } from '../../frame/clock.js';
import { deviceHolders } from '../../system/device-holders.js';
import {
  IN_CLOEXEC,
  IN_CLOSE_NOWRITE,
  IN_CLOSE_WRITE,
  IN_NONBLOCK,
  IN_OPEN,
  IN_Q_OVERFLOW,
  libc,
  POLLIN,
  POLLPRI,
  SystemCallError,
} from '../../system/libc.js';
import type { V4l2Device } from '../../system/v4l2/device.js';
import { EventSubscription, VideoEvent } from '../../system/v4l2/structs.js';
import { SettledCount } from './settled-count.js';

/** Tells how many programs watch a node. Cheap enough to be asked for every frame. */
export interface WatcherCount {
  /** Null where it cannot be told. */
  count(): number | null;
  /** Safe to call twice. */
  close(): void;
}

/** Counts by the driver's own events where it has them, else by openings of the node. */
export function countWatchers(device: V4l2Device): WatcherCount {
  return UsageEvents.subscribe(device) ?? OpeningCount.start(device.path) ?? { count: () => null, close: () => {} };
}

/** The start of the events that a driver defines itself. Source: linux/videodev2.h. */
const PRIVATE_START = 0x0800_0000;
/**
 * V4L2_EVENT_PRI_CLIENT_USAGE by its number since 0.13 (source: v4l2loopback.c of 0.13.2 and 0.15.0), and the one that
 * distributions gave it in what they added to 0.12.
 */
const CLIENT_USAGE = [PRIVATE_START + 0x08e0_0000 + 1, PRIVATE_START];
const SEND_INITIAL = 1;
/** Of `struct v4l2_event`: its union begins with the number of clients. */
const COUNT_AT = 8;

/**
 * Clients that stream, as the driver counts them (0.13 upwards): opening the node is not watching it. These versions let
 * one client stream at a time, so the count is 0 or 1. What 0.13 does not count is a client that uses read().
 */
class UsageEvents implements WatcherCount {
  readonly #device: V4l2Device;
  readonly #event = Buffer.alloc(koffi.sizeof(VideoEvent));
  readonly #ready: Readiness;
  #count = 0;

  /** @returns null if the driver has no such event. */
  static subscribe(device: V4l2Device): UsageEvents | null {
    for (const type of CLIENT_USAGE) {
      try {
        device.call('SUBSCRIBE_EVENT', EventSubscription, { type, flags: SEND_INITIAL });
        return new UsageEvents(device);
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
      }
    }
    return null;
  }

  private constructor(device: V4l2Device) {
    this.#device = device;
    this.#ready = new Readiness(device.fd, POLLPRI);
  }

  count(): number | null {
    try {
      while (this.#ready.now()) {
        this.#device.ioctl('DQEVENT', this.#event);
        this.#count = this.#event.readUInt32LE(COUNT_AT);
      }
    } catch (error) {
      if (error instanceof SystemCallError) return null; // the device went away: the next write tells
      throw error;
    }
    return this.#count;
  }

  close(): void {} // the subscription ends with the device
}

/** Programs look at a camera for some ms to list it; whoever has it open for this long watches. */
const PROBE_MS = 500;
/** A node that is opened and closed all the time is looked at no more often. */
const TRIES = 5;
/** `struct inotify_event` of a watch on a file: no name follows. */
const NOTICE_BYTES = 16;

/** Openings of the node by others, for drivers without the event: 0.12. Who opens it and never reads counts too. */
class OpeningCount implements WatcherCount {
  readonly #path: string;
  readonly #fd: number;
  readonly #notices = Buffer.alloc(64 * NOTICE_BYTES);
  readonly #ready: Readiness;
  readonly #settled: SettledCount;
  #open = 0;
  #isClosed = false;

  /** @returns null if the kernel has no watch to spare. */
  static start(path: string): OpeningCount | null {
    const fd = libc().inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) return null;
    if (libc().inotify_add_watch(fd, path, IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE) >= 0) {
      return new OpeningCount(path, fd);
    }
    closeSync(fd);
    return null;
  }

  private constructor(path: string, fd: number) {
    this.#path = path;
    this.#fd = fd;
    this.#ready = new Readiness(fd, POLLIN);
    this.#recount();
    this.#settled = new SettledCount(this.#open, PROBE_MS);
  }

  count(): number {
    while (!this.#isClosed && this.#ready.now()) {
      const length = readSync(this.#fd, this.#notices);
      let all = 0;
      for (let at = 0; at < length; at += NOTICE_BYTES) {
        const mask = this.#notices.readUInt32LE(at + 4);
        this.#take(mask);
        all |= mask;
      }
      if (all & IN_Q_OVERFLOW) this.#recount(); // some were lost
    }
    return this.#settled.update(this.#open, nowMs());
  }

  #take(mask: number): void {
    if (mask & IN_OPEN) this.#open++;
    else if (mask & (IN_CLOSE_WRITE | IN_CLOSE_NOWRITE)) this.#open = Math.max(0, this.#open - 1);
  }

  /** Looks who has it open, again if somebody came or went meanwhile: that would be counted twice, or not at all. */
  #recount(): void {
    for (let tries = 1; ; tries++) {
      this.#open = deviceHolders(this.#path).length;
      if (tries === TRIES || !this.#ready.now()) return;
      while (this.#ready.now()) readSync(this.#fd, this.#notices);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }
}

/** Whether a file descriptor has something to tell, without waiting. */
class Readiness {
  readonly #pollfd = Buffer.alloc(8);
  readonly #events: number;

  constructor(fd: number, events: number) {
    this.#events = events;
    this.#pollfd.writeInt32LE(fd, 0);
    this.#pollfd.writeInt16LE(events, 4);
  }

  now(): boolean {
    return libc().poll(this.#pollfd, 1, 0) === 1 && (this.#pollfd.readInt16LE(6) & this.#events) !== 0;
  }
}
