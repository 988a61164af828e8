import { beforeAll, describe, expect, test } from 'vitest';
import { MESH_POINTS } from '../../src/blending/canonical-face.js';
import { FACE_OVAL, LEFT_EYE, LIPS, RIGHT_EYE } from '../../src/blending/face-outlines.js';
import { createPose, fitPose, toCanonical } from '../../src/blending/face-pose.js';
import { frameToTensor, windowOf } from '../../src/blending/face-window.js';
import { FineSkin, type SkinTextures } from '../../src/blending/fine-skin.js';
import { RestingShape } from '../../src/blending/resting-shape.js';
import { NO_DETAIL, skinDetail, skinWeights } from '../../src/blending/skin-detail.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { isInside, landmarksOf, outlineOf, PLAIN_FACE } from '../effects/synthetic-face.js';

const points = landmarksOf(PLAIN_FACE);
const mesh = points.slice(0, 3 * MESH_POINTS);
const shape = toCanonical(fitPose(points), mesh, new Float32Array(mesh.length));
const { width, height } = PLAIN_FACE;
const places = Float32Array.from({ length: 2 * MESH_POINTS }, (_, i) =>
  i % 2 === 0 ? mesh[3 * (i / 2)]! / width : mesh[3 * ((i - 1) / 2) + 1]! / height,
);
const widthCm = width / (PLAIN_FACE.size / 14);
/** Stripes one pixel wide. */
const stripes = Uint8Array.from({ length: width * height }, (_, i) => 120 + 20 * (i % 2));
const even = new Uint8Array(width * height).fill(130);

describe('the detail of a still', () => {
  const weights = skinWeights(places, widthCm, height / width);
  const plane = { width, height, data: stripes };
  const detail = skinDetail(plane, { width, height, data: even }, weights);
  const at = (x: number, y: number): number => Math.abs(detail[Math.floor(y) * width + Math.floor(x)]! - NO_DETAIL);

  test('is what the blur has taken away on cheek and forehead, half of it on the lips, nothing in an eye', () => {
    const point = (index: number): [number, number] => [points[3 * index]!, points[3 * index + 1]!];
    expect(at(...point(50))).toBe(10);
    expect(at(...point(151))).toBe(10);
    expect(at(...point(468))).toBe(0);
    const lips = outlineOf(points, LIPS);
    const lipsDetail = at((lips.left + lips.right) / 2, (lips.top + lips.bottom) / 2);
    expect(lipsDetail).toBeGreaterThanOrEqual(4);
    expect(lipsDetail).toBeLessThanOrEqual(7);
  });

  test('ends at the outline of the face', () => {
    const oval = outlineOf(points, FACE_OVAL);
    let outside = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        if (!isInside(oval, x, y) && !isInside(oval, x - 3, y)) outside += at(x, y) > 1 ? 1 : 0;
    }
    expect(outside).toBeLessThan(width);
  });
});

describe('the shape at rest', () => {
  /** The face with its lower lip moved down, and with its upper lids moved down. */
  const changed = (lip: number, lids: number): Float32Array => {
    const out = points.slice();
    out[3 * 14 + 1]! += lip;
    for (const upper of [...LEFT_EYE.slice(9), ...RIGHT_EYE.slice(9)]) out[3 * upper + 1]! += lids;
    return out;
  };
  const learn = (frames: readonly Float32Array[]): RestingShape => {
    const resting = new RestingShape(null);
    const pose = createPose();
    for (const frame of frames) resting.update(frame, fitPose(frame, pose));
    return resting;
  };

  test('is known after a second at rest, and is that of the face', () => {
    const resting = learn(Array.from({ length: 30 }, () => points));
    expect(resting.confidence).toBe(1);
    expect(Math.max(...shape.map((value, i) => Math.abs(value - resting.shape[i]!)))).toBeLessThan(1e-3);
    resting.reset();
    expect(resting.confidence).toBe(0);
  });

  test('is not learnt from an open mouth, a turned head or a blink', () => {
    const turned = landmarksOf({ ...PLAIN_FACE, turn: 0.6 });
    const resting = learn([
      points,
      ...Array.from({ length: 30 }, (_, i) => [changed(15, 0), turned, changed(0, 6)][i % 3]!),
    ]);
    expect(resting.confidence).toBeLessThan(0.1);
    expect(Math.max(...shape.map((value, i) => Math.abs(value - resting.shape[i]!)))).toBeLessThan(1e-3);
  });

  test('that was measured before is kept', () => {
    const resting = new RestingShape(shape);
    expect(resting.confidence).toBe(1);
    resting.update(changed(0, 0), fitPose(points));
    expect(resting.shape).toEqual(shape);
  });
});

describe('the layer', () => {
  const SQUARE = 64;
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await Kernels.load(16 << 20);
  });
  const data = skinDetail(
    { width, height, data: stripes },
    { width, height, data: even },
    skinWeights(places, widthCm, height / width),
  );
  const skin = (user: Float32Array | null): SkinTextures => ({
    textures: [{ times: 4, width, height, data }],
    places,
    avatar: shape,
    user,
  });
  const pose = fitPose(points);
  const window = windowOf(pose);

  test('lies where the face is, on its skin, and leaves the rest', () => {
    const fine = new FineSkin(kernels, skin(shape), SQUARE, 4 * SQUARE);
    const detail = fine.draw(points, pose, window, 4 * SQUARE, 1)!;
    expect(detail.strength).toBeGreaterThan(0.5);
    const side = 4 * SQUARE;
    const drawn = kernels.u8(detail.address, side * side);
    const [a, b, c, d, e, f] = frameToTensor(window, side);
    const spread = (index: number): number => {
      const [x, y] = [points[3 * index]!, points[3 * index + 1]!];
      const [u, v] = [Math.floor(a * x + b * y + c), Math.floor(d * x + e * y + f)];
      let most = 0;
      for (let j = -2; j <= 2; j++) {
        for (let i = -2; i <= 2; i++) most = Math.max(most, Math.abs(drawn[(v + j) * side + u + i]! - NO_DETAIL));
      }
      return most;
    };
    expect(spread(50)).toBeGreaterThan(2);
    expect(spread(280)).toBeGreaterThan(2);
    expect(spread(468)).toBe(0);
    for (const corner of [0, side - 1, side * (side - 1), side * side - 1]) expect(drawn[corner]).toBe(NO_DETAIL);
  });

  test('there is none where the patch is as coarse as the network, nor before the face is known', () => {
    const known = new FineSkin(kernels, skin(shape), SQUARE, 4 * SQUARE);
    expect(known.draw(points, pose, window, SQUARE, 1)).toBeNull();
    const open = points.slice();
    open[3 * 14 + 1]! += 15;
    const unknown = new FineSkin(kernels, skin(null), SQUARE, 4 * SQUARE);
    expect(unknown.draw(open, pose, window, 4 * SQUARE, 1)).toBeNull();
    expect(unknown.draw(points, pose, window, 4 * SQUARE, 1)!.strength).toBeLessThan(0.1);
  });
});
