import { beforeAll, describe, expect, test } from 'vitest';
import { MESH_POINTS } from '../../../src/blending/canonical-face.js';
import { FACE_OVAL } from '../../../src/blending/face-outlines.js';
import { fitPose, toCanonical, toFrame } from '../../../src/blending/face-pose.js';
import { frameToTensor, WINDOW_CM } from '../../../src/blending/face-window.js';
import { FOREHEAD_EDGE, FOREHEAD_POINTS, raiseForehead } from '../../../src/blending/forehead.js';
import { AvatarSwap } from '../../../src/effects/avatar/avatar-swap.js';
import { REFUSAL_WORDS } from '../../../src/effects/avatar/wearable.js';
import { sharp } from '../../../src/system/sharp.js';
import {
  drawFace,
  isInside,
  landmarksOf,
  normalNoise,
  outlineOf,
  type Picture,
  PLAIN_FACE,
} from '../synthetic-face.js';
import { faceOf, settingsOf } from '../touch-up-bench.js';
import type { Colour } from './painted-network.js';
import { meanColour, openSwap, type SwapBench } from './swap-bench.js';

const FAIR: Colour = [0.85, 0.66, 0.56];
const DARK: Colour = [0.36, 0.23, 0.17];
const points = landmarksOf(PLAIN_FACE);
const { x, y } = PLAIN_FACE;
const oval = outlineOf(raisedPoints(), FACE_OVAL);
let picture: Picture;
beforeAll(() => {
  picture = drawFace(PLAIN_FACE);
});

/** The points, those along the top of the mesh raised to the hair line. */
function raisedPoints(): Float32Array {
  const pose = fitPose(points);
  const raised = new Float32Array(3 * FOREHEAD_POINTS);
  raiseForehead(toCanonical(pose, points, new Float32Array(points.length)), raised);
  toFrame(pose, raised, raised);
  const out = points.slice();
  for (let i = 0; i < FOREHEAD_POINTS; i++) out.set(raised.subarray(3 * i, 3 * i + 3), 3 * FOREHEAD_EDGE[i + 1]!);
  return out;
}

/** The picture in another light: luma and chroma scaled about black. */
function inLight({ layout, data }: Picture, times: number): Uint8Array {
  return data.map((value, i) => {
    const black = i < layout.offsetU ? 16 : 128;
    return Math.round(black + (value - black) * times);
  });
}

async function wearOnce(bench: SwapBench, data: Uint8Array): Promise<Uint8Array> {
  bench.swap.reset();
  expect(await bench.wear(data, faceOf(points))).toBe('blend');
  return bench.pixels.slice();
}

