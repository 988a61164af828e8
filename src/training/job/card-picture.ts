import { fitPose } from '../../blending/face-pose.js';
import { windowOf } from '../../blending/face-window.js';
import { sharp } from '../../system/sharp.js';
import type { Picture } from '../picture.js';
import { findPortraitFace } from '../portrait-face.js';

/** Of the window that the network sees: hair and neck belong to a face that is to be recognised. */
const AROUND = 1.5;
const CARD_SIDE = 512;

/** The avatar's still, for cards: a square about the face, as far as the picture reaches. */
export async function cardPicture(still: Picture, name: string): Promise<Uint8Array> {
  const { points } = await findPortraitFace(still, name);
  const { centreX, centreY, size } = windowOf(fitPose(points));
  const side = Math.round(Math.min(AROUND * size, still.width, still.height));
  const from = (centre: number, most: number) => Math.round(Math.min(Math.max(centre - side / 2, 0), most - side));
  return sharp(still.rgba, { raw: { width: still.width, height: still.height, channels: 4 } })
    .extract({ left: from(centreX, still.width), top: from(centreY, still.height), width: side, height: side })
    .resize(CARD_SIDE, CARD_SIDE)
    .removeAlpha()
    .png()
    .toBuffer();
}

/** A picture as PNG, without its opacity. */
export async function pngOf({ width, height, rgba }: Picture): Promise<Uint8Array> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .png()
    .toBuffer();
}
