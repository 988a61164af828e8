import type { Kernels } from '../kernels/kernels.js';
import { type FaceNetwork, refusedByRuntime } from './avatar-network.js';
import { BoundNetwork, type TensorPlace } from './bound-network.js';
import { checkDfmGraph } from './onnx/check-dfm.js';

/** How far from the user's face to the avatar's: the middle of the range in which networks of the kind AMP look best. */
const MORPH = 0.75;

/**
 * An avatar that DeepFaceLab trained (`.dfm`), behind the same interface as mien's own. It sees and paints pixels of blue,
 * green and red, and gives two masks: of the face that it saw and of the one that it painted; both must agree on a pixel
 * that is covered. Its window is another than mien's: `alignment` 'dfl-whole-face', see `windowOf`.
 */
export class DfmNetwork implements FaceNetwork {
  readonly size: number;
  readonly inputAddress: number;
  readonly guideAddress = null;
  readonly output: Float32Array;
  readonly #network: BoundNetwork;
  readonly #input: Float32Array;

  private constructor(kernels: Kernels, size: number, network: BoundNetwork) {
    const place = (planes: number): Float32Array => {
      const length = planes * size * size;
      return kernels.f32(kernels.alloc(4 * length), length).fill(0);
    };
    this.size = size;
    this.#network = network;
    this.#input = place(3);
    this.inputAddress = this.#input.byteOffset;
    this.output = place(4);
  }

  /**
   * Checks and opens a `.dfm`, and runs it once on zeros.
   *
   * @param kernels - its memory takes 60 · S² bytes and some for the tensors and keeps them; closing does not free them.
   * @param bytes - the file, untrusted.
   * @throws UserError MODEL_INVALID if it is not such a network, with what was found.
   */
  static async open(kernels: Kernels, bytes: Uint8Array): Promise<DfmNetwork> {
    const { size, isMorphing } = checkDfmGraph(bytes);
    const inputs: TensorPlace[] = [{ name: 'in_face:0', shape: [1, size, size, 3] }];
    if (isMorphing) inputs.push({ name: 'morph_value:0', shape: [1] });
    const outputs: TensorPlace[] = [
      { name: 'out_face_mask:0', shape: [1, size, size, 1] },
      { name: 'out_celeb_face:0', shape: [1, size, size, 3] },
      { name: 'out_celeb_face_mask:0', shape: [1, size, size, 1] },
    ];
    try {
      const network = await BoundNetwork.open(kernels, bytes, inputs, outputs);
      network.inputs[1]?.fill(MORPH);
      return new DfmNetwork(kernels, size, network);
    } catch (cause) {
      throw refusedByRuntime(cause);
    }
  }

  async run(): Promise<void> {
    const area = this.size * this.size;
    const [seen] = this.#network.inputs;
    planesToPixels(this.#input, seen!, area);
    await this.#network.run();
    const [faceMask, painted, avatarMask] = this.#network.outputs;
    pixelsToPlanes(painted!, this.output, area);
    for (let pixel = 0; pixel < area; pixel++) {
      this.output[3 * area + pixel] = clipped(Math.min(faceMask![pixel]!, avatarMask![pixel]!));
    }
  }

  async close(): Promise<void> {
    await this.#network.close();
  }
}

/** RGB planes to pixels of B, G, R. */
function planesToPixels(planes: Float32Array, pixels: Float32Array, area: number): void {
  for (let pixel = 0; pixel < area; pixel++) {
    pixels[3 * pixel] = planes[2 * area + pixel]!;
    pixels[3 * pixel + 1] = planes[area + pixel]!;
    pixels[3 * pixel + 2] = planes[pixel]!;
  }
}

/** Pixels of B, G, R to RGB planes, 0..1. */
function pixelsToPlanes(pixels: Float32Array, planes: Float32Array, area: number): void {
  for (let pixel = 0; pixel < area; pixel++) {
    planes[pixel] = clipped(pixels[3 * pixel + 2]!);
    planes[area + pixel] = clipped(pixels[3 * pixel + 1]!);
    planes[2 * area + pixel] = clipped(pixels[3 * pixel]!);
  }
}

/** 0..1; what is no number is 0. */
function clipped(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
