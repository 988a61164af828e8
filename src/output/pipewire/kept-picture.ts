import type { I420Layout } from '../../frame/i420.js';
import { Kernels } from '../../kernels/kernels.js';
import { nv12Size } from './camera-params.js';

/** The last picture of a camera, as it goes out. */
export class KeptPicture {
  readonly layout: I420Layout;
  /** A luma plane and, right after it, one of U V pairs. In the kernels' memory. */
  readonly nv12: Uint8Array;
  readonly #kernels: Kernels;
  readonly #i420: number;
  readonly #into: Uint8Array;
  #isEmpty = true;

  /** @throws RangeError for odd sides. */
  static async make(layout: I420Layout): Promise<KeptPicture> {
    const slack = 1 << 18; // the module's own data, and alignment
    return new KeptPicture(layout, await Kernels.load(2 * nv12Size(layout).byteLength + slack));
  }

  private constructor(layout: I420Layout, kernels: Kernels) {
    const { byteLength } = nv12Size(layout);
    this.layout = layout;
    this.#kernels = kernels;
    this.#i420 = kernels.alloc(layout.byteLength);
    this.#into = kernels.u8(this.#i420, layout.byteLength);
    this.nv12 = kernels.u8(kernels.alloc(byteLength), byteLength);
  }

  /** Whether no picture was kept so far. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Takes a copy. @param i420 - `layout.byteLength` bytes. */
  keep(i420: Uint8Array): void {
    const { width, height } = this.layout;
    this.#into.set(i420);
    const luma = this.nv12.byteOffset;
    const source = { address: this.#i420, layout: this.layout };
    this.#kernels.i420ToNv12(source, luma, width, luma + width * height, width);
    this.#isEmpty = false;
  }
}
