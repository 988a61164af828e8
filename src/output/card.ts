import type { I420Layout } from '../frame/i420.js';
import { Kernels } from '../kernels/kernels.js';
import { cardIcon } from './card-icons.js';
import { setLine, type TextLine, type Weight } from './card-text.js';
import { sharp } from './sharp.js';

/** Why there is no picture of the camera. */
export type CardState = 'paused' | 'starting' | 'camera unplugged' | 'camera busy' | 'no picture';

/** What stands on a card. */
export interface CardText {
  /** Whose card it is, small at the foot. */
  readonly title: string;
  readonly state: CardState;
  /** One more line, such as "Back in five minutes". Left out where it could not be read. */
  readonly detail?: string;
}

const headlines: Readonly<Record<CardState, string>> = {
  paused: 'Paused',
  starting: 'Starting',
  'camera unplugged': 'Camera unplugged',
  'camera busy': 'Camera busy',
  'no picture': 'No picture',
};

const colours = { top: '#20272a', bottom: '#121617', headline: '#f4f3ef', detail: '#b9bbb6', accent: '#43c7b1' };

/** Below this many pixels to the em, small print cannot be read: it is left out. */
const leastSize = 10;
/** Part of the width that a line may fill. */
const widest = 0.86;

/**
 * Draws the picture that is sent in place of the camera's: I420 of the layout, BT.601 limited range. Takes tens of
 * milliseconds: call it when the stream is set up, not while frames run.
 */
export async function renderCard(layout: I420Layout, text: CardText): Promise<Uint8Array> {
  const { width, height } = layout;
  const svg = Buffer.from(await drawCard(width, height, text));
  const rgb = await sharp(svg).removeAlpha().toColourspace('srgb').raw().toBuffer();
  return toI420(layout, rgb);
}

/** The card as SVG with outlines only, so that it looks the same on every machine. */
async function drawCard(width: number, height: number, text: CardText): Promise<string> {
  // One part in a hundred of the largest 4:3 to 16:9 picture that fits: the card keeps its look at any shape.
  const unit = Math.min(1.33 * width, (height * 16) / 9) / 100;
  const middle = width / 2;
  const detailSize = Math.max(2.7 * unit, leastSize);
  const hasSmallPrint = unit * 100 >= 240;
  const headline = await setToFit(headlines[text.state], 600, 6.4 * unit, width, -0.02);
  const detail = hasSmallPrint && text.detail ? await setToFit(text.detail, 400, detailSize, width, 0) : null;
  const title = hasSmallPrint ? await setToFit(text.title, 600, detailSize, width, -0.03) : null;

  const radius = 5.6 * unit;
  const top = height / 2 - (detail ? 17.5 : 15) * unit;
  const iconY = top + radius;
  const headlineY = iconY + radius + 9.6 * unit;
  const centred = (line: TextLine, baseline: number) => line.path(middle - line.width / 2, baseline);
  const parts = [
    `<path d="${centred(headline, headlineY)}" fill="${colours.headline}"/>`,
    detail ? `<path d="${centred(detail, headlineY + 5.6 * unit)}" fill="${colours.detail}"/>` : '',
    title ? drawTitle(title, detailSize, middle, height - 5 * unit) : '',
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="ground" x2="0" y2="1">
      <stop stop-color="${colours.top}"/><stop offset="1" stop-color="${colours.bottom}"/>
    </linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#ground)"/>
    <g transform="translate(${middle} ${iconY}) scale(${radius / 12})" fill="none" stroke="${colours.accent}"
       stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">${cardIcon(text.state)}</g>
    ${parts.join('')}
  </svg>`;
}

/** The name with the mark of mien before it: a disc, half outline and half full, as before and after. */
function drawTitle(title: TextLine, size: number, middle: number, baseline: number): string {
  const radius = 0.4 * size;
  const gap = 0.35 * size;
  const left = middle - (2 * radius + gap + title.width) / 2;
  const mark = `<g transform="translate(${left + radius} ${baseline - 0.36 * size}) scale(${radius})">
    <circle r=".88" fill="none" stroke="${colours.accent}" stroke-width=".24"/>
    <path d="M0-.88a.88.88 0 0 1 0 1.76z" fill="${colours.accent}"/></g>`;
  return `${mark}<path d="${title.path(left + 2 * radius + gap, baseline)}" fill="${colours.detail}"/>`;
}

/** Sets a line; smaller if it would be too wide, and cut if it could then not be read. */
async function setToFit(
  text: string,
  weight: Weight,
  size: number,
  width: number,
  tracking: number,
): Promise<TextLine> {
  const room = widest * width;
  const line = await setLine(text, weight, size, tracking);
  if (line.width <= room) return line;
  const smaller = (size * room) / line.width;
  const least = Math.max(leastSize, 0.6 * size);
  if (smaller >= least || text.length < 16) return setLine(text, weight, smaller, tracking);
  const kept = Math.max(8, Math.floor((text.length * smaller) / least) - 2);
  return setToFit(`${text.slice(0, kept).trimEnd()}…`, weight, least, width, tracking);
}

async function toI420(layout: I420Layout, rgb: Uint8Array): Promise<Uint8Array> {
  const slack = 1 << 20; // the module's own data, and alignment
  const kernels = await Kernels.load(rgb.byteLength + layout.byteLength + slack);
  const source = kernels.alloc(rgb.byteLength);
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  kernels.u8(source, rgb.byteLength).set(rgb);
  kernels.rgbToI420(source, layout.width * 3, frame);
  return kernels.u8(frame.address, layout.byteLength).slice();
}
