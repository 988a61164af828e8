import { closeMouth } from '../blending/close-mouth.js';
import { FACE_OVAL, SKIN_POINTS } from '../blending/face-outlines.js';
import { fitPose, headAngles, toCanonical } from '../blending/face-pose.js';
import { type FaceWindow, mapPoints, windowOf } from '../blending/face-window.js';
import { UserError } from '../errors.js';
import type { AffineMatrix } from '../kernels/kernels.js';
import { sharp } from '../system/sharp.js';
import { evenOut } from './even-out.js';
import { type FacePicture, frontView } from './front-view.js';
import { createPicture, fillUnknown, isInside, type Picture, samplePicture } from './picture.js';
import { findPortraitFace, type PortraitFace } from './portrait-face.js';
import { SkinLikeness } from './skin-likeness.js';

/** Stills are looked at with sides of at most this. */
const MAX_SIDE = 2048;
/** Side of the texture, and the share of it that the face's window takes. */
const MAX_TEXTURE = 640;
const WINDOW_SHARE = 0.8;
/** Pixels between the outer corners of the eyes. Smaller faces have no features left to show. */
const MIN_EYES = 56;
/** A head turned further shows one cheek only. Radians. */
const MAX_TURN = 0.45;
/** What is a person with less probability than this is background; the network's cells are coarse, and some lie between. */
const PERSON = 0.7;
/** What is skin with more likeness than this. */
const HALF = 0.5;
/** Within the outline shrunk to this share everything is face, whatever the network says. */
const SURELY_FACE = 0.88;

/**
 * An avatar's face from one still: the face and its surroundings, seen from the front where the head was turned. Background
 * and hair are replaced by what the rim of the face would go on as; the texture is opaque.
 */
export interface Portrait extends FacePicture {
  /** The same as it was pictured: eyes are taken from it. */
  readonly pictured: FacePicture;
  /** The shape at rest, with a closed mouth and both sides alike: what the user's face at rest becomes. */
  readonly neutral: Float32Array;
}

/**
 * Makes an avatar's face of a picture file.
 *
 * @throws UserError INPUT_MISSING or INPUT_INVALID if the file is no picture, or shows no face, several, one too small or
 * one turned too far; MODEL_MISSING or MODEL_CHANGED.
 */
export async function loadPortrait(path: string): Promise<Portrait> {
  return makePortrait(await readStill(path), path);
}

/**
 * The same of a picture at hand.
 *
 * @param name - what to call it in errors. @param view - whether a turned head is shown from the front, or stays turned.
 */
export async function makePortrait(
  still: Picture,
  name: string,
  view: 'front' | 'as pictured' = 'front',
): Promise<Portrait> {
  const face = await findPortraitFace(still, name);
  const window = windowOf(fitPose(face.points));
  requireUsable(face.points, name);
  const side = Math.min(MAX_TEXTURE, Math.round(window.size / WINDOW_SHARE));
  const toStill = textureToStill(window, side);
  const texture = cutOut(still, face, toStill, side);
  const points = mapPoints(inverse(toStill), face.points.slice());
  const pose = fitPose(points);
  const shape = toCanonical(pose, points, new Float32Array(points.length));
  const pictured = { texture, points, shape, pose };
  const { yaw } = headAngles(pose);
  const even = evenOut(shape, yaw);
  const seen = view === 'front' ? await frontView(pictured, even, yaw) : pictured;
  return { ...seen, pictured, neutral: closeMouth(even) };
}

/**
 * Reads a picture file, upright, with sides of at most 2048 pixels.
 *
 * @throws UserError INPUT_INVALID if it is no picture.
 */
export async function readStill(path: string): Promise<Picture> {
  try {
    const { data, info } = await sharp(path)
      .rotate()
      .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#808080' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgba: new Uint8Array(data) };
  } catch (cause) {
    throw new UserError(
      'INPUT_INVALID',
      `${path} could not be read as a picture: ${(cause as Error).message}.`,
      'Name a JPEG, PNG or WebP file that a picture viewer opens.',
      { cause },
    );
  }
}

function requireUsable(points: Float32Array, name: string): void {
  const eyes = Math.hypot(points[3 * 33]! - points[3 * 263]!, points[3 * 33 + 1]! - points[3 * 263 + 1]!);
  if (eyes < MIN_EYES) {
    throw new UserError(
      'INPUT_INVALID',
      `The face in ${name} is too small: its eyes are ${eyes.toFixed(0)} pixels apart, at least ${MIN_EYES} are needed.`,
      'Choose a larger picture, or one in which the face is nearer.',
    );
  }
  const { yaw, pitch } = headAngles(fitPose(points));
  const turn = Math.max(Math.abs(yaw), Math.abs(pitch));
  if (turn > MAX_TURN) {
    const degrees = (radians: number): string => ((radians * 180) / Math.PI).toFixed(0);
    throw new UserError(
      'INPUT_INVALID',
      `The face in ${name} is turned by ${degrees(yaw)}° to a side and ${degrees(pitch)}° up; at most ${degrees(MAX_TURN)}° are possible.`,
      'Choose a picture in which the face looks at the camera.',
    );
  }
}

