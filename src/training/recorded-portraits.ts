import { eyeOpenness, mouthOpening } from '../blending/expression.js';
import { fitPose, headAngles, toCanonical } from '../blending/face-pose.js';
import { UserError } from '../errors.js';
import type { FrameAt } from '../frame/frame-at.js';
import { Kernels } from '../kernels/kernels.js';
import { type Driver, loadDriver } from './driver.js';
import { createPicture, type Picture } from './picture.js';
import { makePortrait, type Portrait } from './portrait.js';

/** What a face does: turn and nod in radians, mouth and eyes in cm and shares, weighed so that each counts alike. */
export type FaceSignals = readonly [yaw: number, pitch: number, mouth: number, eyes: number];

/** How much of each signal is as good as another expression: 15° of a turn, 1 cm of the mouth, a fifth of the eyes. */
const UNITS: FaceSignals = [0.26, 0.26, 1, 0.2];

/** The signals of a face, from its points in a frame. */
export function faceSignals(points: Float32Array): FaceSignals {
  const pose = fitPose(points);
  const shape = toCanonical(pose, points, new Float32Array(points.length));
  const { yaw, pitch } = headAngles(pose);
  return [yaw / UNITS[0], pitch / UNITS[1], mouthOpening(shape) / UNITS[2], eyeOpenness(shape) / UNITS[3]];
}

/** How unlike two faces' doings are. */
export function unlikeness(a: FaceSignals, b: FaceSignals): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3]);
}

/**
 * Portraits of one person from a recording, as unlike each other as it has them: turned and nodding, with open and closed
 * mouth and eyes. All have the person's one shape at rest. The first is nearest to that.
 *
 * @param count - at most so many. @throws UserError INPUT_MISSING or INPUT_INVALID, as `loadDriver` and `makePortrait`.
 */
export async function loadRecordedPortraits(path: string, count: number): Promise<readonly Portrait[]> {
  const driver = await loadDriver(path);
  const chosen = unlikeFrames(driver, count);
  const portraits: Portrait[] = [];
  let refusal: UserError | null = null;
  for (const { index, still } of await readStills(driver, chosen)) {
    try {
      const portrait = await makePortrait(still, `frame ${index} of ${path}`, 'as pictured');
      portraits.push({ ...portrait, neutral: driver.neutral });
    } catch (error) {
      // A frame in which the head is turned too far is left out; the others will do.
      if (!(error instanceof UserError) || error.code !== 'INPUT_INVALID') throw error;
      refusal = error;
    }
  }
  if (portraits.length === 0 && refusal) throw refusal;
  // Eyes are drawn anew in any case: from the face at rest, whose eyes are open.
  return portraits.map((portrait) => ({ ...portrait, pictured: portraits[0]!.pictured }));
}

/** Numbers of frames, each the most unlike all before it; the first is the most usual one. */
function unlikeFrames({ frames }: Driver, count: number): ReadonlySet<number> {
  const signals = frames.map(({ points }) => faceSignals(points));
  const median = [0, 1, 2, 3].map(
    (k) => signals.map((signal) => signal[k]!).sort((a, b) => a - b)[signals.length >> 1]!,
  );
  const usual = median as unknown as FaceSignals;
  let next = signals.reduce(
    (best, signal, i) => (unlikeness(signal, usual) < unlikeness(signals[best]!, usual) ? i : best),
    0,
  );
  const nearest = signals.map(() => Number.POSITIVE_INFINITY);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, frames.length)) {
    chosen.add(frames[next]!.index);
    const last = signals[next]!;
    signals.forEach((signal, i) => {
      nearest[i] = Math.min(nearest[i]!, unlikeness(signal, last));
    });
    next = nearest.reduce((best, distance, i) => (distance > nearest[best]! ? i : best), 0);
    if (nearest[next] === 0) break;
  }
  return chosen;
}

async function readStills(driver: Driver, chosen: ReadonlySet<number>): Promise<{ index: number; still: Picture }[]> {
  const { layout } = driver;
  const kernels = await Kernels.load(layout.byteLength + 3 * layout.width * layout.height + (1 << 20));
  const rgb = kernels.alloc(3 * layout.width * layout.height);
  const stills: { index: number; still: Picture }[] = [];
  for await (const { index, frame } of driver.read(kernels)) {
    if (chosen.has(index)) stills.push({ index, still: toPicture(kernels, frame, rgb) });
  }
  // In the order of choice: the face at rest comes first.
  const order = [...chosen];
  return stills.sort((a, b) => order.indexOf(a.index) - order.indexOf(b.index));
}

function toPicture(kernels: Kernels, frame: FrameAt, address: number): Picture {
  const { width, height } = frame.layout;
  kernels.i420ToRgb(frame, address, 3 * width);
  const rgb = kernels.u8(address, 3 * width * height);
  const picture = createPicture(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let k = 0; k < 3; k++) picture.rgba[4 * i + k] = rgb[3 * i + k]!;
    picture.rgba[4 * i + 3] = 255;
  }
  return picture;
}
