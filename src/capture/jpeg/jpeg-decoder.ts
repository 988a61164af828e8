import type { FrameAt } from '../../frame/frame-at.js';

/** Decodes a camera's JPEG pictures (Motion JPEG, also without Huffman tables), one at a time, on one thread. */
export interface JpegDecoder {
  /** What decodes, for people: "libjpeg-turbo". */
  readonly library: string;

  /**
   * Decodes one picture into the working picture: limited range, chroma halved on both axes.
   *
   * @param jpeg - the bytes that the camera gave, only read. What follows the end of the picture is passed over.
   * @param into - a frame of the decoder's size in its kernel memory.
   * @returns false if the picture is damaged, cut short, of another size or of a kind that no camera sends (CMYK, 12 bit);
   * the frame may then hold part of it. Damage that still reads as a picture is not noticed. Never throws.
   */
  decode(jpeg: Uint8Array, into: FrameAt): boolean;

  /** Frees what the library holds. Safe to call twice. */
  close(): void;
}
