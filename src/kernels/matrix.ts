import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from './kernels.js';

/** The kernels of assembly/matrix.ts. */
interface MatrixExports {
  bt709ToBt601(y: number, strideY: number, u: number, v: number, strideUV: number, width: number, height: number): void;
}

/** From the matrix of HD video to the working picture's. */
export class MatrixKernels {
  readonly #run: MatrixExports;

  /** @throws TypeError if the module was built without them. */
  constructor(kernels: Kernels) {
    this.#run = kernels.bind<MatrixExports>(['bt709ToBt601']);
  }

  /**
   * A limited-range frame of BT.709 (HD capture cards) to BT.601, in place; within 1 of exact arithmetic. Source: ITU-R
   * BT.709-6, BT.601-7.
   */
  bt709ToBt601({ address, layout }: FrameAt): void {
    const { offsetY, offsetU, offsetV, strideY, strideUV, width, height } = layout;
    this.#run.bt709ToBt601(address + offsetY, strideY, address + offsetU, address + offsetV, strideUV, width, height);
  }
}
