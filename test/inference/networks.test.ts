import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrameAt } from '../../src/frame/frame-at.js';
import { i420Layout } from '../../src/frame/i420.js';
import { FaceDetector } from '../../src/inference/face-detector.js';
import { FaceLandmarker } from '../../src/inference/face-landmarker.js';
import { LANDMARK_COUNT, regionFromDetection, regionFromLandmarks } from '../../src/inference/face-region.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { type ReferencePicture, referencePictures } from './reference-pictures.js';

let kernels: Kernels;
let detector: FaceDetector;
let landmarker: FaceLandmarker;
let pictures: readonly ReferencePicture[];
const points = new Float32Array(3 * LANDMARK_COUNT);

beforeAll(async () => {
  kernels = await Kernels.load(32 << 20);
  detector = await FaceDetector.open(kernels);
  landmarker = await FaceLandmarker.open(kernels);
  pictures = await referencePictures();
});

afterAll(async () => {
  await detector.close();
  await landmarker.close();
});

function place({ layout, i420 }: ReferencePicture): FrameAt {
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  kernels.u8(frame.address, layout.byteLength).set(i420);
  return frame;
}

function grey(width: number, height: number): FrameAt {
  const layout = i420Layout(width, height);
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  kernels.u8(frame.address, layout.byteLength).fill(128);
  return frame;
}

describe('pictures without a face', () => {
  test.each([
    [1280, 720],
    [321, 241],
    [1, 1],
  ])('of %i x %i give no detection and a presence below 0.5', async (width, height) => {
    const frame = grey(width, height);
    expect(await detector.detect(frame)).toEqual([]);
    const region = { centerX: width / 2, centerY: height / 2, size: height, rotation: 0.3 };
    expect(await landmarker.locate(frame, region, points)).toBeLessThan(0.5);
  });

  test('a region beside the picture gives a presence below 0.5', async () => {
    const region = { centerX: -5000, centerY: 100, size: 300, rotation: 0 };
    expect(await landmarker.locate(grey(640, 480), region, points)).toBeLessThan(0.5);
  });
});

describe('a face', () => {
  test('fed its own landmarks as region, comes to rest: below 0.1 px of 512 a round after 12', async () => {
    const frame = place(pictures.find(({ name }) => name === 'man-speaking')!);
    const [detection] = await detector.detect(frame);
    await landmarker.locate(frame, regionFromDetection(detection!), points);
    const before = new Float32Array(points.length);
    const moves: number[] = [];
    for (let round = 0; round < 12; round++) {
      before.set(points);
      expect(await landmarker.locate(frame, regionFromLandmarks(points), points)).toBeGreaterThan(0.99);
      moves.push(farthest(before, points));
    }
    console.log(`largest move by round: ${moves.map((move) => move.toFixed(2)).join(' ')}`);
    expect(moves.at(-1)).toBeLessThan(0.1);
  });

  test('300 frames allocate nothing but the copies of the outputs that the runtime makes and drops', async () => {
    const frame = place(pictures[0]!);
    const [detection] = await detector.detect(frame);
    const region = regionFromDetection(detection!);
    for (let round = 0; round < 10; round++) await landmarker.locate(frame, region, points);
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 300; round++) await landmarker.locate(frame, region, points);
    const grown = process.memoryUsage().arrayBuffers - before;
    // onnxruntime-node copies outputs for the answer of `run`, also where it was given tensors to write them into.
    const copies = 300 * 4 * (3 * LANDMARK_COUNT + 1);
    console.log(`array buffers grew by ${grown} bytes over 300 frames; copies of the outputs are ${copies}`);
    expect(grown).toBeLessThan(copies + 16 * 1024);
  });

  test('landmarks do not fit into less than 478 points', async () => {
    const region = { centerX: 50, centerY: 50, size: 50, rotation: 0 };
    await expect(landmarker.locate(grey(100, 100), region, new Float32Array(468 * 3))).rejects.toThrow(RangeError);
  });

  test('closing twice is harmless', async () => {
    const extra = await FaceDetector.open(kernels);
    await extra.close();
    await expect(extra.close()).resolves.toBeUndefined();
  });
});

function farthest(one: Float32Array, other: Float32Array): number {
  let worst = 0;
  for (let at = 0; at < one.length; at += 3) {
    worst = Math.max(worst, Math.hypot(one[at]! - other[at]!, one[at + 1]! - other[at + 1]!));
  }
  return worst;
}
