import { drawFrameNumber } from '../../src/capture/frame-number.js';
import type { I420Layout } from '../../src/frame/i420.js';

/** An RGB colour, 0 to 255 each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Luma and chroma in 8 bits. */
export type Yuv = readonly [y: number, u: number, v: number];

/** The corners of the RGB cube: exact in every pixel format, palettes included. */
export const PURE_COLOURS: readonly Rgb[] = [
  [0, 0, 0],
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 0],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** Skin light and dark, lips, grey, a dim wall, blue jeans, leaves, sky. */
export const NATURAL_COLOURS: readonly Rgb[] = [
  [241, 194, 165],
  [92, 58, 40],
  [168, 76, 80],
  [128, 128, 128],
  [48, 44, 40],
  [54, 80, 130],
  [80, 120, 50],
  [150, 190, 230],
];

/** RGB to BT.601 in limited range, by the book. Source: ITU-R BT.601-7, section 2.5. */
export function toBt601([red, green, blue]: Rgb): Yuv {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [
    16 + (219 * luma) / 255,
    128 + (224 * (blue - luma)) / (2 * (1 - 0.114)) / 255,
    128 + (224 * (red - luma)) / (2 * (1 - 0.299)) / 255,
  ];
}

/** Fills a rectangle of luma pixels (even sides and corner), chroma included. */
export function fillBox(
  data: Uint8Array,
  layout: I420Layout,
  [y, u, v]: Yuv,
  box: { left: number; top: number; width: number; height: number },
): void {
  const { left, top, width, height } = box;
  for (let row = top; row < top + height; row++) {
    data.fill(Math.round(y), row * layout.strideY + left, row * layout.strideY + left + width);
  }
  for (let row = top >> 1; row < (top + height + 1) >> 1; row++) {
    for (const [plane, value] of [
      [layout.offsetU, u],
      [layout.offsetV, v],
    ] as const) {
      const from = plane + row * layout.strideUV + (left >> 1);
      data.fill(Math.round(value), from, from + ((width + 1) >> 1));
    }
  }
}

/** Mean of the middle of a rectangle, 0 to 1 on both axes, of an I420 picture. */
export function meanOf(
  data: Uint8Array,
  layout: I420Layout,
  box: { left: number; top: number; right: number; bottom: number },
): Yuv {
  const mean = (offset: number, stride: number, width: number, height: number): number => {
    let sum = 0;
    let count = 0;
    for (let y = Math.ceil(box.top * height); y < Math.floor(box.bottom * height); y++) {
      for (let x = Math.ceil(box.left * width); x < Math.floor(box.right * width); x++) {
        sum += data[offset + y * stride + x]!;
        count++;
      }
    }
    return sum / count;
  };
  const { offsetY, offsetU, offsetV, strideY, strideUV, width, height, heightUV } = layout;
  return [
    mean(offsetY, strideY, width, height),
    mean(offsetU, strideUV, strideUV, heightUV),
    mean(offsetV, strideUV, strideUV, heightUV),
  ];
}

/** Columns and rows of colour patches, between the two strips of the frame number. */
const COLUMNS = 4;
const ROWS = 2;
const PATCHES_TOP = 0.25;
const PATCHES_BOTTOM = 0.75;

/** A picture with a frame number at the top and the bottom and eight patches of colour between. */
export function drawTestPicture(layout: I420Layout, colours: readonly Rgb[], frame: number): Uint8Array {
  const data = new Uint8Array(layout.byteLength);
  fillBox(data, layout, [110, 128, 128], { left: 0, top: 0, width: layout.width, height: layout.height });
  const even = (value: number): number => 2 * Math.round(value / 2);
  for (let index = 0; index < COLUMNS * ROWS; index++) {
    const { left, right, top, bottom } = patchBox(index, 0);
    const box = {
      left: even(left * layout.width),
      top: even(top * layout.height),
      width: even(right * layout.width) - even(left * layout.width),
      height: even(bottom * layout.height) - even(top * layout.height),
    };
    fillBox(data, layout, toBt601(colours[index]!), box);
  }
  drawFrameNumber(data, layout, frame);
  return data;
}

/** The largest error of any patch and component in a picture that `drawTestPicture` drew, wherever it went since. */
export function colourError(data: Uint8Array, layout: I420Layout, colours: readonly Rgb[]): number {
  let worst = 0;
  for (let index = 0; index < COLUMNS * ROWS; index++) {
    const expected = toBt601(colours[index]!);
    const found = meanOf(data, layout, patchBox(index, 0.3));
    for (const [component, value] of found.entries()) worst = Math.max(worst, Math.abs(value - expected[component]!));
  }
  return worst;
}

function patchBox(index: number, margin: number) {
  const width = 1 / COLUMNS;
  const height = (PATCHES_BOTTOM - PATCHES_TOP) / ROWS;
  const left = (index % COLUMNS) * width;
  const top = PATCHES_TOP + Math.floor(index / COLUMNS) * height;
  return {
    left: left + margin * width,
    right: left + (1 - margin) * width,
    top: top + margin * height,
    bottom: top + (1 - margin) * height,
  };
}
