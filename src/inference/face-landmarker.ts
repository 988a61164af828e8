import type { FrameAt } from '../frame/frame-at.js';
import type { AffineMatrix, Kernels } from '../kernels/kernels.js';
import { cropMatrix, type FaceRegion, LANDMARK_COUNT } from './face-region.js';
import { ModelSession } from './session.js';

/** Side of the landmark network's input in pixels. */
export const LANDMARKER_INPUT = 192;
/** The network takes 0 for black and 1 for white. */
const SCALE = 1 / 255;
const BIAS = 0;

/** Finds the 478 points of a face within a region of a frame. */
export class FaceLandmarker {
  readonly #kernels: Kernels;
  readonly #session: ModelSession;

  private constructor(kernels: Kernels, session: ModelSession) {
    this.#kernels = kernels;
    this.#session = session;
  }

  /** @throws UserError MODEL_MISSING or MODEL_CHANGED, see `ModelSession.open`. */
  static async open(kernels: Kernels): Promise<FaceLandmarker> {
    return new FaceLandmarker(kernels, await ModelSession.open(kernels, 'face-landmarks'));
  }

  /**
   * Writes the points of the face in `region` and resolves to the probability that there is one (0 to 1). The points
   * are written in any case; below 0.5 they mean little.
   *
   * @param into - LANDMARK_COUNT × (x, y, z) in pixels of the frame; z has the scale of x, negative towards the camera.
   * @throws RangeError if `into` is too short.
   */
  async locate(frame: FrameAt, region: FaceRegion, into: Float32Array): Promise<number> {
    if (into.length < 3 * LANDMARK_COUNT) {
      throw new RangeError(`${3 * LANDMARK_COUNT} floats are needed for the landmarks, not ${into.length}`);
    }
    const matrix = cropMatrix(region, LANDMARKER_INPUT);
    const { inputAddress } = this.#session;
    this.#kernels.cropToTensor(frame, matrix, LANDMARKER_INPUT, LANDMARKER_INPUT, SCALE, BIAS, inputAddress);
    await this.#session.run();
    const [landmarks, presence] = this.#session.outputs;
    landmarksToFrame(landmarks!, matrix, into);
    return presence![0]!;
  }

  /** Safe to call twice. */
  close(): Promise<void> {
    return this.#session.close();
  }
}

/**
 * Takes points from pixels of a crop to pixels of the frame.
 *
 * @param crop - LANDMARK_COUNT × (x, y, z), pixels of the crop; only read.
 * @param matrix - from the crop to the frame: a turn, a uniform scale and a shift.
 */
export function landmarksToFrame(crop: Float32Array, [a, b, c, d, e, f]: AffineMatrix, into: Float32Array): void {
  const scale = Math.hypot(a, d);
  for (let at = 0; at < 3 * LANDMARK_COUNT; at += 3) {
    const x = crop[at]!;
    const y = crop[at + 1]!;
    into[at] = a * x + b * y + c;
    into[at + 1] = d * x + e * y + f;
    into[at + 2] = crop[at + 2]! * scale;
  }
}
