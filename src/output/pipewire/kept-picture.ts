import type { FrameAt } from '../../frame/frame-at.js';
import type { I420Layout } from '../../frame/i420.js';
import { Kernels } from '../../kernels/kernels.js';
import { nv12Size } from './camera-params.js';

/** The last picture of a camera, as it goes out. */
export class KeptPicture {
  /** Of the frames that are kept. */
  readonly layout: I420Layout;
  /** A luma plane and, right after it, one of U V pairs: `nv12Size` of the layout. In the kernels' memory. */
  readonly nv12: Uint8Array;
  readonly #kernels: Kernels;
  readonly #i420: Uint8Array;
  /** The part of the frame that goes out. */
  readonly #shown: FrameAt;
  readonly #lumaAddress: number;
  #isEmpty = true;

  static async make(layout: I420Layout): Promise<KeptPicture> {
    const slack = 1 << 18; // the module's own data, and alignment
    return new KeptPicture(layout, await Kernels.load(layout.byteLength + nv12Size(layout).byteLength + slack));
  }

  private constructor(layout: I420Layout, kernels: Kernels) {
    const { width, height, byteLength } = nv12Size(layout);
    const address = kernels.alloc(layout.byteLength);
    this.layout = layout;
    this.#kernels = kernels;
    this.#i420 = kernels.u8(address, layout.byteLength);
    this.#shown = { address, layout: { ...layout, width, height, heightUV: height / 2 } };
    this.#lumaAddress = kernels.alloc(byteLength);
    this.nv12 = kernels.u8(this.#lumaAddress, byteLength);
  }

  /** Whether no picture was kept so far. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Takes a copy. @param i420 - `layout.byteLength` bytes. */
  keep(i420: Uint8Array): void {
    const { width, height } = this.#shown.layout;
    this.#i420.set(i420);
    this.#kernels.i420ToNv12(this.#shown, this.#lumaAddress, width, this.#lumaAddress + width * height, width);
    this.#isEmpty = false;
  }
}
