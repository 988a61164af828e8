import { describe, expect, test } from 'vitest';
import type { Micros } from '../../src/frame/clock.js';
import type { FaceDetection } from '../../src/inference/face-detection.js';
import { regionFromDetection } from '../../src/inference/face-region.js';
import { OwnFace } from '../../src/pipeline/own-face.js';
import type { FaceState } from '../../src/tracking/face.js';

const ALONE = 300_000;
const FRAME = 40_000;

/** A face that the detector sees: its middle, and the side of its box. */
function seen(x: number, y = 100, side = 60): FaceDetection {
  const point = { x, y };
  return {
    score: 0.9,
    box: { x: x - side / 2, y: y - side / 2, width: side, height: side },
    keypoints: [point, point, point, point, point, point],
  };
}

function tracked(x: number, trackId = 1, presence = 0.99): FaceState {
  const points = new Float32Array(3 * 478);
  return {
    capturedAt: 0 as Micros,
    presence,
    region: regionFromDetection(seen(x)),
    points,
    rawPoints: points,
    trackId,
  };
}

/** Frames one after the other, 40 ms apart. */
function watch(alone = ALONE) {
  const face = new OwnFace(alone);
  let at = 0;
  const see = (state: FaceState | null, ...detections: FaceDetection[]) => {
    at += FRAME;
    return face.see(state, detections, at as Micros);
  };
  const prove = () => {
    for (let frame = 0; frame < 10; frame++) see(tracked(200), seen(200));
  };
  return { face, see, prove };
}

test('a new face is worn once it has been the only one for a while', () => {
  const { see } = watch();
  const doubts = Array.from({ length: 10 }, () => see(tracked(200), seen(200)));
  expect(doubts).toEqual([...new Array(8).fill('new'), null, null]);
});

test('without a while to wait, a face that is alone is worn at once', () => {
  expect(watch(0).see(tracked(200), seen(200))).toBeNull();
});

test('no face, and one that the tracker doubts, are told apart', () => {
  const { see, prove } = watch();
  prove();
  expect(see(null)).toBe('no face');
  expect(see(tracked(200, 1, 0.3), seen(200))).toBe('unsure');
  expect(see(tracked(200), seen(200))).toBeNull();
});

test('a face that the detector does not see, but the tracker does, is worn on: half turned away', () => {
  const { see, prove } = watch();
  prove();
  expect(see(tracked(200))).toBeNull();
});

test('a track that has slipped off the face onto something beside it', () => {
  const { see, prove } = watch();
  prove();
  expect(see(tracked(240), seen(200))).toBe('slipped');
});

describe('others in the picture', () => {
  test('who come in from the side are not the user', () => {
    const { see, prove } = watch();
    prove();
    for (let x = 600; x > 340; x -= 20) expect(see(tracked(200), seen(200), seen(x))).toBeNull();
  });

  test('who come close to the user are known for as long as they are seen', () => {
    const { see, prove } = watch();
    prove();
    for (let x = 500; x >= 260; x -= 20) expect(see(tracked(200), seen(200), seen(x))).toBeNull();
  });

  test('who appear right beside the user may be the user: only alone, or confirmed, is anybody worn again', () => {
    const { see, prove, face } = watch();
    prove();
    expect(see(tracked(200), seen(200), seen(270))).toBe('other faces');
    for (let frame = 0; frame < 50; frame++) expect(see(tracked(200), seen(200), seen(400))).toBe('other faces');
    face.confirm();
    expect(see(tracked(200), seen(200), seen(400))).toBeNull();
    expect(see(tracked(200), seen(200), seen(400))).toBeNull();
  });

  test('two who cross and part again: either may be the user', () => {
    const { see, prove } = watch();
    prove();
    for (let x = 400; x >= 260; x -= 20) expect(see(tracked(200), seen(200), seen(x))).toBeNull();
    for (let frame = 0; frame < 5; frame++) see(tracked(200), seen(200)); // one hides the other
    expect(see(tracked(200), seen(200), seen(265))).toBe('other faces');
  });

  test('one who was there all the time does not matter when the user is lost for a moment; a new one does', () => {
    const { see, prove } = watch();
    prove();
    for (let frame = 0; frame < 5; frame++) expect(see(tracked(200), seen(200), seen(500))).toBeNull();
    expect(see(null, seen(500))).toBe('no face');
    expect(see(tracked(200), seen(200), seen(500))).toBeNull();
    expect(see(null, seen(500))).toBe('no face');
    expect(see(tracked(200), seen(200), seen(800))).toBe('other faces');
  });

  test('from the start: nobody knows who is the user', () => {
    const { see } = watch();
    for (let frame = 0; frame < 50; frame++) expect(see(tracked(200), seen(200), seen(500))).toBe('other faces');
    for (let frame = 0; frame < 8; frame++) expect(see(tracked(200), seen(200))).toBe('new');
    expect(see(tracked(200), seen(200))).toBeNull();
  });

  test('another face that is taken up is not the user while others are there', () => {
    const { see, prove } = watch();
    prove();
    for (let frame = 0; frame < 50; frame++) expect(see(tracked(500, 2), seen(500), seen(200))).toBe('other faces');
  });
});

test('the picture is searched in every frame until the user is known, alone and surely followed; then 20 times a second', () => {
  const face = new OwnFace(ALONE);
  let looks = 0;
  let at = 0;
  const see = (state: FaceState | null, ...others: FaceDetection[]) => {
    at += 16_000;
    const isDue = face.isLookDue(state, at as Micros);
    if (isDue) looks++;
    return face.see(state, isDue ? [seen(200), ...others] : null, at as Micros);
  };
  const looksIn = (frames: number, state: FaceState | null, ...others: FaceDetection[]) => {
    looks = 0;
    for (let frame = 0; frame < frames; frame++) see(state, ...others);
    return looks;
  };
  expect(looksIn(20, tracked(200))).toBe(20);
  expect(looksIn(40, tracked(200))).toBe(10);
  expect(looksIn(20, tracked(200, 1, 0.8))).toBe(20);
  expect(looksIn(20, tracked(200), seen(500))).toBeGreaterThan(15);
  expect(looksIn(20, null)).toBe(0);
  expect(looksIn(20, tracked(200, 2))).toBe(20);
});

test('who is confirmed is worn with the next face that is tracked surely, and not for ever', () => {
  const { see, face } = watch();
  face.confirm();
  expect(see(null)).toBe('no face');
  expect(see(tracked(200, 1), seen(200), seen(500))).toBeNull();
  expect(see(tracked(200, 2), seen(200), seen(500))).toBe('other faces');
});
