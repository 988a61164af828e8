import { CHROMA_PIXELS, type ChromaSampling } from '../../kernels/range.js';

/** Second bytes of markers. Source: ITU-T T.81, table B.1. */
const SOF0 = 0xc0;
const SOF2 = 0xc2;
const DHT = 0xc4;
const RST0 = 0xd0;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;

/**
 * Reads what a JPEG picture says of itself, up to its end marker. One reader serves many pictures: `read` overwrites its
 * fields and allocates nothing.
 */
export class JpegHeader {
  width = 0;
  height = 0;
  sampling: ChromaSampling = 'gray';
  /** Webcams often leave the Huffman tables out: the standard ones (T.81, annex K) are meant. */
  hasHuffmanTables = false;
  /** Bytes up to the end of the end marker: drivers hand out more. */
  byteLength = 0;

  /** @returns whether this is a whole 8-bit JPEG picture with luma and at most two planes of chroma. */
  read(jpeg: Uint8Array): boolean {
    this.width = 0;
    this.hasHuffmanTables = false;
    if (jpeg[0] !== 0xff || jpeg[1] !== SOI) return false;
    let hasScan = false;
    let at = 2;
    for (;;) {
      // Between the segments of a picture lie scans, in which 0xff is followed by 0 or a restart marker.
      if (hasScan) at = jpeg.indexOf(0xff, at);
      if (at < 0 || at + 1 >= jpeg.length || jpeg[at] !== 0xff) return false;
      const marker = jpeg[at + 1]!;
      if (marker === 0xff) {
        at += 1; // Any number of 0xff may fill the space before a marker.
      } else if (marker === EOI) {
        this.byteLength = at + 2;
        return hasScan && this.width > 0;
      } else if (isAlone(marker)) {
        at += 2;
      } else {
        const length = jpeg.length < at + 4 ? 0 : (jpeg[at + 2]! << 8) | jpeg[at + 3]!;
        if (length < 2) return false;
        if (marker >= SOF0 && marker <= SOF2 && !this.#readFrame(jpeg, at + 4, length - 2)) return false;
        this.hasHuffmanTables ||= marker === DHT;
        hasScan ||= marker === SOS;
        at += 2 + length;
      }
    }
  }

  /** The frame header: precision, height, width, and per component its sampling factors. Source: T.81, B.2.2. */
  #readFrame(jpeg: Uint8Array, at: number, length: number): boolean {
    const components = jpeg[at + 5];
    if (jpeg[at] !== 8 || (components !== 1 && components !== 3) || length < 6 + 3 * components) return false;
    this.height = (jpeg[at + 1]! << 8) | jpeg[at + 2]!;
    this.width = (jpeg[at + 3]! << 8) | jpeg[at + 4]!;
    if (components === 1) {
      this.sampling = 'gray';
      return true;
    }
    const [luma, u, v] = [jpeg[at + 7]!, jpeg[at + 10]!, jpeg[at + 13]!];
    if (u !== v) return false;
    const pixelsX = (luma >> 4) / (u >> 4);
    const pixelsY = (luma & 15) / (u & 15);
    for (const sampling of SAMPLINGS) {
      const [x, y] = CHROMA_PIXELS[sampling];
      if (x === pixelsX && y === pixelsY) {
        this.sampling = sampling;
        return true;
      }
    }
    return false;
  }
}

const SAMPLINGS = Object.keys(CHROMA_PIXELS) as (keyof typeof CHROMA_PIXELS)[];

/** Markers without a segment, and stuffed zeros. */
function isAlone(marker: number): boolean {
  return marker === 0 || marker === TEM || (marker >= RST0 && marker <= SOI);
}
