import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import { ModelSession } from './session.js';

/** The network takes 0 for black and 1 for white. */
const SCALE = 1 / 255;
const BIAS = 0;

/** The general network is for upright and square pictures; the landscape one has 4/7 of the pixels and half the cost. */
export type PersonMaskModel = 'person-mask' | 'person-mask-landscape';

/** Tells person from background. */
export class PersonMask {
  /** Size of the mask. It covers the whole frame, whatever its shape. */
  readonly width: number;
  readonly height: number;
  readonly #kernels: Kernels;
  readonly #session: ModelSession;

  private constructor(kernels: Kernels, session: ModelSession) {
    const [, , height = 0, width = 0] = session.facts.input.shape;
    this.width = width;
    this.height = height;
    this.#kernels = kernels;
    this.#session = session;
  }

  /** @throws UserError MODEL_MISSING or MODEL_CHANGED, see `ModelSession.open`. */
  static async open(kernels: Kernels, model: PersonMaskModel): Promise<PersonMask> {
    return new PersonMask(kernels, await ModelSession.open(kernels, model));
  }

  /**
   * The mask of a frame: for each of `height` × `width` cells, row by row, the probability (0 to 1) of a person. A view
   * of kernel memory that the next call overwrites.
   */
  async segment(frame: FrameAt): Promise<Float32Array> {
    const { layout } = frame;
    this.#kernels.cropToTensor(
      frame,
      [layout.width / this.width, 0, 0, 0, layout.height / this.height, 0],
      this.width,
      this.height,
      SCALE,
      BIAS,
      this.#session.inputAddress,
    );
    await this.#session.run();
    return this.#session.outputs[0]!;
  }

  /** Safe to call twice. */
  close(): Promise<void> {
    return this.#session.close();
  }
}
