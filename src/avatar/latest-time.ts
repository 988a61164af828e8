import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from './data-folder.js';
import type { TimeSeen } from './judge-consent.js';
import { writeWhole } from './whole-file.js';

/** How far the clock goes on before the file is written again, in milliseconds. */
const NOTE_EVERY_MS = 60_000;

/**
 * The latest time that was ever seen here, in `latest-time` of the data folder: a consent that ended stays ended when the
 * clock is set back. Who removes the file as well is not stopped; this is against the simple attempt.
 */
export class LatestTime {
  readonly #path: string;
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  readonly #started: { readonly clock: number; readonly monotonic: number };
  #latest: number;

  /** @param clock - milliseconds since 1970. @param monotonic - milliseconds on a clock that nobody can set. */
  constructor(data = dataFolder(), clock: () => number = Date.now, monotonic: () => number = () => performance.now()) {
    this.#path = join(data, 'latest-time');
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#started = { clock: clock(), monotonic: monotonic() };
    this.#latest = 0;
  }

  /** The time now, and the latest that was seen; notes it. */
  now(): TimeSeen {
    const clock = this.#clock();
    const elapsed = this.#monotonic() - this.#started.monotonic;
    const noted = this.#read();
    this.#latest = Math.max(this.#latest, noted, clock, Math.floor(this.#started.clock + elapsed));
    if (this.#latest >= noted + NOTE_EVERY_MS) this.#note();
    return { clock, latest: this.#latest };
  }

  #read(): number {
    try {
      const moment = Date.parse(readFileSync(this.#path, 'latin1').trim());
      return Number.isNaN(moment) ? 0 : moment;
    } catch {
      return 0; // not there yet
    }
  }

  #note(): void {
    try {
      mkdirSync(join(this.#path, '..'), { recursive: true, mode: 0o700 });
      writeWhole(this.#path, Buffer.from(`${new Date(this.#latest).toISOString()}\n`));
    } catch {
      // A full or read-only disk: this process still knows, and no call should end for it.
    }
  }
}
