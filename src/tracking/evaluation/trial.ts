import type { Micros } from '../../frame/clock.js';
import type { FrameAt } from '../../frame/frame-at.js';
import { LANDMARK_COUNT } from '../../inference/face-region.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { FaceTracker } from '../face-tracker.js';
import { MovingAverage } from '../filters/moving-average.js';
import { OneEuro } from '../filters/one-euro.js';
import type { PointFilter } from '../filters/point-filter.js';
import { errorAt, jitter, lagOf, meanPoints, type Track, type Truth, tremble } from './jitter-and-lag.js';
import { AT_REST, KNOWN_MOTIONS, type KnownMotion, movePoint } from './known-motion.js';
import { MovingPicture } from './moving-picture.js';

/** Noise of the camera in 8-bit steps of luma: a webcam in a lit room. */
const CAMERA_NOISE = 3;
const FRAMES_PER_SECOND = 30;
/** What happens before is not counted: filters settle. */
const SETTLING_FRAMES = 60;

/** How far ahead predictions are tried: a frame of 30 a second. */
export const AHEAD_SECONDS = 1 / FRAMES_PER_SECOND;

/** A face as tracked over time. */
export interface Recording {
  /** Seconds. */
  readonly times: readonly number[];
  /** As the network gave it, and as the tracker smoothed it. */
  readonly raw: Track;
  readonly smoothed: Track;
  /** As the tracker predicts it for AHEAD_SECONDS after each frame. */
  readonly predicted: Track;
}

/** The filters that ours is measured against. */
export const RIVALS: Readonly<Record<string, () => PointFilter>> = {
  'moving average of 3': () => new MovingAverage(3),
  'moving average of 5': () => new MovingAverage(5),
  'One Euro (MediaPipe)': () => new OneEuro(),
};

/** How a filter does on one motion. */
export interface MotionResult {
  readonly lagMs: number;
  /** RMS distance from the truth, in pixels. */
  readonly errorPx: number;
}

/** Errors when the points of one frame are shown with the next, in pixels: left where they were, and predicted. */
export interface PredictionResult {
  readonly heldPx: number;
  readonly predictedPx: number;
}

/** What a trial has measured. */
export interface TrialResult {
  readonly filters: readonly FilterResult[];
  readonly predictions: Readonly<Record<keyof typeof KNOWN_MOTIONS, PredictionResult>>;
}

/** How a filter does. */
export interface FilterResult {
  readonly filter: string;
  readonly jitterPx: number;
  readonly tremblePx: number;
  readonly motions: Readonly<Record<keyof typeof KNOWN_MOTIONS, MotionResult>>;
}

/** A tracker, and where it finds its frames. */
export interface TrialSetup {
  readonly tracker: FaceTracker;
  readonly kernels: Kernels;
  readonly frame: FrameAt;
}

/** Runs a filter over what the network gave. */
export function smoothWith(filter: PointFilter, { times, raw }: Recording): Track {
  return raw.map((points, k) => {
    const smoothed = new Float32Array(points.length);
    // Not from 0: a filter must not take the first time for "never".
    filter.update(points, ((times[k]! + 1) * 1e6) as Micros, smoothed);
    return smoothed;
  });
}

/**
 * Tracks a run of pictures from scratch.
 *
 * @param fill - writes the picture of a frame; returns false at the end.
 * @throws Error naming the first frame without a face.
 */
