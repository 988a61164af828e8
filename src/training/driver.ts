import { fitPose, headAngles, toCanonical } from '../blending/face-pose.js';
import { neutralShape } from '../blending/neutral-shape.js';
import { ClipSource } from '../capture/clip-source.js';
import { UserError } from '../errors.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { I420Layout } from '../frame/i420.js';
import { Kernels } from '../kernels/kernels.js';
import { FaceTracker } from '../tracking/face-tracker.js';

/** Kernel memory beside the frame: the crops and tensors of two networks. */
const TENSOR_BYTES = 16 << 20;
/** Frames in which the network is less sure of the face do not drive. */
const SURE = 0.9;
/** Fewer frames than this teach nothing. */
const MIN_FRAMES = 30;
/** The shape at rest is taken from heads turned no further than this from where they mostly look, radians. */
const NEUTRAL_TURN = 0.2;

/** A frame of a driver and the points of its face, LANDMARK_COUNT × (x, y, z) in pixels. */
export interface DrivenFrame {
  /** Its number among the frames of the clip. */
  readonly index: number;
  readonly points: Float32Array;
}

/** A recording whose face drives an avatar's: tracked once, its pictures are read again when they are needed. */
export class Driver {
  readonly path: string;
  readonly layout: I420Layout;
  /** The frames that drive, in order. */
  readonly frames: readonly DrivenFrame[];
  /** The shape of the face at rest in canonical cm, LANDMARK_COUNT × (x, y, z). */
  readonly neutral: Float32Array;

  constructor(path: string, layout: I420Layout, frames: readonly DrivenFrame[], neutral: Float32Array) {
    this.path = path;
    this.layout = layout;
    this.frames = frames;
    this.neutral = neutral;
  }

  /**
   * Reads the frames that drive, one after the other, into one place in kernel memory: each is valid until the next one.
   * The place is free again when the loop ends: what is allocated meanwhile is lost with it.
   *
   * @throws UserError INPUT_MISSING or INPUT_INVALID if the file is not as it was; RangeError if memory runs out.
   */
  async *read(kernels: Kernels): AsyncGenerator<DrivenFrame & { readonly frame: FrameAt }> {
    const source = new ClipSource(this.path);
    const mark = kernels.mark();
    try {
      await source.open();
      const frame = { layout: this.layout, address: kernels.alloc(this.layout.byteLength) };
      const pixels = kernels.u8(frame.address, this.layout.byteLength);
      let index = -1;
      for (const driven of this.frames) {
        while (index < driven.index) {
          if (!(await source.read(pixels))) return;
          index++;
        }
        yield { ...driven, frame };
      }
    } finally {
      kernels.release(mark);
      await source.close();
    }
  }
}

/**
 * Tracks the face of a recording from its first frame to its last; the same file gives the same driver.
 *
 * @param maxFrames - so many frames drive at most, spread evenly over the recording. All are tracked.
 * @throws UserError INPUT_MISSING or INPUT_INVALID if the file cannot be read or hardly shows a face.
 */
export async function loadDriver(path: string, { maxFrames = Number.POSITIVE_INFINITY } = {}): Promise<Driver> {
  const source = new ClipSource(path);
  try {
    const { layout } = await source.open();
    const kernels = await Kernels.load(layout.byteLength + TENSOR_BYTES);
    const frame = { layout, address: kernels.alloc(layout.byteLength) };
    const pixels = kernels.u8(frame.address, layout.byteLength);
    const tracker = await FaceTracker.open(kernels);
    const tracked: DrivenFrame[] = [];
    let count = 0;
    try {
      for (; ; count++) {
        const stamp = await source.read(pixels);
        if (!stamp) break;
        const face = await tracker.track(frame, stamp.capturedAt);
        if (face && face.presence >= SURE) tracked.push({ index: count, points: face.points.slice() });
      }
    } finally {
      await tracker.close();
    }
    if (tracked.length < MIN_FRAMES) {
      throw new UserError(
        'INPUT_INVALID',
        `${path} shows a face in ${tracked.length} of its ${count} frames; at least ${MIN_FRAMES} are needed.`,
        'Record your face from the front, in good light, for half a minute or more.',
      );
    }
    return new Driver(path, layout, spread(tracked, maxFrames), restingShape(tracked));
  } finally {
    await source.close();
  }
}

/** At most `most` of the items, evenly. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}

/** The shape at rest, of the frames in which the head is turned as it mostly is. */
function restingShape(frames: readonly DrivenFrame[]): Float32Array {
  const poses = frames.map(({ points }) => fitPose(points));
  const angles = poses.map(headAngles);
  const yaw = median(angles.map((angle) => angle.yaw));
  const pitch = median(angles.map((angle) => angle.pitch));
  const shapes = frames.flatMap(({ points }, i) => {
    const isUsual = Math.hypot(angles[i]!.yaw - yaw, angles[i]!.pitch - pitch) < NEUTRAL_TURN;
    return isUsual ? [toCanonical(poses[i]!, points, new Float32Array(points.length))] : [];
  });
  return neutralShape(
    shapes.length > 0 ? shapes : [toCanonical(poses[0]!, frames[0]!.points, frames[0]!.points.slice())],
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
