import type { I420Layout } from '../../../src/frame/i420.js';
import { Kernels } from '../../../src/kernels/kernels.js';
import { loadDriver } from '../../../src/training/driver.js';
import { loadPortrait } from '../../../src/training/portrait.js';
import { TargetMaker } from '../../../src/training/targets.js';
import type { SeenFrame } from '../face-watcher.js';
import type { NetworkFace } from './network-face.js';

const KERNEL_BYTES = 64 << 20;
/** The resting face is learnt from so many frames. */
const RESTING_FRAMES = 400;

/** What an avatar of a portrait should look like in the frames of a driver: the targets that networks learn from. */
export class WarpedTarget {
  readonly #kernels: Kernels;
  readonly #maker: TargetMaker;
  readonly #side: number;
  #frame: { readonly layout: I420Layout; readonly address: number } | null = null;

  private constructor(kernels: Kernels, maker: TargetMaker, side: number) {
    this.#kernels = kernels;
    this.#maker = maker;
    this.#side = side;
  }

  /** @param side - of the network that is measured against it, in pixels. */
  static async open(portrait: string, driver: string, side: number): Promise<WarpedTarget> {
    const kernels = await Kernels.load(KERNEL_BYTES);
    const { neutral } = await loadDriver(driver, { maxFrames: RESTING_FRAMES });
    return new WarpedTarget(kernels, new TargetMaker(kernels, await loadPortrait(portrait), neutral, { side }), side);
  }

  /** @param points - the driver's face in the frame. */
  make({ pixels, layout }: SeenFrame, points: Float32Array): NetworkFace {
    const frame = this.#frame ?? { layout, address: this.#kernels.alloc(layout.byteLength) };
    this.#frame = frame;
    this.#kernels.u8(frame.address, layout.byteLength).set(pixels);
    const { target, mask, window } = this.#maker.make(frame, points);
    const planes = new Float32Array(target.length + mask.length);
    for (let i = 0; i < target.length; i++) planes[i] = target[i]! / 255;
    for (let i = 0; i < mask.length; i++) planes[target.length + i] = mask[i]! / 255;
    return { window, planes, side: this.#side };
  }
}