export async function record(
  { tracker, kernels, frame }: TrialSetup,
  framesPerSecond: number,
  fill: (into: Uint8Array, index: number) => boolean | Promise<boolean>,
): Promise<Recording> {
  const times: number[] = [];
  const raw: Float32Array[] = [];
  const smoothed: Float32Array[] = [];
  const predicted: Float32Array[] = [];
  tracker.reset();
  for (let index = 0; await fill(kernels.u8(frame.address, frame.layout.byteLength), index); index++) {
    const seconds = index / framesPerSecond;
    const face = await tracker.track(frame, ((seconds + 1) * 1e6) as Micros);
    if (!face) throw new Error(`no face in frame ${index}`);
    times.push(seconds);
    raw.push(face.rawPoints.slice());
    smoothed.push(face.points.slice());
    const ahead = new Float32Array(face.points.length);
    tracker.predict(((seconds + AHEAD_SECONDS + 1) * 1e6) as Micros, ahead);
    predicted.push(ahead);
  }
  return { times, raw, smoothed, predicted };
}

/**
 * Measures the tracker's filter and its rivals on a still picture of a face: at rest with a camera's noise, then moved by
 * known amounts. Every filter gets the same landmarks.
 *
 * @param still - I420. @param frames - length of each recording.
 * @param motions - which motions; a motion takes about 40 ms a frame.
 */
export async function tryFilters(
  setup: TrialSetup,
  still: Uint8Array,
  frames: number,
  motions: readonly (keyof typeof KNOWN_MOTIONS)[] = ['slow', 'lively', 'nods', 'quick'],
): Promise<TrialResult> {
  const { tracker, kernels, frame } = setup;
  kernels.u8(frame.address, frame.layout.byteLength).set(still);
  tracker.reset();
  const found = await tracker.track(frame, 1 as Micros);
  if (!found) throw new Error('no face in the still picture');
  const picture = new MovingPicture(still, frame.layout, found.region, CAMERA_NOISE);
  const recordMotion = (motion: KnownMotion): Promise<Recording> =>
    record(setup, FRAMES_PER_SECOND, (into, index) => {
      if (index < frames) picture.render(motion(index / FRAMES_PER_SECOND), into);
      return index < frames;
    });

  const atRest = await recordMotion(() => AT_REST);
  const neutral = meanPoints(atRest.raw);
  const filters = apply(atRest).map(([filter, track]) => ({
    filter,
    jitterPx: jitter(track),
    tremblePx: tremble(track),
    motions: {} as Record<keyof typeof KNOWN_MOTIONS, MotionResult>,
  }));
  const predictions = {} as Record<keyof typeof KNOWN_MOTIONS, PredictionResult>;
  for (const name of motions) {
    const truth = moved(neutral, KNOWN_MOTIONS[name], picture.about);
    const recording = await recordMotion(KNOWN_MOTIONS[name]);
    const times = recording.times.slice(SETTLING_FRAMES);
    for (const [index, [, track]] of apply(recording).entries()) {
      filters[index]!.motions[name] = {
        lagMs: 1000 * lagOf(track, times, truth),
        errorPx: errorAt(track, times, truth),
      };
    }
    predictions[name] = {
      heldPx: errorAt(recording.raw.slice(SETTLING_FRAMES), times, truth, -AHEAD_SECONDS),
      predictedPx: errorAt(recording.predicted.slice(SETTLING_FRAMES), times, truth, -AHEAD_SECONDS),
    };
  }
  return { filters, predictions };
}

/** All filters over one recording, settled: the network's own points first, ours last. */
function apply(recording: Recording): [filter: string, track: Track][] {
  const rivals = Object.entries(RIVALS).map(([name, make]): [string, Track] => [name, smoothWith(make(), recording)]);
  const all: [string, Track][] = [['none', recording.raw], ...rivals, ['mien', recording.smoothed]];
  return all.map(([name, track]) => [name, track.slice(SETTLING_FRAMES)]);
}

/** Where a motion takes the points of a still face. */
function moved(neutral: Float32Array, motion: KnownMotion, about: { x: number; y: number }): Truth {
  return (seconds, into) => {
    const pose = motion(seconds);
    for (let i = 0; i < 3 * LANDMARK_COUNT; i += 3) {
      const { x, y } = movePoint(pose, about, neutral[i]!, neutral[i + 1]!);
      into[i] = x;
      into[i + 1] = y;
    }
  };
}
