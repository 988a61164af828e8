import { describe, expect, test } from 'vitest';
import { decodeDetections } from '../../src/inference/face-detection.js';

const ANCHORS = 896;
const WHOLE = { x: 0, y: 0, side: 128 };

/** Outputs of a detector that saw nothing but the given anchors: a logit, and a box of a size round the anchor. */
function outputs(fired: readonly { anchor: number; logit: number; size: number; shift?: number }[]) {
  const regressors = new Float32Array(ANCHORS * 16);
  const logits = new Float32Array(ANCHORS).fill(-50);
  for (const { anchor, logit, size, shift = 0 } of fired) {
    logits[anchor] = logit;
    regressors.set([shift, 0, size, size], 16 * anchor);
  }
  return [regressors, logits] as const;
}

/** The first anchor of a cell of the 16 x 16 map, whose centres lie 8 pixels apart. */
const fineAnchor = (column: number, row: number): number => 2 * (16 * row + column);

describe('decodeDetections', () => {
  test('gives nothing for a picture without a face', () => {
    expect(decodeDetections(...outputs([]), WHOLE)).toEqual([]);
  });

  test('keeps a score of 0.5 and drops one below', () => {
    expect(decodeDetections(...outputs([{ anchor: 0, logit: 0, size: 20 }]), WHOLE)).toHaveLength(1);
    expect(decodeDetections(...outputs([{ anchor: 0, logit: -0.01, size: 20 }]), WHOLE)).toHaveLength(0);
  });

  test('puts the box round its anchor, in pixels of the frame', () => {
    // A frame of 1280 x 720 is seen through bars above and below; cell (8, 8) lies at 68, 68 of 128.
    const view = { x: 0, y: -280, side: 1280 };
    const [face] = decodeDetections(...outputs([{ anchor: fineAnchor(8, 8), logit: 3, size: 32 }]), view);
    expect(face?.box).toEqual({ x: expect.closeTo(520), y: expect.closeTo(240), width: 320, height: 320 });
    expect(face?.keypoints[0]).toEqual({ x: expect.closeTo(680), y: expect.closeTo(400) });
    expect(face?.score).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
  });

  test('the last anchors are those of the 8 x 8 map', () => {
    const [face] = decodeDetections(...outputs([{ anchor: 895, logit: 3, size: 16 }]), WHOLE);
    expect(face?.box).toEqual({ x: expect.closeTo(112), y: expect.closeTo(112), width: 16, height: 16 });
  });

  test('boxes of one face become their mean, weighted by score, under the best score', () => {
    const anchor = fineAnchor(4, 4);
    const faces = decodeDetections(
      ...outputs([
        { anchor, logit: 0, size: 40, shift: 3 },
        { anchor: anchor + 1, logit: Math.log(3), size: 40, shift: -1 },
      ]),
      WHOLE,
    );
    expect(faces).toHaveLength(1);
    expect(faces[0]?.score).toBeCloseTo(0.75, 6);
    // Weights 0.5 and 0.75 on shifts 3 and -1 from the anchor at 36.
    expect(faces[0]!.box.x + 20).toBeCloseTo(36 + (0.5 * 3 - 0.75) / 1.25, 5);
  });

  test('two faces stay two, the better one first', () => {
    const faces = decodeDetections(
      ...outputs([
        { anchor: fineAnchor(3, 8), logit: 1, size: 24 },
        { anchor: fineAnchor(12, 8), logit: 2, size: 24 },
      ]),
      WHOLE,
    );
    expect(faces.map(({ box }) => box.x + box.width / 2)).toEqual([expect.closeTo(100), expect.closeTo(28)]);
  });

  test('a box without area ends the search all the same', () => {
    expect(decodeDetections(...outputs([{ anchor: 5, logit: 1, size: 0 }]), WHOLE)).toHaveLength(1);
  });
});
