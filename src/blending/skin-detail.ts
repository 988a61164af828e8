import { FACE_OVAL, LEFT_EYE, LIPS, RIGHT_EYE } from './face-outlines.js';

/** The middle of the bytes: no detail. */
export const NO_DETAIL = 128;
/** In cm of the face: how far from an eye, from the mouth and from the face's rim detail begins to count. */
const AROUND = 0.5;
/** Lips keep this part of theirs: they move most. */
const LIPS_SHARE = 0.5;
/** Pixels of the map of weights across a cm. */
const WEIGHTS_PER_CM = 8;

/** Brightness of a still without row padding. */
export interface LumaPlane {
  readonly width: number;
  readonly height: number;
  /** 0 to 255. */
  readonly data: Uint8Array;
}

/** How much detail counts over a still, 0 to 1: a coarse map of any size. */
export interface SkinWeights {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/**
 * What is too fine for the network: a face's luma less its blur, as bytes about NO_DETAIL, on skin only.
 *
 * @param blurred - the plane as the network would show it, of the same size.
 */
export function skinDetail(plane: LumaPlane, blurred: LumaPlane, weights: SkinWeights): Uint8Array {
  const { width, height, data } = plane;
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const v = Math.max(0, ((y + 0.5) * weights.height) / height - 0.5);
    const upper = Math.min(Math.floor(v), weights.height - 2);
    for (let x = 0; x < width; x++) {
      const u = Math.max(0, ((x + 0.5) * weights.width) / width - 0.5);
      const left = Math.min(Math.floor(u), weights.width - 2);
      const at = upper * weights.width + left;
      const one = weights.data[at]! + (weights.data[at + 1]! - weights.data[at]!) * (u - left);
      const below = at + weights.width;
      const two = weights.data[below]! + (weights.data[below + 1]! - weights.data[below]!) * (u - left);
      const i = y * width + x;
      const detail = (data[i]! - blurred.data[i]!) * (one + (two - one) * (v - upper));
      out[i] = NO_DETAIL + Math.min(Math.max(Math.round(detail), -127), 127);
    }
  }
  return out;
}

/**
 * Where a still of a face shows skin: 1 there, less on lips, 0 in the eyes and along the rim of the face.
 *
 * @param places - the face's points, (u, v), shares of width and height. @param widthCm - of the whole still, at the face.
 * @param aspect - height over width.
 */
export function skinWeights(places: Float32Array, widthCm: number, aspect: number): SkinWeights {
  const width = Math.max(8, Math.min(1024, Math.round(widthCm * WEIGHTS_PER_CM)));
  const height = Math.max(8, Math.min(1024, Math.round(width * aspect)));
  const points = places.map((share, i) => share * (i % 2 === 0 ? width : height));
  return { width, height, data: drawWeights(width, height, points, (AROUND * width) / widthCm) };
}

function drawWeights(width: number, height: number, points: Float32Array, around: number): Float32Array {
  const soft = (outline: readonly number[]): Float32Array =>
    blur(fillOutline(width, height, points, outline), width, height, around / 2);
  const face = soft(FACE_OVAL);
  const eyes = [soft(RIGHT_EYE), soft(LEFT_EYE)];
  const lips = soft(LIPS);
  return face.map((inside, i) => {
    // Where the blur of an outline's inside is ½ the outline runs.
    const rim = Math.min(Math.max(2 * inside - 1, 0), 1);
    const eye = Math.min(Math.max(eyes[0]![i]!, eyes[1]![i]!) * 4, 1);
    return rim * (1 - eye) * (1 - (1 - LIPS_SHARE) * Math.min(2 * lips[i]!, 1));
  });
}

/** 1 inside an outline, 0 outside. */
function fillOutline(width: number, height: number, points: Float32Array, outline: readonly number[]): Float32Array {
  const out = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const y = row + 0.5;
    const crossings: number[] = [];
    for (let i = 0; i < outline.length; i++) {
      const a = 2 * outline[i]!;
      const b = 2 * outline[(i + 1) % outline.length]!;
      const [ax, ay, bx, by] = [points[a]!, points[a + 1]!, points[b]!, points[b + 1]!];
      if (ay > y !== by > y) crossings.push(ax + ((y - ay) * (bx - ax)) / (by - ay));
    }
    crossings.sort((p, q) => p - q);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.round(crossings[i]!));
      out.fill(1, row * width + from, row * width + Math.min(width, Math.max(from, Math.round(crossings[i + 1]!))));
    }
  }
  return out;
}

/** A Gaussian, its tails cut at three deviations; the border is repeated. */
function blur(plane: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const taps = Float32Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  const along = (from: Float32Array, stepAcross: number, across: number, stepAlong: number, length: number) => {
    const out = new Float32Array(from.length);
    for (let line = 0; line < across; line++) {
      for (let i = 0; i < length; i++) {
        let value = 0;
        for (let k = -reach; k <= reach; k++) {
          const at = Math.min(Math.max(i + k, 0), length - 1);
          value += taps[k + reach]! * from[line * stepAcross + at * stepAlong]!;
        }
        out[line * stepAcross + i * stepAlong] = value / sum;
      }
    }
    return out;
  };
  return along(along(plane, width, height, 1, width), 1, width, width, height);
}