describe('what is worn', () => {
  test('beyond the outline of the face 0 luma bytes change; in its middle nearly all do', async () => {
    const bench = await openSwap(picture.layout, DARK);
    const after = await wearOnce(bench, picture.data);
    const { width, height } = picture.layout;
    let outside = 0;
    let kept = 0;
    let inside = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const at = row * width + column;
        const isChanged = after[at] !== picture.data[at];
        // Two pixels: the patch is sampled linearly.
        const grown = [-2, 0, 2].some((dx) => [-2, 0, 2].some((dy) => isInside(oval, column + dx, row + dy)));
        if (!grown && isChanged) outside++;
        if (Math.hypot(column - x, row - y) < 60) {
          inside++;
          if (!isChanged) kept++;
        }
      }
    }
    expect(outside).toBe(0);
    expect(kept / inside).toBeLessThan(0.02);
  });

  test("nothing of the user's features shows: eyes, brows and lips leave at most 4 levels where the avatar is plain", async () => {
    const bench = await openSwap(picture.layout, FAIR);
    const after = await wearOnce(bench, picture.data);
    const { width } = picture.layout;
    let worst = 0;
    let userWorst = 0;
    const step = (data: Uint8Array, at: number): number => Math.abs(data[at + 4]! - data[at - 4]!);
    for (let row = y - 70; row < y + 70; row++) {
      for (let column = x - 70; column < x + 70; column++) {
        const at = row * width + column;
        worst = Math.max(worst, step(after, at));
        userWorst = Math.max(userWorst, step(picture.data, at));
      }
    }
    expect(userWorst).toBeGreaterThan(60);
    expect(worst).toBeLessThanOrEqual(4);
  });

  test('where the network sees cover, the frame keeps its bytes', async () => {
    const bench = await openSwap(picture.layout, DARK);
    bench.network.maskAt = (u, v) => (u > 0.6 && v > 0.5 ? 0 : 1);
    const after = await wearOnce(bench, picture.data);
    const window = bench.swap.shown!.window;
    const [a, b, c, d, e, f] = frameToTensor(window, 1);
    const { width } = picture.layout;
    let looked = 0;
    for (let row = y; row < y + 120; row++) {
      for (let column = x; column < x + 120; column++) {
        const u = a * (column + 0.5) + b * (row + 0.5) + c;
        const v = d * (column + 0.5) + e * (row + 0.5) + f;
        if (u < 0.62 || v < 0.52) continue;
        looked++;
        if (after[row * width + column] !== picture.data[row * width + column])
          expect.fail(`changed at ${column}, ${row}`);
      }
    }
    expect(looked).toBeGreaterThan(2000);
  });

  test("a network of DeepFaceLab's is worn in its own, wider window", async () => {
    const own = await openSwap(picture.layout, DARK);
    const wide = await openSwap(picture.layout, DARK, 64, 'dfl-whole-face');
    await wearOnce(own, picture.data);
    const after = await wearOnce(wide, picture.data);
    expect(wide.swap.shown!.window.size / own.swap.shown!.window.size).toBeCloseTo(25.96 / WINDOW_CM, 3);
    const [luma] = meanColour(after, picture.layout, x, y, 20);
    const [before] = meanColour(picture.data, picture.layout, x, y, 20);
    expect(luma!).toBeLessThan(before! - 30);
  });

  test('small holes of the mask are closed', async () => {
    const bench = await openSwap(picture.layout, DARK, 128);
    const whole = await wearOnce(bench, picture.data);
    bench.network.maskAt = (u, v) => (Math.abs(u - 0.5) < 0.008 && Math.abs(v - 0.5) < 0.008 ? 0 : 1);
    const after = await wearOnce(bench, picture.data);
    const [luma] = meanColour(after, picture.layout, x, y, 12);
    const [expected] = meanColour(whole, picture.layout, x, y, 12);
    expect(Math.abs(luma! - expected!)).toBeLessThan(2);
  });
});

describe('light', () => {
  test('dark skin stays dark on a fair face, and fair skin fair: hue and level stay nearer to the avatar', async () => {
    const lumas: number[] = [];
    for (const colour of [DARK, FAIR]) {
      const bench = await openSwap(picture.layout, colour);
      const after = await wearOnce(bench, picture.data);
      const [luma, u, v] = meanColour(after, picture.layout, x, y, 20);
      lumas.push(luma!);
      const [r, g, b] = colour.map((value) => 255 * value) as [number, number, number];
      const own = 0.299 * r + 0.587 * g + 0.114 * b;
      const hue = Math.atan2((r - own) / 0.701, (b - own) / 0.886);
      expect(Math.abs(Math.atan2(v! - 128, u! - 128) - hue)).toBeLessThan(0.25);
      expect(Math.abs(luma! - (16 + 0.859 * own))).toBeLessThan(40);
    }
    expect(lumas[1]! - lumas[0]!).toBeGreaterThan(50);
  });

  test('a lamp goes down to half: half a second later the avatar is at least 85 % as much darker as the user', async () => {
    const bench = await openSwap(picture.layout, FAIR);
    const dim = inLight(picture, 0.5);
    for (let i = 0; i < 30; i++) await bench.wear(picture.data, faceOf(points, i / 30));
    const [before] = meanColour(bench.pixels, picture.layout, x, y, 20);
    for (let i = 30; i < 45; i++) await bench.wear(dim, faceOf(points, i / 30));
    const [after] = meanColour(bench.pixels, picture.layout, x, y, 20);
    const share = Math.log((before! - 16) / (after! - 16)) / Math.log(2);
    expect(share).toBeGreaterThan(0.85);
    expect(share).toBeLessThan(1.2);
  });

  test('noise of the camera does not make the light pump: a still face changes by less than the noise', async () => {
    const bench = await openSwap(picture.layout, FAIR);
    const next = normalNoise(5);
    const lumas: number[] = [];
    for (let i = 0; i < 40; i++) {
      const noisy = picture.data.map((value) => Math.min(Math.max(Math.round(value + 4 * next()), 0), 255));
      await bench.wear(noisy, faceOf(points, i / 30));
      if (i >= 10) lumas.push(meanColour(bench.pixels, picture.layout, x, y, 20)[0]!);
    }
    const steps = lumas.slice(1).map((luma, i) => Math.abs(luma - lumas[i]!));
    expect(Math.max(...steps)).toBeLessThan(0.5);
  });
});

