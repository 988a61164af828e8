import type { I420Layout } from '../frame/i420.js';
import { sharp } from '../system/sharp.js';
import { CARD_COLOURS, cardMeasures, cardSvg, centredLine, setToFit, svgToI420 } from './card-drawing.js';

/** Why the avatar is shown as a still: what others in the call may know of it. */
export type AvatarCardState = 'loading' | 'no face' | 'unclear face' | 'other faces' | 'failed' | 'refused';

/** What stands on the card of an avatar. */
export interface AvatarCard {
  /** The avatar's, as it is told. */
  readonly name: string;
  /** A picture of it, any format and size that sharp reads; null for none. */
  readonly still: Uint8Array | null;
  readonly state: AvatarCardState;
  /** In place of the words of the state: why it may not be worn. */
  readonly detail?: string;
}

const WORDS: Readonly<Record<AvatarCardState, string>> = {
  loading: 'One moment',
  'no face': 'No face to be seen',
  'unclear face': 'The face is not clear to be seen',
  'other faces': 'More than one face to be seen',
  failed: 'The avatar cannot be shown',
  refused: 'This avatar may not be worn',
};

/** A picture of more pixels than this is no still. */
const MOST_PIXELS = 4096 * 4096;

/**
 * Draws what is sent while an avatar is chosen and cannot be worn: its still, its name and why. I420 of the layout,
 * BT.601 limited range. Takes tens of milliseconds. A still that cannot be read is left out.
 */
export async function renderAvatarCard(layout: I420Layout, title: string, card: AvatarCard): Promise<Uint8Array> {
  const measures = cardMeasures(layout);
  const { width, height, unit, detailSize, hasSmallPrint } = measures;
  const side = Math.round(24 * unit);
  const still = card.still && side >= 16 ? await readStill(card.still, side) : null;
  const name = await setToFit(card.name, 600, 5.2 * unit, width, -0.02);
  const words = hasSmallPrint ? await setToFit(card.detail ?? WORDS[card.state], 400, detailSize, width, 0) : null;

  const wholeHeight = (still ? 24 + 9.4 : 5.2) * unit + (words ? 5.4 * unit : 0);
  const top = height / 2 - wholeHeight / 2 - 2 * unit;
  const nameY = top + (still ? 24 + 8.4 : 5.2) * unit;
  const content = `
    ${still ? drawStill(still, (width - side) / 2, top, side) : ''}
    ${centredLine(name, measures, nameY, CARD_COLOURS.headline)}
    ${words ? centredLine(words, measures, nameY + 5.2 * unit, CARD_COLOURS.detail) : ''}`;
  return svgToI420(layout, await cardSvg(measures, title, content));
}

/** The still as a PNG of the side asked for, cut to a square about its upper middle, where faces are; null if it is none. */
async function readStill(bytes: Uint8Array, side: number): Promise<Buffer | null> {
  try {
    return await sharp(bytes, { limitInputPixels: MOST_PIXELS })
      .resize(side, side, { position: 'top' })
      .png()
      .toBuffer();
  } catch {
    return null; // a card without a picture says the same
  }
}

function drawStill(png: Buffer, x: number, y: number, side: number): string {
  const corner = 0.16 * side;
  const box = `x="${x}" y="${y}" width="${side}" height="${side}"`;
  return `<clipPath id="still"><rect ${box} rx="${corner}"/></clipPath>
    <image ${box} clip-path="url(#still)" href="data:image/png;base64,${png.toString('base64')}"/>
    <rect ${box} rx="${corner}" fill="none" stroke="${CARD_COLOURS.accent}" stroke-width="${0.012 * side}"/>`;
}
