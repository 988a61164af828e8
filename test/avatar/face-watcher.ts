import { ClipSource } from '../../src/capture/clip-source.js';
import type { Micros } from '../../src/frame/clock.js';
import type { I420Layout } from '../../src/frame/i420.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { FaceTracker } from '../../src/tracking/face-tracker.js';
import { pictureOf, type RgbPicture } from '../../src/training/evaluation/picture.js';

/** A picture in which a face was found. */
export interface SeenFace {
  readonly picture: RgbPicture;
  /** LANDMARK_COUNT × (x, y, z) in pixels of the picture, as the network gave them. */
  readonly points: Float32Array;
}

/** A frame of a clip. */
export interface SeenFrame {
  /** From 0. */
  readonly sequence: number;
  readonly picture: RgbPicture;
  /** The same as I420; overwritten by the next frame. */
  readonly pixels: Uint8Array;
  readonly layout: I420Layout;
  /** As in SeenFace; null if no face was found. */
  readonly points: Float32Array | null;
}

/** A still is looked at this often: the region settles on the face. */
const LOOKS = 3;

/** Finds the face in the pictures of a clip or in a still, file by file. */
export class FaceWatcher {
  readonly #kernels: Kernels;
  readonly #tracker: FaceTracker;

  private constructor(kernels: Kernels, tracker: FaceTracker) {
    this.#kernels = kernels;
    this.#tracker = tracker;
  }

  static async open(): Promise<FaceWatcher> {
    const kernels = await Kernels.load(64 << 20);
    return new FaceWatcher(kernels, await FaceTracker.open(kernels));
  }

  /** Every frame of a clip, with its face if it shows one. @param size - to bring the frames to; else their own. */
  async *watch(path: string, size: { width?: number; height?: number } = {}): AsyncGenerator<SeenFrame> {
    const source = new ClipSource(path, size);
    const { layout } = await source.open();
    const mark = this.#kernels.mark();
    const frame = { layout, address: this.#kernels.alloc(layout.byteLength) };
    const pixels = this.#kernels.u8(frame.address, layout.byteLength);
    this.#tracker.reset();
    try {
      for (;;) {
        const stamp = await source.read(pixels);
        if (!stamp) break;
        const face = await this.#tracker.track(frame, ((1 + stamp.pts) * 1e6) as Micros);
        const points = face ? face.rawPoints.slice() : null;
        yield { sequence: stamp.sequence, picture: pictureOf(pixels, layout), pixels, layout, points };
      }
    } finally {
      await source.close();
      this.#kernels.release(mark);
    }
  }

  /** The face of a still. @throws Error if it shows none. */
  async look(path: string): Promise<SeenFace> {
    const source = new ClipSource(path);
    const { layout } = await source.open();
    const mark = this.#kernels.mark();
    const frame = { layout, address: this.#kernels.alloc(layout.byteLength) };
    const pixels = this.#kernels.u8(frame.address, layout.byteLength);
    try {
      await source.read(pixels);
      this.#tracker.reset();
      let points: Float32Array | null = null;
      for (let k = 0; k < LOOKS; k++) {
        const face = await this.#tracker.track(frame, ((1 + k) * 1e6) as Micros);
        points = face ? face.rawPoints.slice() : null;
      }
      if (!points) throw new Error(`no face was found in ${path}`);
      return { picture: pictureOf(pixels, layout), points };
    } finally {
      await source.close();
      this.#kernels.release(mark);
    }
  }

  async close(): Promise<void> {
    await this.#tracker.close();
  }
}
