import type { FaceAlignment } from '../../../src/blending/face-window.js';
import { AvatarSwap } from '../../../src/effects/avatar/avatar-swap.js';
import { loadPortrait } from '../../../src/effects/avatar/worn-portrait.js';
import type { AvatarTexture } from '../../../src/effects/avatar-effect.js';
import type { Preparation } from '../../../src/effects/effect.js';
import type { I420Layout } from '../../../src/frame/i420.js';
import { Kernels } from '../../../src/kernels/kernels.js';
import type { FaceState } from '../../../src/tracking/face.js';
import { settingsOf } from '../touch-up-bench.js';
import { type Colour, PaintedNetwork } from './painted-network.js';

/** A swap with a painted avatar over a frame of its own. */
export interface SwapBench {
  readonly swap: AvatarSwap;
  readonly network: PaintedNetwork;
  readonly kernels: Kernels;
  readonly layout: I420Layout;
  /** The frame in kernel memory. */
  readonly pixels: Uint8Array;
  /** Puts a picture in, wears the avatar; what became of it. */
  wear(picture: Uint8Array, face: FaceState | null): Promise<Preparation>;
}

export async function openSwap(
  layout: I420Layout,
  colour: Colour,
  size = 64,
  alignment: FaceAlignment = 'mien',
  texture: AvatarTexture | null = null,
): Promise<SwapBench> {
  const kernels = await Kernels.load(layout.byteLength + (32 << 20));
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const pixels = kernels.u8(frame.address, layout.byteLength);
  const network = new PaintedNetwork(kernels, colour, size, texture !== null);
  const portrait = texture && (await loadPortrait(texture, network));
  const swap = new AvatarSwap(network, portrait, alignment);
  swap.configure({ kernels, frame, rate: { num: 30, den: 1 } });
  const settings = { ...settingsOf(0), effect: 'avatar' as const };
  return {
    swap,
    network,
    kernels,
    layout,
    pixels,
    async wear(picture, face) {
      pixels.set(picture);
      const preparation = await swap.prepare(face, settings);
      if (preparation === 'blend') swap.blend();
      return preparation;
    },
  };
}

/** Mean of luma, U and V over a square round the middle of a picture's face. */
export function meanColour(pixels: Uint8Array, layout: I420Layout, x: number, y: number, half: number): number[] {
  const sums = [0, 0, 0];
  let count = 0;
  for (let row = y - half; row < y + half; row++) {
    for (let column = x - half; column < x + half; column++) {
      const chroma = (row >> 1) * layout.strideUV + (column >> 1);
      sums[0]! += pixels[row * layout.strideY + column]!;
      sums[1]! += pixels[layout.offsetU + chroma]!;
      sums[2]! += pixels[layout.offsetV + chroma]!;
      count++;
    }
  }
  return sums.map((sum) => sum / count);
}