test('grain: the avatar has the noise of the picture, and none where the picture has none', async () => {
  const bench = await openSwap(picture.layout, FAIR);
  const plain = drawFace({ ...PLAIN_FACE, pores: 0, blotches: 0 });
  const next = normalNoise(9);
  const { width } = picture.layout;
  /** Deviation of neighbours' differences over the cheek: white noise of σ has σ·√2. */
  const noiseOf = (data: Uint8Array): number => {
    let squares = 0;
    let count = 0;
    for (let row = y + 20; row < y + 60; row++) {
      for (let column = x - 20; column < x + 20; column++, count++) {
        squares += (data[row * width + column + 1]! - data[row * width + column]!) ** 2;
      }
    }
    return Math.sqrt(squares / count / 2);
  };
  for (const [sigma, low, high] of [
    [0, 0, 0.45],
    [3, 1.5, 3.6],
  ] as const) {
    bench.swap.reset();
    for (let i = 0; i < 30; i++) {
      const noisy = plain.data.map((value) => Math.min(Math.max(Math.round(value + sigma * next()), 0), 255));
      await bench.wear(noisy, faceOf(points, i / 30));
    }
    expect(noiseOf(bench.pixels)).toBeGreaterThanOrEqual(low);
    expect(noiseOf(bench.pixels)).toBeLessThan(high);
  }
});

describe('a frame that cannot be worn is withheld, unchanged, with the reason', () => {
  let bench: SwapBench;
  beforeAll(async () => {
    bench = await openSwap(picture.layout, FAIR);
  });
  const turned = landmarksOf({ ...PLAIN_FACE, turn: 1.2 });
  const shifted = landmarksOf({ ...PLAIN_FACE, x: -40 });
  const tiny = landmarksOf({ ...PLAIN_FACE, size: 12 });
  const broken = points.slice().fill(Number.NaN);
  const cases = [
    ['no-face', null],
    ['doubtful', { ...faceOf(points), presence: 0.45 }],
    ['doubtful', { ...faceOf(points), presence: Number.NaN }],
    ['turned', faceOf(turned)],
    ['turned', faceOf(broken)],
    ['outside', faceOf(shifted)],
    ['too-small', faceOf(tiny)],
  ] as const;

  test.each(cases)('%s', async (refusal, face) => {
    expect(await bench.wear(picture.data, face)).toBe('withhold');
    expect(bench.swap.refusal).toBe(refusal);
    expect(bench.swap.reason).toBe(REFUSAL_WORDS[refusal]);
    expect(Buffer.compare(bench.pixels, picture.data)).toBe(0);
  });

  test('the network throws, gives what is no number, or no mask: and is worn again once it is well', async () => {
    const { network, swap } = bench;
    const face = faceOf(points);
    network.failure = new Error('out of memory');
    expect([await bench.wear(picture.data, face), swap.refusal]).toEqual(['withhold', 'network-failed']);
    network.failure = null;
    for (const flaw of [Number.NaN, Number.POSITIVE_INFINITY]) {
      network.flaw = flaw;
      expect([await bench.wear(picture.data, face), swap.refusal]).toEqual(['withhold', 'not-a-picture']);
    }
    network.flaw = null;
    network.maskAt = () => 0;
    swap.reset();
    expect([await bench.wear(picture.data, face), swap.refusal]).toEqual(['withhold', 'covered']);
    network.maskAt = () => 1;
    expect([await bench.wear(picture.data, face), swap.reason]).toEqual(['blend', null]);
  });

  test('a mask of patches is not worn; one that was whole before may be covered by a hand', async () => {
    const { network, swap } = bench;
    const patches = (u: number, v: number): number => (Math.floor(4 * u) % 2 === 0 || v < 0.3 ? 1 : 0);
    swap.reset();
    network.maskAt = patches;
    for (let i = 0; i < 5; i++) {
      expect([await bench.wear(picture.data, faceOf(points, i / 30)), swap.refusal]).toEqual(['withhold', 'covered']);
    }
    network.maskAt = () => 1;
    expect(await bench.wear(picture.data, faceOf(points, 6 / 30))).toBe('blend');
    network.maskAt = patches;
    expect(await bench.wear(picture.data, faceOf(points, 7 / 30))).toBe('blend');
    swap.reset();
    expect(await bench.wear(picture.data, faceOf(points, 8 / 30))).toBe('withhold');
    network.maskAt = () => 1;
  });

  test('a swap that was not configured withholds; a blend that was not prepared writes nothing', async () => {
    expect(await new AvatarSwap(bench.network).prepare(faceOf(points), settingsOf(0))).toBe('withhold');
    await bench.wear(picture.data, null);
    bench.pixels.set(picture.data);
    bench.swap.blend();
    expect(Buffer.compare(bench.pixels, picture.data)).toBe(0);
  });
});

