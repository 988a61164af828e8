import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { nowMs } from './waiting.mjs';

/**
 * @typedef {object} ReadFrame
 * @property {Buffer} data - YUYV; filled anew with the next frame
 * @property {number} sequence - the driver's count; a gap is a frame that the reader was too slow for
 * @property {number} stampMs - the driver's time of the frame on CLOCK_MONOTONIC: of v4l2loopback, when it was written
 */

/** A program that reads a camera: v4l2-ctl with mapped buffers. Hands each frame to a listener, with what the driver says of it. */
export class FrameReader {
  /** @type {import('node:child_process').ChildProcess} */
  child;
  errors = '';
  /** Frames read so far. */
  count = 0;
  #frameBytes;
  #onFrame;
  #data;
  #filled = 0;
  /** What the driver said of frames whose bytes have not come yet. */
  #stamps = [];
  #line = '';
  /** Whole frames whose stamp has not come yet: their bytes. */
  #waiting = [];

  /**
   * @param {string} path
   * @param {{ width: number, height: number, onFrame: (frame: ReadFrame) => void, args?: string[] }} options
   *   `args`: more arguments for v4l2-ctl, such as --stream-count
   */
  constructor(path, { width, height, onFrame, args = [] }) {
    this.#frameBytes = width * height * 2;
    this.#data = Buffer.alloc(this.#frameBytes);
    this.#onFrame = onFrame;
    // --verbose: the driver's sequence number and stamp of each frame on standard error.
    const all = ['-d', path, '--stream-mmap=4', '--stream-to=-', '--verbose', ...args];
    this.child = spawn('v4l2-ctl', all, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.closed = once(this.child, 'close').then(([code]) => code);
    this.child.stdout.on('data', (chunk) => this.#takeBytes(chunk));
    this.child.stderr.setEncoding('utf8').on('data', (text) => this.#takeText(text));
  }

  /** Whether it still runs. */
  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @param {NodeJS.Signals} signal */
  async kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    await this.closed;
  }

  #takeBytes(chunk) {
    for (let at = 0; at < chunk.length; ) {
      const step = Math.min(chunk.length - at, this.#frameBytes - this.#filled);
      chunk.copy(this.#data, this.#filled, at, at + step);
      at += step;
      this.#filled += step;
      if (this.#filled < this.#frameBytes) return;
      this.#filled = 0;
      if (this.#stamps.length > 0 && this.#waiting.length === 0) this.#hand(this.#data, this.#stamps.shift());
      else this.#waiting.push(Buffer.from(this.#data));
    }
  }

  #takeText(text) {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      const match = /dqbuf: +\d+ seq: +(\d+) bytesused: (\d+) ts: (\d+\.\d+)/.exec(line);
      if (match) this.#stamps.push({ sequence: Number(match[1]), stampMs: Number(match[3]) * 1000 });
      else this.errors += `${line}\n`;
    }
    while (this.#waiting.length > 0 && this.#stamps.length > 0) this.#hand(this.#waiting.shift(), this.#stamps.shift());
  }

  #hand(data, stamp) {
    this.count++;
    this.#onFrame({ data, ...stamp, gotMs: nowMs() });
  }
}
