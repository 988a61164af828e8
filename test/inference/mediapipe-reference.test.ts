// Our path beside MediaPipe's own runtime in Chromium, whose results scripts/make-reference.mjs has stored. Each picture
// goes through twice: as exact RGB, cropped by plain TypeScript, which tests networks and geometry alone; and as the
// I420 that a camera gives, through the kernels, which is what a user gets.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrameAt } from '../../src/frame/frame-at.js';
import { DETECTOR_INPUT, decodeDetections, type FaceDetection } from '../../src/inference/face-detection.js';
import { FaceDetector } from '../../src/inference/face-detector.js';
import { FaceLandmarker, LANDMARKER_INPUT, landmarksToFrame } from '../../src/inference/face-landmarker.js';
import { cropMatrix, LANDMARK_COUNT, regionFromDetection } from '../../src/inference/face-region.js';
import { PersonMask, type PersonMaskModel } from '../../src/inference/person-mask.js';
import { ModelSession } from '../../src/inference/session.js';
import { type AffineMatrix, Kernels } from '../../src/kernels/kernels.js';
import { hashOf, type ReferencePicture, type RgbPicture, referencePictures, sampleRgb } from './reference-pictures.js';

interface Reference {
  readonly i420Sha256: string;
  readonly rgbSha256: string;
  readonly landmarks: readonly (readonly [x: number, y: number, z: number])[];
  readonly detections: readonly {
    readonly box: FaceDetection['box'];
    readonly keypoints: readonly (readonly [x: number, y: number])[];
  }[];
  readonly masks: Readonly<Record<PersonMaskModel, { readonly cell: number; readonly means: readonly number[] }>>;
}

const names = ['mona-lisa', 'mona-lisa-tilted', 'man-speaking', 'man-turned', 'man-in-room'];
const maskModels = ['person-mask', 'person-mask-landscape'] as const;
/** Pixels of the 512 x 512 pictures. */
const MEAN_LIMIT = 0.2;
const MAX_LIMIT = 1;

let kernels: Kernels;
let pictures: readonly ReferencePicture[];
let frame: FrameAt;
/** The networks by themselves, for exact RGB. */
let detectorNetwork: ModelSession;
let landmarkNetwork: ModelSession;
let detector: FaceDetector;
let landmarker: FaceLandmarker;

beforeAll(async () => {
  kernels = await Kernels.load(32 << 20);
  pictures = await referencePictures();
  detectorNetwork = await ModelSession.open(kernels, 'face-detector');
  landmarkNetwork = await ModelSession.open(kernels, 'face-landmarks');
  detector = await FaceDetector.open(kernels);
  landmarker = await FaceLandmarker.open(kernels);
  frame = { layout: pictures[0]!.layout, address: kernels.alloc(pictures[0]!.layout.byteLength) };
});

afterAll(async () => {
  for (const opened of [detectorNetwork, landmarkNetwork, detector, landmarker]) await opened?.close();
});

describe.each(names)('%s beside MediaPipe in Chromium', (name) => {
  const reference = JSON.parse(readFileSync(new URL(`./reference/${name}.json`, import.meta.url), 'utf8')) as Reference;
  const picture = (): ReferencePicture => pictures.find((candidate) => candidate.name === name)!;

  test('the picture is the one that MediaPipe saw', () => {
    expect(hashOf(picture().rgb.data)).toBe(reference.rgbSha256);
    expect(hashOf(picture().i420)).toBe(reference.i420Sha256);
  });

  test('detector within 0.2 px mean, 1 px max', async () => {
    const exact = boxErrors(await detectExactly(picture().rgb), reference);
    const camera = boxErrors((await detector.detect(show(picture())))[0]!, reference);
    console.log(
      `${name}: detector boxes and points, exact RGB ${describeErrors(exact)}; I420 ${describeErrors(camera)}`,
    );
    expectClose(exact);
    expectClose(camera);
  });

  test('landmarks within 0.2 px mean, 1 px max', async () => {
    const points = new Float32Array(3 * LANDMARK_COUNT);
    const exactDetection = await detectExactly(picture().rgb);
    expect(await locateExactly(picture().rgb, exactDetection, points)).toBeGreaterThan(0.99);
    const exact = pointErrors(points, reference);

    const [detection] = await detector.detect(show(picture()));
    const presence = await landmarker.locate(frame, regionFromDetection(detection!), points);
    expect(presence).toBeGreaterThan(0.99);
    const camera = pointErrors(points, reference);
    console.log(`${name}: landmarks, exact RGB ${describeErrors(exact)}; I420 ${describeErrors(camera)}`);
    expectClose(exact);
    expectClose(camera);
  });

  test.each(maskModels)('%s within 0.005 mean', async (model) => {
    const segmenter = await PersonMask.open(kernels, model);
    const mask = await segmenter.segment(show(picture()));
    const difference = maskDifference(mask, segmenter, picture().rgb, reference.masks[model]);
    await segmenter.close();
    console.log(`${name}: ${model} mean difference ${difference.toFixed(5)} (0 to 1)`);
    expect(difference).toBeLessThan(0.005);
  });
});

