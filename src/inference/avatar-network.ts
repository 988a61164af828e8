import type { Kernels } from '../kernels/kernels.js';
import { BoundNetwork } from './bound-network.js';
import { checkAvatarGraph } from './onnx/check-graph.js';
import { invalidModel } from './onnx/invalid-model.js';

/** A network that turns the user's face into an avatar's, its tensors in kernel memory. */
export interface FaceNetwork {
  /** S: the side of the square that it sees and paints, in pixels. */
  readonly size: number;
  /** Byte address of its input: float32 [3, S, S], RGB planes, 0..1, the user's window. */
  readonly inputAddress: number;
  /**
   * Byte address of its second input: float32 [4, S, S], the portrait warped to the user's face in the same window: RGB
   * 0..1, not lit, and how much of a pixel is covered, 0..1. Null if it takes none.
   */
  readonly guideAddress: number | null;
  /** View of its output: [4, S, S], the avatar's RGB 0..1 in the same window, then the mask 0..1. Each run overwrites it. */
  readonly output: Float32Array;
  /** Runs the network on what lies in the input; blocks the thread in spite of its promise. */
  run(): Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** An avatar that mien trained: ONNX, input `face` [1, 3, S, S], perhaps `guide` [1, 4, S, S], output `avatar` [1, 4, S, S]; fp32 or INT8 inside. */
export class AvatarNetwork implements FaceNetwork {
  readonly size: number;
  readonly inputAddress: number;
  readonly guideAddress: number | null;
  readonly output: Float32Array;
  readonly #network: BoundNetwork;

  private constructor(size: number, network: BoundNetwork) {
    this.size = size;
    this.inputAddress = network.inputs[0]!.byteOffset;
    this.guideAddress = network.inputs[1]?.byteOffset ?? null;
    this.output = network.outputs[0]!;
    this.#network = network;
  }

  /**
   * Checks and opens an avatar's network, and runs it once on zeros.
   *
   * @param kernels - its memory takes 28 · S² bytes (44 with a guide) for the tensors and keeps them; closing does not free them.
   * @param bytes - the ONNX file, untrusted.
   * @throws UserError MODEL_INVALID if it is not such a network, with what was found.
   */
  static async open(kernels: Kernels, bytes: Uint8Array): Promise<AvatarNetwork> {
    const { size, isGuided } = checkAvatarGraph(bytes);
    const inputs = [{ name: 'face', shape: [1, 3, size, size] }];
    if (isGuided) inputs.push({ name: 'guide', shape: [1, 4, size, size] });
    const avatar = { name: 'avatar', shape: [1, 4, size, size] };
    try {
      return new AvatarNetwork(size, await BoundNetwork.open(kernels, bytes, inputs, [avatar]));
    } catch (cause) {
      throw refusedByRuntime(cause);
    }
  }

  async run(): Promise<void> {
    await this.#network.run();
  }

  async close(): Promise<void> {
    await this.#network.close();
  }
}

/** The error of a checked model that ONNX Runtime will not open after all. */
export function refusedByRuntime(cause: unknown): Error {
  const reason = String(cause instanceof Error ? cause.message : cause).replace(/[^\x20-\x7e]+/g, ' ');
  return invalidModel(`ONNX Runtime refuses it (${reason.trim()})`, { cause });
}
