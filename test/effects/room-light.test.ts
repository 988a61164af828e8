import { expect, test } from 'vitest';
import { drawFace, type FaceSpec, landmarksOf, PLAIN_FACE } from './synthetic-face.js';
import { faceOf, maskOfPixels, openBench, touchUpStill } from './touch-up-bench.js';

const DARK_ROOM = { room: 30, eyeWhite: 62 } as const;
const DARK_SKIN = [58, 121, 137] as const;

/** The mean luma of skin before and after, and its relative contrast (deviation over luma above black). */
async function skinLight(spec: FaceSpec, strength = 60) {
  const picture = drawFace(spec);
  const { after, bench } = await touchUpStill(picture, spec, strength);
  const mask = maskOfPixels(bench);
  const measure = (frame: Uint8Array) => {
    let [sum, squares, count] = [0, 0, 0];
    for (let i = 0; i < mask.length; i++) {
      if (mask[i]! < 0.95) continue;
      sum += frame[i]!;
      squares += frame[i]! ** 2;
      count++;
    }
    const mean = sum / count;
    return { mean, contrast: Math.sqrt(squares / count - mean * mean) / (mean - 16) };
  };
  return { before: measure(picture.data), after: measure(after), darkness: bench.effect.mask?.darkness ?? Number.NaN };
}

test('a dark room lifts the face by 20 to 60 % of its light, light or dark skin, and keeps >= 80 % of shading contrast', async () => {
  for (const skin of [
    [60, 122, 134],
    [36, 125, 131],
  ] as const) {
    const spec = { ...PLAIN_FACE, ...DARK_ROOM, skin, blotches: 0, pores: 0, redness: 0 };
    const { before, after } = await skinLight(spec);
    const gain = (after.mean - 16) / (before.mean - 16);
    console.log(
      `skin of luma ${skin[0]} in a dark room: light x ${gain.toFixed(2)}, contrast x ${(after.contrast / before.contrast).toFixed(2)}`,
    );
    expect(gain).toBeGreaterThanOrEqual(1.2);
    expect(gain).toBeLessThanOrEqual(1.6);
    expect(after.contrast / before.contrast).toBeGreaterThanOrEqual(0.8);
  }
});

test.each([
  ['in a lit room', { room: 150, eyeWhite: 160 }],
  ['before a black wall in good light', { room: 22, eyeWhite: 160 }],
  ['before a white wall', { room: 225, eyeWhite: 90 }],
])('dark skin %s is not lightened: mean luma moves by < 0.5', async (_name, light) => {
  const { before, after, darkness } = await skinLight({ ...PLAIN_FACE, ...light, skin: DARK_SKIN });
  expect(darkness).toBe(0);
  expect(Math.abs(after.mean - before.mean)).toBeLessThan(0.5);
});

test('when the lights go out the lift comes up over a second, no frame by more than 3 levels of luma', async () => {
  const lit = { ...PLAIN_FACE, width: 320, height: 240, size: 120, x: 160, y: 130, blotches: 0, pores: 0, redness: 0 };
  const spec = { ...lit, skin: [60, 122, 134] as const };
  const points = landmarksOf(spec);
  const day = drawFace({ ...spec, room: 140, eyeWhite: 150 });
  const night = drawFace({ ...spec, ...DARK_ROOM });
  const bench = await openBench(day.layout);
  const cheek = Math.round(points[3 * 50 + 1]!) * spec.width + Math.round(points[3 * 50]!);
  for (let i = 0; i < 10; i++) bench.touchUp(day.data, faceOf(points, i / 30), 60);
  const values: number[] = [];
  for (let i = 10; i < 100; i++) values.push(bench.touchUp(night.data, faceOf(points, i / 30), 60)[cheek]!);
  const steps = values.slice(1).map((value, i) => value - values[i]!);
  expect(Math.max(...steps)).toBeLessThanOrEqual(3);
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(values.at(-1)! - values[0]!).toBeGreaterThanOrEqual(10);
});

test('a lift leaves no edge: across the face its gain falls to 1 on both sides by <= 0.03 a pixel', async () => {
  const flat = {
    ...PLAIN_FACE,
    room: 58,
    eyeWhite: 62,
    blotches: 0,
    pores: 0,
    redness: 0,
    skin: [60, 122, 134] as const,
  };
  const picture = drawFace(flat);
  const bench = await openBench(picture.layout);
  bench.touchUp(picture.data, faceOf(landmarksOf(flat)), 60);
  const after = bench.pixels;
  // Across the forehead, where no eye or lip lies; the room behind is as dark as the face, so steps are the gain's alone.
  const row = Math.round(landmarksOf(flat)[3 * 151 + 1]!) * flat.width;
  const gains = Array.from(
    { length: flat.width },
    (_, x) => (after[row + x]! - 16) / Math.max(picture.data[row + x]! - 16, 1),
  );
  expect(gains[0]).toBe(1);
  expect(gains.at(-1)).toBe(1);
  expect(Math.max(...gains)).toBeGreaterThan(1.2);
  // Luma is whole numbers: a step of one level at luma 46 is 1/30 already.
  const smooth = gains.map((_, x) => gains.slice(Math.max(0, x - 3), x + 4).reduce((sum, gain) => sum + gain, 0) / 7);
  const steps = smooth.slice(8, -8).map((gain, i) => Math.abs(gain - smooth[i + 7]!));
  console.log(`steepest edge of the lift: ${Math.max(...steps).toFixed(4)} a pixel`);
  expect(Math.max(...steps)).toBeLessThanOrEqual(0.03);
});
