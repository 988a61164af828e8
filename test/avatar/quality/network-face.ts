import { readFileSync } from 'node:fs';
import type { AvatarGuide } from '../../../src/blending/avatar-guide.js';
import { fitPose } from '../../../src/blending/face-pose.js';
import { type FaceWindow, frameToTensor, tensorToFrame, windowOf } from '../../../src/blending/face-window.js';
import { guideOf } from '../../../src/effects/avatar/avatar-swap.js';
import { loadPortrait } from '../../../src/effects/avatar/worn-portrait.js';
import type { AvatarTexture } from '../../../src/effects/avatar-effect.js';
import { AvatarNetwork } from '../../../src/inference/avatar-network.js';
import { Kernels } from '../../../src/kernels/kernels.js';
import {
  type Plane,
  type RgbPicture,
  resamplePicture,
  resamplePlane,
} from '../../../src/training/evaluation/picture.js';

/** What a network shows in the window of a face. */
export interface NetworkFace {
  readonly window: FaceWindow;
  /** RGB planes and the mask, 0 to 1: [4, S, S]. */
  readonly planes: Float32Array;
  readonly side: number;
}

/** Kernel memory for the tensors of one network and its guide. */
const TENSOR_BYTES = 64 << 20;

/** The network of an avatar alone: what it makes of a frame before anything is blended. */
export class BareNetwork {
  readonly #kernels: Kernels;
  readonly #network: AvatarNetwork;
  readonly #guide: AvatarGuide | null;
  /** The user's face at rest, as far as the pack knows it. */
  readonly #resting: Float32Array | null;

  private constructor(
    kernels: Kernels,
    network: AvatarNetwork,
    guide: AvatarGuide | null,
    resting: Float32Array | null,
  ) {
    this.#kernels = kernels;
    this.#network = network;
    this.#guide = guide;
    this.#resting = resting;
  }

  /**
   * @param texture - of the pack: what the guide of the network is drawn of, if it takes one.
   * @throws UserError MODEL_INVALID if the file is no avatar's network.
   */
  static async open(path: string, texture: AvatarTexture | null): Promise<BareNetwork> {
    const kernels = await Kernels.load(TENSOR_BYTES);
    const network = await AvatarNetwork.open(kernels, readFileSync(path));
    const portrait = texture && (await loadPortrait(texture, network));
    const guide = portrait && guideOf(kernels, portrait, network.size);
    return new BareNetwork(kernels, network, guide, texture && (texture.user ?? texture.avatar));
  }

  /** Of the square that it sees, in pixels. */
  get side(): number {
    return this.#network.size;
  }

  /** @param points - the user's face in the picture. */
  async wear(picture: RgbPicture, points: Float32Array): Promise<NetworkFace> {
    const { size, inputAddress, guideAddress, output } = this.#network;
    const window = windowOf(fitPose(points));
    const { data } = resamplePicture(picture, tensorToFrame(window, size), size, size);
    const pixels = size * size;
    const face = this.#kernels.f32(inputAddress, 3 * pixels);
    for (let i = 0; i < face.length; i++) face[(i % 3) * pixels + Math.floor(i / 3)] = data[i]! / 255;
    if (guideAddress !== null) this.#guide!.draw(points, this.#resting!, window, guideAddress);
    await this.#network.run();
    return { window, planes: output.slice(), side: size };
  }

  async close(): Promise<void> {
    await this.#network.close();
  }
}

/** The network's picture. */
export function pictureOfFace({ planes, side }: NetworkFace): RgbPicture {
  const data = new Uint8Array(3 * side * side);
  for (let i = 0; i < data.length; i++) data[i] = Math.round(255 * planes[(i % 3) * side * side + Math.floor(i / 3)]!);
  return { width: side, height: side, data };
}

/** The network's mask where it lies in a frame; 0 outside of the window. */
export function maskInFrame({ planes, side, window }: NetworkFace, width: number, height: number): Plane {
  const matrix = frameToTensor(window, side);
  const mask = resamplePlane({ width: side, height: side, data: planes.slice(3 * side * side) }, matrix, width, height);
  const [a, b, c, d, e, f] = matrix;
  for (let i = 0; i < mask.data.length; i++) {
    const x = (i % width) + 0.5;
    const y = Math.floor(i / width) + 0.5;
    const u = a * x + b * y + c;
    const v = d * x + e * y + f;
    if (u < 0 || v < 0 || u > side || v > side) mask.data[i] = 0;
  }
  return mask;
}

/** A frame with a face blended into it as it is, through its mask and nothing else. */
export function composeFace(picture: RgbPicture, face: NetworkFace): RgbPicture {
  const { width, height } = picture;
  const { planes, side, window } = face;
  const mask = maskInFrame(face, width, height);
  const matrix = frameToTensor(window, side);
  const data = picture.data.slice();
  for (let plane = 0; plane < 3; plane++) {
    const colour = planes.slice(plane * side * side, (plane + 1) * side * side);
    const placed = resamplePlane({ width: side, height: side, data: colour }, matrix, width, height);
    for (let i = 0; i < mask.data.length; i++) {
      const alpha = mask.data[i]!;
      const at = 3 * i + plane;
      if (alpha > 0) data[at] = Math.round(alpha * 255 * placed.data[i]! + (1 - alpha) * data[at]!);
    }
  }
  return { width, height, data };
}