/** From the texture, which stands upright however the head leans, to the still. */
function textureToStill({ centreX, centreY, size, roll }: FaceWindow, side: number): AffineMatrix {
  const step = size / WINDOW_SHARE / side;
  const cos = Math.cos(roll) * step;
  const sin = Math.sin(roll) * step;
  return [cos, -sin, centreX - ((cos - sin) * side) / 2, sin, cos, centreY - ((sin + cos) * side) / 2];
}

/** Of a turn, a scale and a shift. */
function inverse([a, b, c, d, e, f]: AffineMatrix): AffineMatrix {
  const area = a * e - b * d;
  return [e / area, -b / area, (b * f - c * e) / area, -d / area, a / area, (c * d - a * f) / area];
}

/** The texture: sampled from the still; background, and hair about the face, are filled. */
function cutOut(still: Picture, { points, person }: PortraitFace, matrix: AffineMatrix, side: number): Picture {
  const [a, b, c, d, e, f] = matrix;
  const texture = createPicture(side, side);
  const known = new Uint8Array(side * side);
  const face = shrunkOval(points);
  const skin = skinAround(still, points);
  // A still finer than the texture is averaged over each of its pixels.
  const fine = Math.max(1, Math.round(Math.hypot(a, d)));
  const texel = new Float64Array(4);
  for (let i = 0; i < side * side; i++) {
    const x = i % side;
    const y = Math.floor(i / side);
    const sum = [0, 0, 0];
    for (let part = 0; part < fine * fine; part++) {
      const u = x + ((part % fine) + 0.5) / fine;
      const v = y + (Math.floor(part / fine) + 0.5) / fine;
      samplePicture(still, a * u + b * v + c, d * u + e * v + f, texel);
      for (let k = 0; k < 3; k++) sum[k]! += texel[k]! / (fine * fine);
    }
    for (let k = 0; k < 3; k++) texture.rgba[4 * i + k] = sum[k]! + 0.5;
    const px = a * (x + 0.5) + b * (y + 0.5) + c;
    const py = d * (x + 0.5) + e * (y + 0.5) + f;
    const isInStill = px >= 0 && py >= 0 && px < still.width && py < still.height;
    const isRim = isInStill && isPerson(person, px / still.width, py / still.height);
    const [red, green, blue] = sum;
    known[i] = isInside(face, px, py) || (isRim && skin.of(red!, green!, blue!) > HALF) ? 1 : 0;
  }
  fillUnknown(texture, known);
  return texture;
}

/** Whether the cells about a place (0 to 1) all show the person: the rim itself is a mixture. */
function isPerson({ width, height, values }: PortraitFace['person'], x: number, y: number): boolean {
  for (const [dx, dy] of [
    [0, 0],
    [1.5, 0],
    [-1.5, 0],
    [0, 1.5],
    [0, -1.5],
  ] as const) {
    const column = Math.min(Math.max(Math.floor(x * width + dx), 0), width - 1);
    const row = Math.min(Math.max(Math.floor(y * height + dy), 0), height - 1);
    if (values[row * width + column]! < PERSON) return false;
  }
  return true;
}

/** What the skin of the forehead and of the cheeks looks like, as the one may lie in shadow. */
function skinAround(still: Picture, points: Float32Array): SkinLikeness {
  const likeness = new SkinLikeness();
  const texel = new Float64Array(4);
  likeness.measure(
    SKIN_POINTS.flatMap((point) => {
      samplePicture(still, points[3 * point]!, points[3 * point + 1]!, texel);
      return [...texel.subarray(0, 3)];
    }),
  );
  return likeness;
}

/** The outline of the face drawn in towards its middle: x, y of each point. */
function shrunkOval(points: Float32Array): number[] {
  const middleX = FACE_OVAL.reduce((sum, point) => sum + points[3 * point]!, 0) / FACE_OVAL.length;
  const middleY = FACE_OVAL.reduce((sum, point) => sum + points[3 * point + 1]!, 0) / FACE_OVAL.length;
  return FACE_OVAL.flatMap((point) => [
    middleX + SURELY_FACE * (points[3 * point]! - middleX),
    middleY + SURELY_FACE * (points[3 * point + 1]! - middleY),
  ]);
}
