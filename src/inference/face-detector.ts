import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import { DETECTOR_INPUT, decodeDetections, type FaceDetection } from './face-detection.js';
import { ModelSession } from './session.js';

/** The network takes -1 for black and 1 for white. */
const SCALE = 2 / 255;
const BIAS = -1;

/** Finds faces anywhere in a frame: those within about two metres of the camera. */
export class FaceDetector {
  readonly #kernels: Kernels;
  readonly #session: ModelSession;

  private constructor(kernels: Kernels, session: ModelSession) {
    this.#kernels = kernels;
    this.#session = session;
  }

  /** @throws UserError MODEL_MISSING or MODEL_CHANGED, see `ModelSession.open`. */
  static async open(kernels: Kernels): Promise<FaceDetector> {
    return new FaceDetector(kernels, await ModelSession.open(kernels, 'face-detector'));
  }

  /** The faces of a frame in kernel memory, best first. The frame is seen whole, with black bars that make it square. */
  async detect(frame: FrameAt): Promise<readonly FaceDetection[]> {
    const { width, height } = frame.layout;
    const side = Math.max(width, height);
    const view = { x: (width - side) / 2, y: (height - side) / 2, side };
    const step = side / DETECTOR_INPUT;
    this.#kernels.cropToTensor(
      frame,
      [step, 0, view.x, 0, step, view.y],
      DETECTOR_INPUT,
      DETECTOR_INPUT,
      SCALE,
      BIAS,
      this.#session.inputAddress,
    );
    await this.#session.run();
    const [regressors, logits] = this.#session.outputs;
    return decodeDetections(regressors!, logits!, view);
  }

  /** Safe to call twice. */
  close(): Promise<void> {
    return this.#session.close();
  }
}
