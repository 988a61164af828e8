import type { LiveSettings } from '../../src/config/settings.js';
import { TouchUp } from '../../src/effects/touch-up.js';
import type { Micros } from '../../src/frame/clock.js';
import type { I420Layout } from '../../src/frame/i420.js';
import { Kernels } from '../../src/kernels/kernels.js';
import type { FaceState } from '../../src/tracking/face.js';
import { type FaceSpec, landmarksOf } from './synthetic-face.js';

export function settingsOf(strength: number): LiveSettings {
  return { effect: 'touch-up', avatar: '', strength, mirror: false, split: false, paused: false };
}

export function faceOf(points: Float32Array, seconds = 0, trackId = 1): FaceState {
  const region = { centerX: 0, centerY: 0, size: 0, rotation: 0 };
  return { capturedAt: (seconds * 1e6) as Micros, presence: 1, region, points, rawPoints: points, trackId };
}

/** A touch-up over a frame of its own. */
export interface Bench {
  readonly effect: TouchUp;
  readonly layout: I420Layout;
  /** The frame in kernel memory. */
  readonly pixels: Uint8Array;
  /** Puts a picture in, touches it up, returns a copy of what came out. */
  touchUp(picture: Uint8Array, face: FaceState | null, strength: number): Uint8Array;
}

export async function openBench(layout: I420Layout): Promise<Bench> {
  const kernels = await Kernels.load(layout.byteLength + (16 << 20));
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const pixels = kernels.u8(frame.address, layout.byteLength);
  const effect = new TouchUp();
  effect.configure({ kernels, frame, rate: { num: 30, den: 1 } });
  return {
    effect,
    layout,
    pixels,
    touchUp(picture, face, strength) {
      pixels.set(picture);
      if (effect.prepare(face, settingsOf(strength)) === 'blend') effect.blend();
      return pixels.slice();
    },
  };
}

/** One still, touched up by a new effect. */
export async function touchUpStill(
  picture: { layout: I420Layout; data: Uint8Array },
  spec: FaceSpec,
  strength: number,
): Promise<{ after: Uint8Array; bench: Bench }> {
  const bench = await openBench(picture.layout);
  return { after: bench.touchUp(picture.data, faceOf(landmarksOf(spec)), strength), bench };
}

/** The mask over each luma pixel: 1 where all four cells round it are whole, 0 where none is touched, else between. */
export function maskOfPixels(bench: Bench): Float32Array {
  const mask = bench.effect.mask;
  if (!mask) throw new Error('no frame was prepared yet');
  const { width, height } = bench.layout;
  const { weights, cols, rows, originX, originY, cell } = mask;
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const c = (x + 0.5 - originX) / cell - 0.5;
      const r = (y + 0.5 - originY) / cell - 0.5;
      if (c < -0.5 || r < -0.5 || c > cols - 0.5 || r > rows - 0.5) continue;
      const at = (i: number, j: number): number =>
        weights[Math.min(Math.max(j, 0), rows - 1) * cols + Math.min(Math.max(i, 0), cols - 1)]!;
      const i = Math.floor(c);
      const j = Math.floor(r);
      const a = c - i;
      const b = r - j;
      out[y * width + x] =
        (at(i, j) * (1 - a) + at(i + 1, j) * a) * (1 - b) + (at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a) * b;
    }
  }
  return out;
}
