import { UserError } from '../errors.js';
import { nowMicros } from '../frame/clock.js';
import type { FrameStamp, Rate } from '../frame/frame.js';
import { type I420Layout, i420Layout } from '../frame/i420.js';
import { DueTimer } from './due-timer.js';
import { drawFrameNumber } from './frame-number.js';
import { frameInterval, rateFromFps } from './frame-rate.js';
import { PacedPlayback, type Playable } from './paced-playback.js';
import type { FrameSource, SourceInfo } from './source.js';

/** How the test picture is made. */
export interface SyntheticOptions {
  /** Default: 1280x720. At least 64 a side, so that the frame number can be read. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Frames a second, default 30. */
  readonly fps?: number | undefined;
  /** Delivers frames when they are due, like a camera. Default: as fast as they are read. */
  readonly paced?: boolean | undefined;
  /** Ends after so many frames. Default: never. */
  readonly frameLimit?: number | undefined;
}

/** Pixels of a side in which the frame number can still be read. */
const SIDE_MIN = 64;
/** Pixels after which the ramp repeats. */
const PERIOD = 256;
/** Pixels that the ramp moves from one frame to the next. */
const SPEED = 4;

/**
 * A moving test picture: a diagonal ramp that wanders, colours that stand still, and the frame's number in its pixels at
 * the top and at the bottom, where `readFrameNumber` finds it.
 */
export class SyntheticSource implements FrameSource, Playable {
  readonly #layout: I420Layout;
  readonly #rate: Rate;
  readonly #isPaced: boolean;
  readonly #frameLimit: number;
  /** Luma of `height + PERIOD` rows: each frame is a window of it, so that drawing one is a copy. */
  readonly #ramp: Uint8Array;
  readonly #chroma: Uint8Array;
  #playback: PacedPlayback | null = null;
  #frame = -1;

  /** @throws UserError CONFIG_INVALID for a side under 64, or a rate outside of 1 to 240. */
  constructor({ width = 1280, height = 720, fps = 30, paced = false, frameLimit }: SyntheticOptions = {}) {
    if (width < SIDE_MIN || height < SIDE_MIN) {
      throw new UserError(
        'CONFIG_INVALID',
        `A synthetic picture of ${width}x${height} pixels was asked for; its frame number needs ${SIDE_MIN}x${SIDE_MIN} or more.`,
        'Give a size like --size 1280x720.',
      );
    }
    this.#layout = i420Layout(width, height);
    this.#rate = rateFromFps(fps);
    this.#isPaced = paced;
    this.#frameLimit = frameLimit ?? Number.POSITIVE_INFINITY;
    this.#ramp = drawRamp(width, height + PERIOD);
    this.#chroma = drawColours(this.#layout);
  }

  async open(): Promise<SourceInfo> {
    if (this.#isPaced) {
      const intervalS = frameInterval(this.#rate);
      this.#playback = new PacedPlayback(this, this.#layout.byteLength, intervalS, new DueTimer());
    }
    const frameCount = Number.isFinite(this.#frameLimit) ? this.#frameLimit : null;
    return { name: 'synthetic', layout: this.#layout, rate: this.#rate, frameCount };
  }

  async read(into: Uint8Array): Promise<FrameStamp | null> {
    if (this.#playback) return this.#playback.read(into);
    const pts = this.next();
    if (pts === null) return null;
    this.convert(into);
    return { sequence: this.#frame, capturedAt: nowMicros(), pts };
  }

  async close(): Promise<void> {
    this.#playback?.close();
  }

  /** Goes on to the next frame. Part of being played by a pacer. */
  next(): number | null {
    if (this.#frame + 1 >= this.#frameLimit) return null;
    this.#frame++;
    return this.#frame * frameInterval(this.#rate);
  }

  /** Draws the frame that `next` went to. */
  convert(into: Uint8Array): void {
    const { width, height, offsetU } = this.#layout;
    const from = ((this.#frame * SPEED) % PERIOD) * width;
    into.set(this.#ramp.subarray(from, from + width * height));
    into.set(this.#chroma, offsetU);
    drawFrameNumber(into, this.#layout, this.#frame);
  }
}

/** A triangle wave along the diagonals, 40 to 200: edges and flat parts move, and no value is clipped by a codec. */
function drawRamp(width: number, height: number): Uint8Array {
  const ramp = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const phase = ((x + y) % PERIOD) / PERIOD;
      ramp[y * width + x] = 40 + Math.round(160 * (1 - Math.abs(2 * phase - 1)));
    }
  }
  return ramp;
}

/** Both chroma planes: U grows to the right, V downwards, over the middle half of the range. */
function drawColours({ strideUV, heightUV }: I420Layout): Uint8Array {
  const chroma = new Uint8Array(2 * strideUV * heightUV);
  for (let y = 0; y < heightUV; y++) {
    for (let x = 0; x < strideUV; x++) {
      chroma[y * strideUV + x] = 64 + Math.floor((128 * x) / strideUV);
      chroma[(heightUV + y) * strideUV + x] = 64 + Math.floor((128 * y) / heightUV);
    }
  }
  return chroma;
}
