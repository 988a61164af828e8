import { ClipSource } from '../../src/capture/clip-source.js';
import type { Micros } from '../../src/frame/clock.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { FaceTracker } from '../../src/tracking/face-tracker.js';
import { type Picture, pictureOf } from '../../src/training/evaluation/picture.js';

/** A picture in which a face was found. */
export interface SeenFace {
  readonly picture: Picture;
  /** LANDMARK_COUNT × (x, y, z) in pixels of the picture, as the network gave them. */
  readonly points: Float32Array;
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

  /** The faces of a clip's frames, every `step`-th of them; all are tracked. Frames without a face are passed over. */
  async *watch(path: string, step = 1): AsyncGenerator<SeenFace> {
    const source = new ClipSource(path);
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
        if (face && stamp.sequence % step === 0)
          yield { picture: pictureOf(pixels, layout), points: face.rawPoints.slice() };
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
