import type { FrameAt } from '../../frame/frame-at.js';
import type { I420Layout } from '../../frame/i420.js';
import { Kernels } from '../../kernels/kernels.js';
import { nv12Size } from './camera-params.js';

/** The last picture of a camera, as it goes out. */
export class KeptPicture {
  readonly layout: I420Layout;
  /** A luma plane and, right after it, one of U V pairs. In the kernels' memory. */
  readonly nv12: Uint8Array;
  readonly #kernels: Kernels;
  /** The picture as I420: its luma plane is that of `nv12`, its chroma planes lie behind. */
  readonly #i420: FrameAt;
  readonly #luma: Uint8Array;
  readonly #chroma: Uint8Array;
  #isEmpty = true;

  /** @throws UserError CONFIG_INVALID for odd sides. */
  static async make(layout: I420Layout): Promise<KeptPicture> {
    const slack = 1 << 18; // the module's own data, and alignment
    return new KeptPicture(layout, await Kernels.load(2 * nv12Size(layout).byteLength + slack));
  }

  private constructor(layout: I420Layout, kernels: Kernels) {
    const { byteLength } = nv12Size(layout);
    const { width, height, strideUV, heightUV } = layout;
    const address = kernels.alloc(byteLength);
    const chroma = kernels.alloc(2 * strideUV * heightUV);
    const offsetU = chroma - address;
    this.layout = layout;
    this.#kernels = kernels;
    this.#i420 = { address, layout: { ...layout, offsetU, offsetV: offsetU + strideUV * heightUV } };
    this.nv12 = kernels.u8(address, byteLength);
    this.#luma = kernels.u8(address, width * height);
    this.#chroma = kernels.u8(chroma, 2 * strideUV * heightUV);
  }

  /** Whether no picture was kept so far. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Takes a copy. @param i420 - `layout.byteLength` bytes. */
  keep(i420: Uint8Array): void {
    const { width, offsetU } = this.layout;
    this.#luma.set(i420.subarray(0, offsetU));
    this.#chroma.set(i420.subarray(offsetU));
    this.#kernels.i420ChromaToNv12(this.#i420, this.#i420.address + this.#luma.byteLength, width);
    this.#isEmpty = false;
  }
}
