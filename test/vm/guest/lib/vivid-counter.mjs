import { run } from './commands.mjs';
import { FrameReader } from './frame-reader.mjs';
import { setControls } from './vivid.mjs';
import { until } from './waiting.mjs';

// vivid writes " 00:00:00:204 5" into its pictures: the time since it began to stream, and its frame number. The font is
// 8x16 pixels; the glyphs of the digits are learned from vivid itself, whose frame numbers the driver tells.

const GLYPH = { width: 8, height: 16 };
/** Where the text begins, and the place in it of the first digit of the frame number. */
const TEXT = { x: 16, y: 16, numberAt: 14 };
const DIGITS_MOST = 6;
/** Between the luma of the text and that of its ground. */
const THRESHOLD = 145;

/** Below the text, and at the foot of the picture. */
const ROW_BELOW_TEXT = 40;

/** Reads the frame number that vivid wrote into a picture of its own size. */
export class VividCounter {
  #digits;
  #isMoving;

  /**
   * @param {Map<string, number>} digits - by their glyphs
   * @param {boolean} isMoving - whether the bars move, so that no two frames are alike
   */
  constructor(digits, isMoving) {
    this.#digits = digits;
    this.#isMoving = isMoving;
  }

  /**
   * Learns from /dev/video0, which must be free.
   *
   * @param {{ width: number, height: number }} size
   * @param {{ isMoving?: boolean }} [options] - lets the bars move, and no text stand before them, until it is unplugged
   */
  static async learn({ width, height }, { isMoving = false } = {}) {
    if (isMoving) await setControls({ osd_text_mode: 1, horizontal_movement: 1 });
    const digits = new Map();
    /** The numbers that were told, and those read with what was learned: they must be the same. */
    const told = [];
    const format = `--set-fmt-video=width=${width},height=${height},pixelformat=YUYV`;
    await run('v4l2-ctl', ['-d', '/dev/video0', format, '--set-parm=10']);
    const reader = new FrameReader('/dev/video0', {
      width,
      height,
      onFrame: ({ data, sequence }) => {
        const luma = lumaOf(data);
        told.push({ sequence, luma });
        const text = String(sequence);
        for (let place = 0; place < text.length; place++) {
          digits.set(glyphAt(luma, width, place), Number(text[place]));
        }
      },
    });
    await until('vivid has shown all ten digits', () => new Set(digits.values()).size === 10 && told.length > 12);
    await reader.kill('SIGTERM');
    const counter = new VividCounter(digits, isMoving);
    const wrong = told.filter(({ sequence, luma }) => counter.read(luma, { width, height }) !== sequence);
    if (digits.size !== 10 || wrong.length > 0) {
      throw new Error(`vivid's digits were not learned: ${digits.size} glyphs, ${wrong.length} numbers misread`);
    }
    return counter;
  }

  /**
   * Whether a picture is of one frame from top to bottom: its bars, which move, stand where they stood.
   *
   * @param {Uint8Array} luma
   * @param {{ width: number, height: number }} size
   */
  isWhole(luma, { width, height }) {
    if (!this.#isMoving) return true;
    const row = (y) => Buffer.from(luma.buffer, luma.byteOffset + y * width, width);
    return row(ROW_BELOW_TEXT).equals(row(height - 1));
  }

  /**
   * @param {Uint8Array} luma
   * @param {{ width: number }} size
   * @returns {number | null} null where there is no number
   */
  read(luma, { width }) {
    let number = null;
    for (let place = 0; place < DIGITS_MOST; place++) {
      const digit = this.#digits.get(glyphAt(luma, width, place));
      if (digit === undefined) break;
      number = (number ?? 0) * 10 + digit;
    }
    return number;
  }
}

/** @param {Uint8Array} yuyv */
export function lumaOf(yuyv, into = new Uint8Array(yuyv.length >> 1)) {
  for (let i = 0; i < into.length; i++) into[i] = yuyv[2 * i];
  return into;
}

function glyphAt(luma, width, place) {
  const left = TEXT.x + GLYPH.width * (TEXT.numberAt + place);
  let bits = '';
  for (let y = TEXT.y; y < TEXT.y + GLYPH.height; y++) {
    let row = 0;
    for (let x = left; x < left + GLYPH.width; x++) row = 2 * row + (luma[y * width + x] > THRESHOLD ? 1 : 0);
    bits += `${row},`;
  }
  return bits;
}
