/** How much a colour may differ from the mean of the skin, at least: levels of luma, and of either chroma. */
const LUMA_REACH = 26;
const CHROMA_REACH = 9;
/** Within this many reaches a colour is skin, beyond the other it is not. */
const SURELY = 1.2;
const HARDLY = 2.2;

/** Tells skin from hair by its colour: as near to that of the same face's forehead as this varies itself. */
export class SkinLikeness {
  readonly #mean = new Float64Array(3);
  readonly #reach = new Float64Array(3);
  readonly #colour = new Float64Array(3);

  /** Takes the forehead's colours: red, green and blue (0 to 255) of each sample. */
  measure(rgb: ArrayLike<number>): void {
    const count = rgb.length / 3;
    const square = [0, 0, 0];
    this.#mean.fill(0);
    for (let i = 0; i < count; i++) {
      this.#toColour(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!);
      for (let k = 0; k < 3; k++) {
        this.#mean[k]! += this.#colour[k]! / count;
        square[k]! += this.#colour[k]! ** 2 / count;
      }
    }
    for (let k = 0; k < 3; k++) {
      const deviation = Math.sqrt(Math.max(square[k]! - this.#mean[k]! ** 2, 0));
      this.#reach[k] = Math.max(1.5 * deviation, k === 0 ? LUMA_REACH : CHROMA_REACH);
    }
  }

  /** 1 where a colour is the skin's, 0 where it is not, between them in doubt. */
  of(red: number, green: number, blue: number): number {
    this.#toColour(red, green, blue);
    let square = 0;
    for (let k = 0; k < 3; k++) square += ((this.#colour[k]! - this.#mean[k]!) / this.#reach[k]!) ** 2;
    return Math.min(Math.max((HARDLY - Math.sqrt(square)) / (HARDLY - SURELY), 0), 1);
  }

  /** Luma and chroma. Source: ITU-R BT.601-7. */
  #toColour(red: number, green: number, blue: number): void {
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    this.#colour[0] = luma;
    this.#colour[1] = 0.564 * (blue - luma);
    this.#colour[2] = 0.713 * (red - luma);
  }
}
