import type { I420Layout } from '../frame/i420.js';
import { CARD_COLOURS, cardMeasures, cardSvg, centredLine, setToFit, svgToI420 } from './card-drawing.js';
import { cardIcon } from './card-icons.js';

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

/**
 * Draws the picture that is sent in place of the camera's: I420 of the layout, BT.601 limited range. Takes tens of
 * milliseconds: call it when the stream is set up, not while frames run.
 */
export async function renderCard(layout: I420Layout, text: CardText): Promise<Uint8Array> {
  return svgToI420(layout, await drawCard(layout, text));
}

/** The card as SVG with outlines only, so that it looks the same on every machine. */
async function drawCard(layout: I420Layout, { title, state, detail }: CardText): Promise<string> {
  const measures = cardMeasures(layout);
  const { width, height, unit, detailSize, hasSmallPrint } = measures;
  const headline = await setToFit(headlines[state], 600, 6.4 * unit, width, -0.02);
  const small = hasSmallPrint && detail ? await setToFit(detail, 400, detailSize, width, 0) : null;

  const radius = 5.6 * unit;
  const top = height / 2 - (small ? 17.5 : 15) * unit;
  const iconY = top + radius;
  const headlineY = iconY + radius + 9.6 * unit;
  return cardSvg(
    measures,
    title,
    `<g transform="translate(${width / 2} ${iconY}) scale(${radius / 12})" fill="none" stroke="${CARD_COLOURS.accent}"
       stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">${cardIcon(state)}</g>
    ${centredLine(headline, measures, headlineY, CARD_COLOURS.headline)}
    ${small ? centredLine(small, measures, headlineY + 5.6 * unit, CARD_COLOURS.detail) : ''}`,
  );
}
