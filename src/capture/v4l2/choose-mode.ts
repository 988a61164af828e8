import { type CameraMode, READABLE_PIXELS, type ReadablePixels } from './modes.js';

/** What is wanted of a camera. */
export interface ModeWish {
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly fps: number;
}

/** A mode that mien reads, and the rate to ask it for. */
export interface ChosenMode {
  readonly pixels: ReadablePixels;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/** Rates a hair apart (29.97 and 30) count as the same, and so do shares that only rounding tells apart. */
const RATE_TOLERANCE = 0.05;
const EPSILON = 1e-9;

/**
 * Chooses how a camera is to run, of the modes that mien can decode:
 *
 * 1. The mode that covers most of the wish. Its share is min(1, width / wanted) · min(1, height / wanted) ·
 *    min(1, rate / wanted): 1 for a mode that covers size and rate; where none does, 640x480 at 30 and 1280x720 at 10 are
 *    equally far from 1280x720 at 30.
 * 2. Of those, the smallest: fewest pixels a frame. More would be scaled away.
 * 3. Of those, the format that is cheapest to decode (the order of READABLE_PIXELS): I420, NV12, YUYV, UYVY, MJPG.
 * 4. Of those, the first in the driver's list.
 *
 * The rate to ask for is the slowest that covers the wanted one, else the fastest; a mode that tells no rates is believed
 * to reach it. Null if there is no mode to decode.
 */
export function chooseMode(modes: readonly CameraMode[], wish: ModeWish): ChosenMode | null {
  let best: Candidate | null = null;
  for (const mode of modes) {
    const candidate = candidateOf(mode, wish);
    if (candidate && (!best || isBetter(candidate, best))) best = candidate;
  }
  return best?.chosen ?? null;
}

interface Candidate {
  readonly chosen: ChosenMode;
  readonly share: number;
  readonly pixelCount: number;
  readonly cost: number;
}

function candidateOf({ pixels, width, height, rates }: CameraMode, wish: ModeWish): Candidate | null {
  const cost = (READABLE_PIXELS as readonly string[]).indexOf(pixels);
  const readable = READABLE_PIXELS[cost];
  if (readable === undefined) return null;
  const reaches = (rate: number) => rate >= wish.fps - RATE_TOLERANCE;
  const fps = rates.findLast(reaches) ?? rates[0] ?? wish.fps;
  const rateShare = reaches(fps) ? 1 : fps / wish.fps;
  const share = Math.min(1, width / wish.width) * Math.min(1, height / wish.height) * rateShare;
  return { chosen: { pixels: readable, width, height, fps }, share, pixelCount: width * height, cost };
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (Math.abs(a.share - b.share) > EPSILON) return a.share > b.share;
  if (a.pixelCount !== b.pixelCount) return a.pixelCount < b.pixelCount;
  return a.cost < b.cost;
}
