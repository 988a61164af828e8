import { beforeAll, describe, expect, test } from 'vitest';
import { MESH_POINTS } from '../../src/blending/canonical-face.js';
import { FACE_OVAL, LIPS } from '../../src/blending/face-outlines.js';
import { fitPose, toCanonical } from '../../src/blending/face-pose.js';
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
  const skin: SkinTextures = { textures: [{ times: 4, width, height, data }], places, avatar: shape };
  const pose = fitPose(points);
  const window = windowOf(pose);

  test('lies where the face is, on its skin, and leaves the rest', () => {
    const fine = new FineSkin(kernels, skin, new RestingShape(shape), SQUARE, 4 * SQUARE);
    const detail = fine.draw(points, window, 4 * SQUARE, 1)!;
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
    const known = new FineSkin(kernels, skin, new RestingShape(shape), SQUARE, 4 * SQUARE);
    expect(known.draw(points, window, SQUARE, 1)).toBeNull();
    const open = points.slice();
    open[3 * 14 + 1]! += 15;
    const resting = new RestingShape(null);
    const unknown = new FineSkin(kernels, skin, resting, SQUARE, 4 * SQUARE);
    resting.update(open, pose, 0);
    expect(unknown.draw(open, window, 4 * SQUARE, 1)).toBeNull();
    resting.update(points, pose, 1 / 30);
    expect(unknown.draw(points, window, 4 * SQUARE, 1)!.strength).toBeLessThan(0.1);
  });
});
