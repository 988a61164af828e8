import { beforeAll, describe, expect, test } from 'vitest';
import { AvatarGuide } from '../../src/blending/avatar-guide.js';
import { MESH_POINTS } from '../../src/blending/canonical-face.js';
import { LEFT_EYE_PARTS } from '../../src/blending/expression.js';
import { FACE_OVAL } from '../../src/blending/face-outlines.js';
import { createPose, fitPose, toCanonical } from '../../src/blending/face-pose.js';
import { type FaceWindow, frameToTensor, windowOf } from '../../src/blending/face-window.js';
import { GAZE_GAIN } from '../../src/blending/iris.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { landmarksOf, PLAIN_FACE } from '../effects/synthetic-face.js';

const SIDE = 96;
const AREA = SIDE * SIDE;
/** Pixels of the portrait's texture, which says of each of its pixels where it lies. */
const TEXTURE = 250;

const user = landmarksOf(PLAIN_FACE);
const neutral = toCanonical(fitPose(user), user.slice(), new Float32Array(user.length));
/** The portrait is the same face, smaller and elsewhere. */
const places = Float32Array.from({ length: 2 * MESH_POINTS }, (_, i) =>
  i % 2 === 0 ? 0.6 * user[3 * (i / 2)]! + 4 : 0.6 * user[3 * ((i - 1) / 2) + 1]! - 8,
);

let kernels: Kernels;
let guide: AvatarGuide;
let planes: Float32Array;
beforeAll(async () => {
  kernels = await Kernels.load(4 << 20);
  const texture = { address: kernels.alloc(4 * TEXTURE * TEXTURE), width: TEXTURE, height: TEXTURE };
  const pixels = kernels.u8(texture.address, 4 * TEXTURE * TEXTURE);
  for (let i = 0; i < TEXTURE * TEXTURE; i++) pixels.set([i % TEXTURE, Math.floor(i / TEXTURE), 77, 255], 4 * i);
  guide = new AvatarGuide(kernels, { texture, points: places, avatar: neutral }, SIDE);
  planes = kernels.f32(kernels.alloc(16 * AREA), 4 * AREA);
});

function draw(points: Float32Array): FaceWindow {
  const window = windowOf(fitPose(points, createPose()));
  guide.draw(points, neutral, window, planes.byteOffset);
  return window;
}

/** What the guide shows at a place of the frame: where in the texture it is from, blue and coverage in 0..255. */
function at(window: FaceWindow, x: number, y: number): number[] {
  const [a, b, c, d, e, f] = frameToTensor(window, SIDE);
  const pixel = Math.floor(d * x + e * y + f) * SIDE + Math.floor(a * x + b * y + c);
  return [0, 1, 2, 3].map((plane) => 255 * planes[plane * AREA + pixel]!);
}

describe('the guide of a face', () => {
  test('shows every part of the portrait where the user has it, whole and as it is', () => {
    const window = draw(user);
    for (const point of [1, 4, 50, 280, 33, 263, 151, 9, 61, 291, 0, 17, 199]) {
      const [u, v, blue, cover] = at(window, user[3 * point]!, user[3 * point + 1]!) as [
        number,
        number,
        number,
        number,
      ];
      // A pixel of the guide is some three of the texture.
      expect(Math.abs(u - places[2 * point]!), `u of ${point}`).toBeLessThan(3.5);
      expect(Math.abs(v - places[2 * point + 1]!), `v of ${point}`).toBeLessThan(3.5);
      expect(blue).toBeCloseTo(77, 0);
      expect(cover).toBeCloseTo(255, 0);
    }
  });

  test('ends at the outline, but for the forehead, which goes on up to the hair line', () => {
    const window = draw(user);
    const top = Math.min(...FACE_OVAL.map((point) => user[3 * point + 1]!));
    const bottom = Math.max(...FACE_OVAL.map((point) => user[3 * point + 1]!));
    const [x] = user.subarray(30);
    expect(at(window, x!, top - 25)[3]).toBeCloseTo(255, 0);
    expect(at(window, x!, bottom + 25)).toEqual([0, 0, 0, 0]);
    for (const corner of [0, SIDE - 1, AREA - SIDE, AREA - 1]) expect(planes[3 * AREA + corner]).toBe(0);
  });

  test('leaves the inside of an opened mouth empty, and follows the chin', () => {
    const open = user.slice();
    for (let point = 0; point < open.length / 3; point++) {
      // Lower lip and chin: all that lies below the middle of the lips.
      if (open[3 * point + 1]! > (user[3 * 13 + 1]! + user[3 * 14 + 1]!) / 2) open[3 * point + 1]! += 25;
    }
    const window = draw(open);
    expect(at(window, open[39]!, (open[40]! + open[43]!) / 2)).toEqual([0, 0, 0, 0]);
    const [u, v] = at(window, open[3 * 17]!, open[3 * 17 + 1]!) as [number, number];
    expect(Math.abs(u - places[34]!)).toBeLessThan(3.5);
    expect(Math.abs(v - places[35]!)).toBeLessThan(3.5);
  });

  test('looks where the user looks: the iris goes along, the corners of the eye stay', () => {
    const eye = LEFT_EYE_PARTS;
    const looking = (share: number): Float32Array => {
      const points = user.slice();
      const width = Math.abs(user[3 * eye.outer]! - user[3 * eye.inner]!);
      const middle = (user[3 * eye.outer]! + user[3 * eye.inner]!) / 2;
      for (let point = eye.iris; point < eye.iris + 5; point++) points[3 * point] = middle + share * width;
      return points;
    };
    const shown = (points: Float32Array, x: number, y: number): number => at(draw(points), x, y)[0]!;
    const mean = (axis: number): number =>
      [eye.outer, eye.inner, ...eye.lids[3]!].reduce((sum, point) => sum + user[3 * point + axis]! / 4, 0);
    const [x, y] = [mean(0), mean(1)];
    const widthInTexture = Math.abs(places[2 * eye.outer]! - places[2 * eye.inner]!);
    const moved = shown(looking(-0.1), x, y) - shown(looking(0.1), x, y);
    expect(moved).toBeGreaterThan(0.17 * GAZE_GAIN * widthInTexture);
    expect(moved).toBeLessThan(0.23 * GAZE_GAIN * widthInTexture);
    const corner = [user[3 * eye.outer]! + 2, user[3 * eye.outer + 1]!] as const;
    expect(Math.abs(shown(looking(-0.1), ...corner) - shown(looking(0.1), ...corner))).toBeLessThan(0.5);
  });

  test('of a user who is known wrongly is moved by as much', () => {
    const window = windowOf(fitPose(user));
    const wrong = neutral.slice();
    // The face at rest lies 1 cm further right than it did: the portrait's then lies 1 cm further left.
    for (let i = 0; i < wrong.length; i += 3) wrong[i]! += 1;
    guide.draw(user, wrong, window, planes.byteOffset);
    const centimetre = fitPose(user).scale;
    const [u] = at(window, user[3]! - centimetre, user[4]!) as [number];
    expect(Math.abs(u - places[2]!)).toBeLessThan(4);
  });

  test('is the same every time, and allocates nothing', () => {
    draw(user);
    const first = planes.slice();
    const window = windowOf(fitPose(user));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 50; i++) guide.draw(user, neutral, window, planes.byteOffset);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 12);
    expect(planes).toEqual(first);
  });

  test('has an even side', () => {
    const texture = { address: 0, width: 2, height: 2 };
    expect(() => new AvatarGuide(kernels, { texture, points: places, avatar: neutral }, 65)).toThrow(/even/);
  });
});