/** Puts a picture into kernel memory. The first picture is the largest. */
function show({ layout, i420 }: ReferencePicture): FrameAt {
  kernels.u8(frame.address, layout.byteLength).set(i420);
  frame = { layout, address: frame.address };
  return frame;
}

async function detectExactly(picture: RgbPicture): Promise<FaceDetection> {
  const side = Math.max(picture.width, picture.height);
  const view = { x: (picture.width - side) / 2, y: (picture.height - side) / 2, side };
  const step = side / DETECTOR_INPUT;
  const input = kernels.f32(detectorNetwork.inputAddress, 3 * DETECTOR_INPUT ** 2);
  cropExactly(picture, [step, 0, view.x, 0, step, view.y], DETECTOR_INPUT, 'black', input);
  for (const [index, value] of input.entries()) input[index] = (value * 2) / 255 - 1;
  await detectorNetwork.run();
  const [regressors, logits] = detectorNetwork.outputs;
  return decodeDetections(regressors!, logits!, view)[0]!;
}

async function locateExactly(picture: RgbPicture, detection: FaceDetection, into: Float32Array): Promise<number> {
  const matrix = cropMatrix(regionFromDetection(detection), LANDMARKER_INPUT);
  const input = kernels.f32(landmarkNetwork.inputAddress, 3 * LANDMARKER_INPUT ** 2);
  cropExactly(picture, matrix, LANDMARKER_INPUT, 'nearest', input);
  for (const [index, value] of input.entries()) input[index] = value / 255;
  await landmarkNetwork.run();
  const [landmarks, presence] = landmarkNetwork.outputs;
  landmarksToFrame(landmarks!, matrix, into);
  return presence![0]!;
}

/** As MediaPipe crops: bilinearly, outside the picture black for the detector and the nearest pixel for landmarks. */
function cropExactly(
  picture: RgbPicture,
  [a, b, c, d, e, f]: AffineMatrix,
  size: number,
  border: 'black' | 'nearest',
  into: Float32Array,
): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = a * (column + 0.5) + b * (row + 0.5) + c;
      const y = d * (column + 0.5) + e * (row + 0.5) + f;
      const isInside = x >= 0 && y >= 0 && x < picture.width && y < picture.height;
      for (let channel = 0; channel < 3; channel++) {
        into[(channel * size + row) * size + column] =
          isInside || border === 'nearest' ? sampleRgb(picture, x, y, channel) : 0;
      }
    }
  }
}

/** Distances in pixels: of the box's corners and the six points. */
function boxErrors({ box, keypoints }: FaceDetection, { detections }: Reference): number[] {
  const [expected] = detections;
  const { x, y, width, height } = expected!.box;
  return [
    Math.hypot(box.x - x, box.y - y),
    Math.hypot(box.x + box.width - x - width, box.y + box.height - y - height),
    ...keypoints.map((point, index) => {
      const [px, py] = expected!.keypoints[index]!;
      return Math.hypot(point.x - px, point.y - py);
    }),
  ];
}

function pointErrors(points: Float32Array, { landmarks }: Reference): number[] {
  expect(landmarks).toHaveLength(LANDMARK_COUNT);
  return landmarks.map(([x, y], index) => Math.hypot(points[3 * index]! - x, points[3 * index + 1]! - y));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function describeErrors(errors: readonly number[]): string {
  return `mean ${mean(errors).toFixed(3)} max ${Math.max(...errors).toFixed(3)} px`;
}

function expectClose(errors: readonly number[]): void {
  expect(mean(errors)).toBeLessThanOrEqual(MEAN_LIMIT);
  expect(Math.max(...errors)).toBeLessThanOrEqual(MAX_LIMIT);
}

/** Mean difference of the cells of a mask, drawn bilinearly in the picture's size as MediaPipe does. */
function maskDifference(
  mask: Float32Array,
  size: { readonly width: number; readonly height: number },
  picture: RgbPicture,
  { cell, means }: Reference['masks'][PersonMaskModel],
): number {
  const across = picture.width / cell;
  const sums = new Float64Array(means.length);
  const tap = (column: number, row: number): number =>
    mask[Math.min(Math.max(row, 0), size.height - 1) * size.width + Math.min(Math.max(column, 0), size.width - 1)]!;
  for (let row = 0; row < picture.height; row++) {
    const y = ((row + 0.5) * size.height) / picture.height - 0.5;
    for (let column = 0; column < picture.width; column++) {
      const x = ((column + 0.5) * size.width) / picture.width - 0.5;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [fx, fy] = [x - left, y - top];
      const upper = tap(left, top) * (1 - fx) + tap(left + 1, top) * fx;
      const lower = tap(left, top + 1) * (1 - fx) + tap(left + 1, top + 1) * fx;
      sums[Math.floor(row / cell) * across + Math.floor(column / cell)]! += upper * (1 - fy) + lower * fy;
    }
  }
  return mean(means.map((value, index) => Math.abs(sums[index]! / cell ** 2 - value)));
}
