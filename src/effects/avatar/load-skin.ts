import type { Sharp } from 'sharp';
import { MESH_POINTS } from '../../blending/canonical-face.js';
import { mostTimes } from '../../blending/face-patch.js';
import { WINDOW_CM } from '../../blending/face-window.js';
import type { DetailTexture, SkinTextures } from '../../blending/fine-skin.js';
import { type LumaPlane, skinDetail, skinWeights } from '../../blending/skin-detail.js';
import { sharp } from '../../system/sharp.js';
import type { AvatarTexture } from '../avatar-effect.js';

/** A picture of more pixels is refused: packs are untrusted. */
export const MOST_PIXELS = 4096 * 4096;
/** What the network's picture is blurred by, in its pixels: it shows nothing finer. */
const CUT_OFF = 1.1;

/**
 * Makes the layers of fine skin of a portrait: one for each scale of the patch, as fine as the patch and no finer.
 *
 * @param square - pixels a side of the avatar's network.
 * @throws Error of the picture library if the bytes are no picture, or too large a one.
 */
export async function loadSkin({ png, points, avatar }: AvatarTexture, square: number): Promise<SkinTextures> {
  const picture = sharp(png, { limitInputPixels: MOST_PIXELS }).removeAlpha().greyscale();
  const { width: fullWidth, height: fullHeight } = await sharp(png, { limitInputPixels: MOST_PIXELS }).metadata();
  const fullPerCm = pixelsPerCm(points, avatar, fullWidth);
  const weights = skinWeights(points, fullWidth / fullPerCm, fullHeight / fullWidth);
  const networkPerCm = square / WINDOW_CM;
  const textures: DetailTexture[] = [];
  for (let times = 2; times <= mostTimes(square); times++) {
    const scale = Math.min(1, (times * networkPerCm) / fullPerCm);
    const sized = picture.clone().resize({ width: Math.max(2, Math.round(fullWidth * scale)) });
    const plane = await planeOf(sized);
    const blurred = await planeOf(sized.blur((CUT_OFF * fullPerCm * scale) / networkPerCm));
    const { width, height } = plane;
    textures.push({ times, width, height, data: skinDetail(plane, blurred, weights) });
  }
  return { textures, places: points, avatar };
}

async function planeOf(picture: Sharp): Promise<LumaPlane> {
  const { data, info } = await picture.clone().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** The scale of a portrait that looks at the camera: the spread of its points over that of the face in space, across. */
function pixelsPerCm(points: Float32Array, shape: Float32Array, width: number): number {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let nearest = Number.POSITIVE_INFINITY;
  let farthest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < MESH_POINTS; i++) {
    left = Math.min(left, points[2 * i]! * width);
    right = Math.max(right, points[2 * i]! * width);
    nearest = Math.min(nearest, shape[3 * i]!);
    farthest = Math.max(farthest, shape[3 * i]!);
  }
  return Math.max(right - left, 1) / Math.max(farthest - nearest, 1);
}