test('prepare and blend allocate no buffers: arrayBuffers grow by 0 bytes over 300 frames', async () => {
  const bench = await openSwap(picture.layout, FAIR);
  const run = async (frames: number): Promise<void> => {
    for (let i = 0; i < frames; i++) await bench.wear(picture.data, faceOf(points, i / 30));
  };
  await run(10);
  const before = process.memoryUsage().arrayBuffers;
  await run(300);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(0);
});

describe('a network that takes a guide', () => {
  const shape = toCanonical(fitPose(points), points.slice(0, 3 * MESH_POINTS), new Float32Array(3 * MESH_POINTS));
  const places = Float32Array.from({ length: 2 * MESH_POINTS }, (_, i) => 0.5 + shape[3 * (i >> 1) + (i & 1)]! / 30);
  const SIDE = 64;
  let bench: SwapBench;
  beforeAll(async () => {
    const png = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#c08040' } })
      .png()
      .toBuffer();
    bench = await openSwap(picture.layout, FAIR, SIDE, 'mien', { png, points: places, avatar: shape, user: null });
  });

  test('gets the portrait where the face is, from the first frame on, before it runs', async () => {
    const guide = bench.kernels.f32(bench.network.guideAddress!, 4 * SIDE * SIDE);
    const seen: number[][] = [];
    bench.network.maskAt = (u, v) => {
      if (seen.length < 2 && u > 0.5 && v > 0.5) {
        for (const at of [(SIDE / 2) * SIDE + SIDE / 2, 0]) {
          seen.push([0, 1, 2, 3].map((plane) => guide[plane * SIDE * SIDE + at]!));
        }
      }
      return 1;
    };
    await wearOnce(bench, picture.data);
    bench.network.maskAt = () => 1;
    const [middle, corner] = seen;
    expect(middle!.map((value) => Math.round(255 * value))).toEqual([0xc0, 0x80, 0x40, 255]);
    expect(corner).toEqual([0, 0, 0, 0]);
    expect(bench.swap.times.guide).toBeGreaterThan(0);
  });

  test('the guide allocates no buffers either', async () => {
    const run = async (frames: number): Promise<void> => {
      for (let i = 0; i < frames; i++) await bench.wear(picture.data, faceOf(points, i / 30));
    };
    await run(10);
    const before = process.memoryUsage().arrayBuffers;
    await run(200);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(0);
  });
});

test('closing closes the network', async () => {
  const bench = await openSwap(picture.layout, FAIR);
  await bench.swap.close();
  expect(bench.network.isClosed).toBe(true);
});
