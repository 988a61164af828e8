import type { I420Layout } from '../frame/i420.js';
import { Kernels } from '../kernels/kernels.js';
import { sharp } from '../system/sharp.js';
import { setLine, type TextLine, type Weight } from './card-text.js';

// What all cards have in common: ground, lines of text that fit, the mark of mien at the foot.

/** Colours of cards. */
export const CARD_COLOURS = {
  top: '#20272a',
  bottom: '#121617',
  headline: '#f4f3ef',
  detail: '#b9bbb6',
  accent: '#43c7b1',
};

/** Below this many pixels to the em, small print cannot be read: it is left out. */
export const LEAST_SIZE = 10;
/** Part of the width that a line may fill. */
const WIDEST = 0.86;

/** Measures that keep the look of a card at any shape of picture. */
export interface CardMeasures {
  readonly width: number;
  readonly height: number;
  /** One part in a hundred of the largest 4:3 to 16:9 picture that fits, in pixels. */
  readonly unit: number;
  readonly detailSize: number;
  readonly hasSmallPrint: boolean;
}

/** The measures of a card of this size. */
export function cardMeasures({ width, height }: I420Layout): CardMeasures {
  const unit = Math.min(1.33 * width, (height * 16) / 9) / 100;
  return { width, height, unit, detailSize: Math.max(2.7 * unit, LEAST_SIZE), hasSmallPrint: unit * 100 >= 240 };
}

/** A line as an SVG path, its middle in the middle of the card. */
export function centredLine(line: TextLine, { width }: CardMeasures, baseline: number, fill: string): string {
  return `<path d="${line.path(width / 2 - line.width / 2, baseline)}" fill="${fill}"/>`;
}

/** The whole card as SVG: the ground, what is drawn on it, and the title with its mark at the foot. */
export async function cardSvg(measures: CardMeasures, title: string, content: string): Promise<string> {
  const { width, height, unit, detailSize, hasSmallPrint } = measures;
  const line = hasSmallPrint ? await setToFit(title, 600, detailSize, width, -0.03) : null;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="ground" x2="0" y2="1">
      <stop stop-color="${CARD_COLOURS.top}"/><stop offset="1" stop-color="${CARD_COLOURS.bottom}"/>
    </linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#ground)"/>
    ${content}
    ${line ? drawTitle(line, detailSize, width / 2, height - 5 * unit) : ''}
  </svg>`;
}

/** The name with the mark of mien before it: a disc, half outline and half full, as before and after. */
function drawTitle(title: TextLine, size: number, middle: number, baseline: number): string {
  const radius = 0.4 * size;
  const gap = 0.35 * size;
  const left = middle - (2 * radius + gap + title.width) / 2;
  const mark = `<g transform="translate(${left + radius} ${baseline - 0.36 * size}) scale(${radius})">
    <circle r=".88" fill="none" stroke="${CARD_COLOURS.accent}" stroke-width=".24"/>
    <path d="M0-.88a.88.88 0 0 1 0 1.76z" fill="${CARD_COLOURS.accent}"/></g>`;
  return `${mark}<path d="${title.path(left + 2 * radius + gap, baseline)}" fill="${CARD_COLOURS.detail}"/>`;
}

/** Sets a line; smaller if it would be too wide, and cut if it could then not be read. */
export async function setToFit(
  text: string,
  weight: Weight,
  size: number,
  width: number,
  tracking: number,
): Promise<TextLine> {
  const room = WIDEST * width;
  const line = await setLine(text, weight, size, tracking);
  if (line.width <= room) return line;
  const smaller = (size * room) / line.width;
  const least = Math.max(LEAST_SIZE, 0.6 * size);
  if (smaller >= least || text.length < 16) return setLine(text, weight, smaller, tracking);
  const kept = Math.max(8, Math.floor((text.length * smaller) / least) - 2);
  return setToFit(`${text.slice(0, kept).trimEnd()}…`, weight, least, width, tracking);
}

/** Turns an SVG of the layout's size into a frame: I420, BT.601 limited range. */
export async function svgToI420(layout: I420Layout, svg: string): Promise<Uint8Array> {
  const rgb = await sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer();
  const slack = 1 << 20; // the module's own data, and alignment
  const kernels = await Kernels.load(rgb.byteLength + layout.byteLength + slack);
  const source = kernels.alloc(rgb.byteLength);
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  kernels.u8(source, rgb.byteLength).set(rgb);
  kernels.rgbToI420(source, layout.width * 3, frame);
  return kernels.u8(frame.address, layout.byteLength).slice();
}
