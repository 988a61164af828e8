import { type Eye, gazeOf } from '../blending/expression.js';
import { type FacePose, toFrame } from '../blending/face-pose.js';
import { createPicture, fillUnknown, isInside, type Picture, samplePicture } from './picture.js';

/** Pixels of an eye's picture. The eye from corner to corner takes `EYE_SPAN` of its width. */
export const EYE_WIDTH = 96;
export const EYE_HEIGHT = 64;
const EYE_SPAN = 60;
/** What lies within so many pixels of the lids is lashes, not eye. */
const LASHES = 2;
/** The iris's ring of landmarks lies a little inside its dark edge; the edge is soft. */
const IRIS_EDGE = 1.12;
const IRIS_CORE = 0.94;

/**
 * One eye of an avatar without its lids: the white as it would be without an iris, and the iris as it would be without
 * lids, from one portrait. The picture lies in the plane of the face: its middle is the middle between the corners of the
 * eye, its x axis runs along them.
 */
export class EyeTexture {
  readonly #eye: Eye;
  readonly #white: Picture;
  readonly #iris: Picture;
  /** Where the iris lies in the portrait, and its radius, in pixels of the picture. */
  readonly #irisX: number;
  readonly #irisY: number;
  readonly #radius: number;
  readonly #texel = new Float64Array(4);

