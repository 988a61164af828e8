import { beforeAll, describe, expect, test } from 'vitest';
import { FacePatch } from '../../src/blending/face-patch.js';
import type { FaceWindow } from '../../src/blending/face-window.js';
import { Grain } from '../../src/blending/grain.js';
import { i420Layout } from '../../src/frame/i420.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { bindWearKernels } from '../../src/kernels/wear.js';
import { SIDE } from './square-bench.js';

const layout = i420Layout(320, 240);
const windowOfSize = (size: number): FaceWindow => ({ centreX: 160, centreY: 120, size, roll: 0.3 });

let kernels: Kernels;
beforeAll(async () => {
  kernels = await Kernels.load(32 << 20);
});

function openPatch() {
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const pixels = kernels.u8(frame.address, layout.byteLength);
  const patch = new FacePatch(kernels, bindWearKernels(kernels), frame, SIDE);
  patch.fields.fill(1, 0, patch.fields.length / 2);
  patch.fields.fill(0, patch.fields.length / 2);
  return { patch, pixels, grain: new Grain(kernels, frame) };
}

describe('the scale', () => {
  test.each([
    [40, 1],
    [76, 1],
    [82, 2],
    [150, 2],
    [158, 3],
    [1000, 4],
  ])('of a window of %i pixels is %i times that of the network', (size, times) => {
    const { patch } = openPatch();
    patch.place(windowOfSize(size));
    expect(patch.side).toBe(SIDE * times);
  });

  test('stays while the face comes and goes by a little', () => {
    const { patch } = openPatch();
    const sides = [76, 79, 76, 79, 82, 79, 75, 72].map((size) => {
      patch.place(windowOfSize(size));
      return patch.side / SIDE;
    });
    expect(sides).toEqual([1, 1, 1, 1, 2, 2, 2, 1]);
  });
});

describe('blending', () => {
  const pixels = SIDE * SIDE;
  const box = { left: 16, top: 20, right: 48, bottom: 44 };
  const isShown = (x: number, y: number): boolean => x >= 20 && x < 44 && y >= 24 && y < 40;
  let rgb: number;
  let alpha: number;
  beforeAll(() => {
    rgb = kernels.alloc(12 * pixels);
    kernels.f32(rgb, 3 * pixels).forEach((_, i, planes) => {
      planes[i] = [1, 0.5, 0][Math.floor(i / pixels)]!;
    });
    alpha = kernels.alloc(4 * pixels);
    kernels.f32(alpha, pixels).forEach((_, i, plane) => {
      plane[i] = isShown(i % SIDE, Math.floor(i / SIDE)) ? 1 : 0;
    });
  });

  test.each([50, 130, 200])('writes the colour where it is shown, and nothing beside it: a window of %i', (size) => {
    const { patch, pixels: frame, grain } = openPatch();
    const window = windowOfSize(size);
    frame.fill(60);
    patch.place(window);
    patch.blend(rgb, alpha, box, window, null, grain);
    const [cos, sin] = [Math.cos(window.roll), Math.sin(window.roll)];
    let [inside, outside] = [0, 0];
    for (let row = 0; row < layout.height; row++) {
      for (let column = 0; column < layout.width; column++) {
        const [dx, dy] = [column + 0.5 - 160, row + 0.5 - 120];
        const x = SIDE / 2 + ((cos * dx + sin * dy) * SIDE) / size;
        const y = SIDE / 2 + ((cos * dy - sin * dx) * SIDE) / size;
        const luma = frame[row * layout.strideY + column]!;
        if (x > 22.5 && x < 41.5 && y > 26.5 && y < 37.5) {
          inside++;
          // BT.601 of (255, 127.5, 0).
          expect(Math.abs(luma - (16 + (219 / 255) * (0.299 * 255 + 0.587 * 127.5)))).toBeLessThan(1.5);
        } else if (x < 17.5 || x > 46.5 || y < 21.5 || y > 42.5) {
          outside++;
          expect(luma).toBe(60);
        }
      }
    }
    expect(inside).toBeGreaterThan(100);
    expect(outside).toBeGreaterThan(10_000);
  });

  test('the light of a cell is laid over it; an empty box writes nothing', () => {
    const { patch, pixels: frame, grain } = openPatch();
    patch.fields.fill(0.5, 0, patch.fields.length / 2);
    const window = { ...windowOfSize(200), roll: 0 };
    patch.place(window);
    frame.fill(60);
    patch.blend(rgb, alpha, { left: 0, top: 0, right: 0, bottom: 0 }, window, null, grain);
    expect(frame.every((value) => value === 60)).toBe(true);
    patch.blend(rgb, alpha, box, window, null, grain);
    const luma = frame[120 * layout.strideY + 160]!;
    expect(Math.abs(luma - (16 + (219 / 255) * 0.5 * (0.299 * 255 + 0.587 * 127.5)))).toBeLessThan(1.5);
  });
});
