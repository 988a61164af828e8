import { createPose, fitPose, headAngles } from '../../blending/face-pose.js';
import { EXPRESSION_SIGNALS } from '../../tracking/evaluation/expression-signals.js';
import { correlate } from '../../tracking/evaluation/jitter-and-lag.js';

/** What a face does in one frame. */
export interface FaceSignals {
  /** Gap between the lips over the distance between the outer corners of the eyes. */
  readonly mouth: number;
  /** Height of the eyes over their width. */
  readonly eyes: number;
  /** Where the irises are, in widths of the eye from its middle: to the right of the picture, and down. */
  readonly gazeAcross: number;
  readonly gazeDown: number;
  /** Radians; see HeadAngles. */
  readonly yaw: number;
  readonly pitch: number;
}

/** How an output's signals follow the driver's: Pearson's correlation of each. */
export type Following = FaceSignals;

/** An eye that is open less than this share of its usual openness shows no gaze. */
const BLINK_SHARE = 0.6;

/** Corner, corner and iris of each eye; the corner on the left of an unmirrored picture first. */
const EYES = [
  [33, 133, 468],
  [362, 263, 473],
] as const;

const pose = createPose();

/** Reads a face's signals. @param points - LANDMARK_COUNT × (x, y, z), pixels. */
export function readSignals(points: Float32Array): FaceSignals {
  const { yaw, pitch } = headAngles(fitPose(points, pose));
  let across = 0;
  let down = 0;
  for (const [left, right, iris] of EYES) {
    const dx = points[3 * right]! - points[3 * left]!;
    const dy = points[3 * right + 1]! - points[3 * left + 1]!;
    const x = points[3 * iris]! - (points[3 * left]! + points[3 * right]!) / 2;
    const y = points[3 * iris + 1]! - (points[3 * left + 1]! + points[3 * right + 1]!) / 2;
    const width2 = dx * dx + dy * dy;
    across += (x * dx + y * dy) / width2 / EYES.length;
    down += (y * dx - x * dy) / width2 / EYES.length;
  }
  return {
    mouth: EXPRESSION_SIGNALS.mouthOpenness(points),
    eyes: EXPRESSION_SIGNALS.eyeOpenness(points),
    gazeAcross: across,
    gazeDown: down,
    yaw,
    pitch,
  };
}

/**
 * Correlates what the output's face does with what the driver's did in the same frames. Gaze is compared where the
 * driver's eyes are open.
 */
export function followSignals(output: readonly FaceSignals[], driver: readonly FaceSignals[]): Following {
  const usual = [...driver].map(({ eyes }) => eyes).sort((a, b) => a - b)[driver.length >> 1] ?? 0;
  const all = driver.map((_, index) => index);
  const open = all.filter((index) => driver[index]!.eyes >= BLINK_SHARE * usual);
  const of = (signal: keyof FaceSignals, frames = all): number =>
    correlate(
      frames.map((index) => output[index]![signal]),
      frames.map((index) => driver[index]![signal]),
    );
  return {
    mouth: of('mouth'),
    eyes: of('eyes'),
    gazeAcross: of('gazeAcross', open),
    gazeDown: of('gazeDown', open),
    yaw: of('yaw'),
    pitch: of('pitch'),
  };
}