  /**
   * @param shape - the portrait's points in canonical cm. @param pose - from there to pixels of `portrait`.
   */
  constructor(portrait: Picture, shape: Float32Array, pose: FacePose, eye: Eye) {
    this.#eye = eye;
    const place = new Float32Array(2);
    const seen = createPicture(EYE_WIDTH, EYE_HEIGHT);
    copyFromPortrait(portrait, shape, pose, eye, seen);
    const lids = lidOutline(shape, eye);
    this.place(shape, eye.iris, place);
    [this.#irisX, this.#irisY] = [place[0]!, place[1]!];
    let radius = 0;
    for (let point = eye.iris + 1; point < eye.iris + 5; point++) {
      this.place(shape, point, place);
      radius += Math.hypot(place[0]! - this.#irisX, place[1]! - this.#irisY) / 4;
    }
    this.#radius = radius;
    const isSeen = (x: number, y: number): boolean =>
      isInside(lids, x, y - LASHES) && isInside(lids, x, y + LASHES) && isInside(lids, x, y);
    this.#white = this.#withoutIris(seen, isSeen);
    this.#iris = this.#withoutLids(seen, isSeen);
  }

  /** Where a point of a face lies in its eye's picture. @param into - takes x and y in pixels. */
  place(shape: Float32Array, point: number, into: Float32Array): void {
    const { x, y } = gazeOf(shape, { ...this.#eye, iris: point });
    into[0] = EYE_WIDTH / 2 + EYE_SPAN * x;
    into[1] = EYE_HEIGHT / 2 + EYE_SPAN * y;
  }

  /** Draws the eye with its iris at a place of its picture. @param stride - pixels from row to row of `into`, RGBA. */
  draw(irisX: number, irisY: number, into: Uint8Array, stride: number): void {
    const outer = this.#radius * IRIS_EDGE;
    const inner = this.#radius * IRIS_CORE;
    const texel = this.#texel;
    const white = this.#white.rgba;
    for (let y = 0; y < EYE_HEIGHT; y++) {
      for (let x = 0; x < EYE_WIDTH; x++) {
        const from = 4 * (y * EYE_WIDTH + x);
        const to = 4 * (y * stride + x);
        const distance = Math.hypot(x + 0.5 - irisX, y + 0.5 - irisY);
        const alpha = Math.min(Math.max((outer - distance) / (outer - inner), 0), 1);
        if (alpha > 0) samplePicture(this.#iris, x + 0.5 - irisX + this.#irisX, y + 0.5 - irisY + this.#irisY, texel);
        for (let k = 0; k < 3; k++) into[to + k] = white[from + k]! * (1 - alpha) + texel[k]! * alpha + 0.5;
        into[to + 3] = 255;
      }
    }
  }

  /** The white of the eye, its iris and what the lids hide filled from the white that is seen. */
  #withoutIris(seen: Picture, isSeen: (x: number, y: number) => boolean): Picture {
    const known = new Uint8Array(EYE_WIDTH * EYE_HEIGHT);
    const picture = { ...seen, rgba: seen.rgba.slice() };
    forEachPixel((x, y, i) => {
      const distance = Math.hypot(x - this.#irisX, y - this.#irisY);
      known[i] = isSeen(x, y) && distance > this.#radius * IRIS_EDGE + 1 ? 1 : 0;
    });
    fillUnknown(picture, known);
    return picture;
  }

  /** The iris: what a lid hides is taken from the part that lies opposite, else from about it. */
  #withoutLids(seen: Picture, isSeen: (x: number, y: number) => boolean): Picture {
    const known = new Uint8Array(EYE_WIDTH * EYE_HEIGHT);
    const picture = createPicture(EYE_WIDTH, EYE_HEIGHT);
    const reach = this.#radius * IRIS_EDGE;
    forEachPixel((x, y, i) => {
      if (Math.hypot(x - this.#irisX, y - this.#irisY) > reach) return;
      for (const [flipX, flipY] of [
        [1, 1],
        [1, -1],
        [-1, -1],
      ] as const) {
        const fromX = this.#irisX + flipX * (x - this.#irisX);
        const fromY = this.#irisY + flipY * (y - this.#irisY);
        if (!isSeen(fromX, fromY)) continue;
        samplePicture(seen, fromX, fromY, this.#texel);
        for (let k = 0; k < 3; k++) picture.rgba[4 * i + k] = this.#texel[k]! + 0.5;
        known[i] = 1;
        return;
      }
    });
    fillUnknown(picture, known);
    return picture;
  }
}

/** The eye of the portrait, seen straight from the front. */
function copyFromPortrait(portrait: Picture, shape: Float32Array, pose: FacePose, eye: Eye, into: Picture): void {
  const { outer, inner } = eye;
  const [left, right] = shape[3 * outer]! < shape[3 * inner]! ? [outer, inner] : [inner, outer];
  const alongX = shape[3 * right]! - shape[3 * left]!;
  const alongY = shape[3 * right + 1]! - shape[3 * left + 1]!;
  const point = new Float32Array(3);
  const texel = new Float64Array(4);
  forEachPixel((px, py, i) => {
    const x = (px - EYE_WIDTH / 2) / EYE_SPAN;
    const y = (py - EYE_HEIGHT / 2) / EYE_SPAN;
    for (let axis = 0; axis < 3; axis++) point[axis] = (shape[3 * left + axis]! + shape[3 * right + axis]!) / 2;
    point[0]! += x * alongX - y * alongY;
    point[1]! += x * alongY + y * alongX;
    toFrame(pose, point, point);
    samplePicture(portrait, point[0]!, point[1]!, texel);
    for (let k = 0; k < 4; k++) into.rgba[4 * i + k] = texel[k]! + 0.5;
  });
}

/** The edge of the lids in the eye's picture: x, y of each point. */
function lidOutline(shape: Float32Array, eye: Eye): number[] {
  const ring = [
    eye.outer,
    ...eye.lids.map(([upper]) => upper),
    eye.inner,
    ...eye.lids.map(([, lower]) => lower).reverse(),
  ];
  return ring.flatMap((point) => {
    const { x, y } = gazeOf(shape, { ...eye, iris: point });
    return [EYE_WIDTH / 2 + EYE_SPAN * x, EYE_HEIGHT / 2 + EYE_SPAN * y];
  });
}

/** Calls back with the centre of each pixel of an eye's picture and its number. */
function forEachPixel(visit: (x: number, y: number, i: number) => void): void {
  for (let i = 0; i < EYE_WIDTH * EYE_HEIGHT; i++) visit((i % EYE_WIDTH) + 0.5, Math.floor(i / EYE_WIDTH) + 0.5, i);
}
