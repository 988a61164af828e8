import { beforeAll, describe, expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.js';
import { DrawnMesh, type TextureAt } from '../../src/kernels/triangles.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await Kernels.load(4 << 20);
});

const SIDE = 64;

function plane(bytesPerPixel: number, width = SIDE, height = SIDE): TextureAt & { pixels: Uint8Array } {
  const address = kernels.alloc(bytesPerPixel * width * height);
  return { address, width, height, pixels: kernels.u8(address, bytesPerPixel * width * height).fill(0) };
}

/** A fan of triangles about a point, which cover a square without a gap; counter-clockwise on screen. */
function fan(corners: readonly (readonly [number, number])[], z = 0): DrawnMesh {
  const count = corners.length - 1;
  const triangles = Uint16Array.from({ length: 3 * count }, (_, i) => {
    const corner = Math.floor(i / 3);
    return i % 3 === 0 ? 0 : 1 + ((corner + (i % 3 === 1 ? 1 : 0)) % count);
  });
  const mesh = new DrawnMesh(kernels, corners.length, triangles);
  corners.forEach(([x, y], i) => {
    mesh.points.set([x, y, z], 3 * i);
    mesh.source.set([x, y, 1], 3 * i);
  });
  return mesh;
}

const SQUARE = [
  [30.3, 33.1],
  [8, 8],
  [25.7, 8],
  [56, 8],
  [56, 41.2],
  [56, 56],
  [8, 56],
] as const;

describe('a mesh drawn from a picture onto itself', () => {
  test('gives the picture back, and covers every pixel within it once and none beside it', () => {
    const mesh = fan(SQUARE);
    const texture = plane(4);
    for (let i = 0; i < SIDE * SIDE; i++) {
      texture.pixels.set([(i % SIDE) * 4, Math.floor(i / SIDE) * 4, (i * 37) % 251, 255], 4 * i);
    }
    const out = plane(4);
    expect(mesh.sort()).toBe(6);
    mesh.draw(texture, out);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const isWithin = i % SIDE >= 8 && i % SIDE < 56 && Math.floor(i / SIDE) >= 8 && Math.floor(i / SIDE) < 56;
      for (let k = 0; k < 4; k++) {
        const found = out.pixels[4 * i + k]!;
        if (isWithin) expect(Math.abs(found - texture.pixels[4 * i + k]!)).toBeLessThanOrEqual(1);
        else expect(found).toBe(0);
      }
    }
  });

  test('with one byte a pixel as well', () => {
    const mesh = fan(SQUARE);
    const texture = plane(1);
    for (let i = 0; i < SIDE * SIDE; i++) texture.pixels[i] = 1 + ((i * 37) % 251);
    const out = plane(1);
    mesh.sort();
    mesh.drawU8(texture, out);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const isWithin = i % SIDE >= 8 && i % SIDE < 56 && Math.floor(i / SIDE) >= 8 && Math.floor(i / SIDE) < 56;
      expect(Math.abs(out.pixels[i]! - (isWithin ? texture.pixels[i]! : 0))).toBeLessThanOrEqual(1);
    }
  });
});

test('samples bilinearly between texels, as a plain sum does', () => {
  const mesh = fan(SQUARE);
  const texture = plane(1);
  for (let i = 0; i < SIDE * SIDE; i++) texture.pixels[i] = (i * 89) % 256;
  for (let i = 0; i < mesh.source.length; i += 3) {
    mesh.source[i] = 5.2 + 0.61 * mesh.points[i]! + 0.2 * mesh.points[i + 1]!;
    mesh.source[i + 1] = 3.9 - 0.1 * mesh.points[i]! + 0.83 * mesh.points[i + 1]!;
  }
  const out = plane(1);
  mesh.sort();
  mesh.drawU8(texture, out);
  for (const [x, y] of [
    [10, 10],
    [31, 40],
    [55, 20],
  ] as const) {
    const u = 5.2 + 0.61 * (x + 0.5) + 0.2 * (y + 0.5) - 0.5;
    const v = 3.9 - 0.1 * (x + 0.5) + 0.83 * (y + 0.5) - 0.5;
    const [left, top] = [Math.floor(u), Math.floor(v)];
    const at = (column: number, row: number): number => texture.pixels[row * SIDE + column]!;
    const upper = at(left, top) * (1 - u + left) + at(left + 1, top) * (u - left);
    const lower = at(left, top + 1) * (1 - u + left) + at(left + 1, top + 1) * (u - left);
    expect(Math.abs(out.pixels[y * SIDE + x]! - (upper * (1 - v + top) + lower * (v - top)))).toBeLessThanOrEqual(1);
  }
});

test('the nearer of two triangles wins, one that shows its back is left out, weights fade', () => {
  const triangles = Uint16Array.of(0, 1, 2, 3, 4, 5, 6, 8, 7);
  const mesh = new DrawnMesh(kernels, 9, triangles);
  const corners = [0, 0, 0, 60, 60, 0];
  for (let i = 0; i < 9; i++) {
    const z = [1, -5, -9][Math.floor(i / 3)]!;
    mesh.points.set([corners[2 * (i % 3)]!, corners[2 * (i % 3) + 1]!, z], 3 * i);
    mesh.source.set([8 + 16 * Math.floor(i / 3), 8, i % 3 === 0 ? 0 : 1], 3 * i);
  }
  const texture = plane(4);
  for (let i = 0; i < SIDE * SIDE; i++) texture.pixels.set([(i % SIDE) * 4, 0, 0, 200], 4 * i);
  const out = plane(4);
  expect(mesh.sort()).toBe(2);
  mesh.draw(texture, out);
  // The second triangle samples the texture about column 24; its alpha grows from its first corner to the others.
  expect(Math.abs(out.pixels[4 * (10 * SIDE + 10)]! - 94)).toBeLessThanOrEqual(1);
  expect(Math.abs(out.pixels[4 * (10 * SIDE + 10) + 3]! - (200 * 21) / 60)).toBeLessThanOrEqual(1);
  expect(out.pixels[4 * (50 * SIDE + 50)]).toBe(0);
});

test('slivers, whose texture positions run away, read nothing beside the texture', () => {
  const mesh = new DrawnMesh(kernels, 3, Uint16Array.of(0, 1, 2));
  const texture = plane(4);
  texture.pixels.fill(7);
  const out = plane(4);
  for (let i = 0; i < 60; i++) {
    mesh.points.set([0, 10.4, 0, 63, 10.5 + i * 1e-6, 0, 63, 10.5, 0]);
    mesh.source.set([5e6 * i, 0, 1, -7e8, 4e7, 1, 60, -9e9, 1]);
    mesh.sort();
    mesh.draw(texture, out);
  }
  expect([...new Set(out.pixels)].every((byte) => byte === 0 || byte === 7)).toBe(true);
});

test('triangles that leave the picture, have no area or are no numbers do no harm', () => {
  const mesh = new DrawnMesh(kernels, 9, Uint16Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8));
  mesh.points.set([-1e6, -1e6, 0, -1e6, 1e6, 0, 1e6, 0, 0, 5, 5, 0, 5, 5, 0, 5, 5, 0, NaN, 1, 0, 2, NaN, 0, 3, 3, NaN]);
  mesh.source.set([-50, -50, 1, -50, 500, 1, 500, 30, 1]);
  const guard = plane(4);
  const out = plane(4);
  const after = plane(4);
  const texture = plane(4);
  texture.pixels.fill(99);
  mesh.sort();
  mesh.draw(texture, out);
  expect(out.pixels[4 * (32 * SIDE + 32)]).toBe(99);
  expect(guard.pixels.every((byte) => byte === 0)).toBe(true);
  expect(after.pixels.every((byte) => byte === 0)).toBe(true);
});

test('a picture is halved to planes of floats: the mean of each 2 x 2 pixels', () => {
  const side = 6;
  const { address, pixels } = plane(4, 2 * side, 2 * side);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 89) % 256;
  const planes = kernels.f32(kernels.alloc(16 * side * side), 4 * side * side);
  kernels
    .bind<{ halveToPlanes(...args: number[]): void }>(['halveToPlanes'])
    .halveToPlanes(address, side, planes.byteOffset);
  for (let at = 0; at < planes.length; at++) {
    const channel = Math.floor(at / (side * side));
    const [x, y] = [at % side, Math.floor(at / side) % side];
    let sum = 0;
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const)
      sum += pixels[4 * ((2 * y + dy) * 2 * side + 2 * x + dx) + channel]!;
    expect(planes[at]).toBeCloseTo(sum / 1020, 6);
  }
});
