import { describe, expect, test } from 'vitest';
import { regionFromLandmarks } from '../../src/inference/face-region.js';
import { facePoints } from './fake-face.js';
import { FakeScene, type SceneFace } from './fake-scene.js';

const ME: SceneFace = { x: 640, y: 360, radius: 120 };
const OTHER: SceneFace = { x: 1000, y: 380, radius: 100 };

describe('hand-over from detector to landmarks', () => {
  test('a face that stays costs one detection and one landmark run a frame', async () => {
    const scene = new FakeScene();
    const states = await scene.showAll(300, (k) => [{ ...ME, x: ME.x + 100 * Math.sin(k / 20) }]);
    expect(states.every((state) => state?.trackId === states[0]?.trackId)).toBe(true);
    expect(scene.detectorCalls).toBe(1);
    expect(scene.landmarkCalls).toBe(301); // the first face is looked at twice
  });

  test('the points are where the face is, the raw ones too, and the region is theirs', async () => {
    const scene = new FakeScene();
    const state = await scene.show([{ ...ME, roll: 0.3 }]);
    expect([...state!.points]).toEqual([...facePoints({ ...ME, roll: 0.3 })]);
    expect([...state!.rawPoints]).toEqual([...state!.points]);
    expect(state!.region).toEqual(regionFromLandmarks(state!.points));
    expect(state!.presence).toBe(1);
    expect(state!.capturedAt).toBe(scene.now);
  });

  test('a face as fast as 2.5 widths a second is followed without the detector: its region is predicted', async () => {
    const scene = new FakeScene();
    // Speeding up over a second, then 20 px a frame: the region of the frame before alone would lag by a sixth of a face.
    const states = await scene.showAll(60, (k) => [{ ...ME, x: 200 + (k < 30 ? (k * k) / 3 : 300 + 20 * (k - 30)) }]);
    expect(states.filter((state) => !state)).toHaveLength(0);
    expect(scene.detectorCalls).toBe(1);
  });

  test('a leap by half a face is found again by the detector in the same frame, as the same face', async () => {
    const scene = new FakeScene();
    const [before] = await scene.showAll(10, () => [ME]);
    const state = await scene.show([{ ...ME, x: ME.x + 150 }]);
    expect(state?.trackId).toBe(before?.trackId);
    expect(state?.rawPoints).toEqual(facePoints({ ...ME, x: ME.x + 150 }));
    expect(scene.detectorCalls).toBe(2);
  });

  test('predict gives the points of a moving face 30 ms on within 1 px, and stops at 0.1 s', async () => {
    const scene = new FakeScene();
    expect(scene.tracker.predict(scene.now, new Float32Array(1434))).toBe(false);
    await scene.showAll(30, (k) => [{ ...ME, x: 300 + 10 * k }]); // 300 px/s
    const ahead = new Float32Array(1434);
    expect(scene.tracker.predict((scene.now + 30_000) as never, ahead)).toBe(true);
    const expected = facePoints({ ...ME, x: 590 + 9 });
    expect(Math.max(...ahead.map((value, i) => (i % 3 === 2 ? 0 : Math.abs(value - expected[i]!))))).toBeLessThan(1);
    const clamped = new Float32Array(1434);
    scene.tracker.predict((scene.now + 100_000) as never, ahead);
    scene.tracker.predict((scene.now + 5_000_000) as never, clamped);
    expect(clamped).toEqual(ahead);
  });
});

describe('a face that goes away', () => {
  test('gone at once when the picture is empty, back under its own number within a second', async () => {
    const scene = new FakeScene();
    const [first] = await scene.showAll(10, () => [ME]);
    expect(await scene.show([])).toBeNull();
    await scene.showAll(20, () => []);
    const back = await scene.show([{ ...ME, x: ME.x + 60 }]);
    expect(back?.trackId).toBe(first?.trackId);
  });

  test('after more than a second away it counts as another face', async () => {
    const scene = new FakeScene();
    const [first] = await scene.showAll(10, () => [ME]);
    await scene.showAll(40, () => []);
    const states = await scene.showAll(3, () => [ME]);
    expect(states.at(-1)?.trackId).toBe(first!.trackId + 1);
  });

  test('an empty chair is searched in each frame for a second, then in every third', async () => {
    const scene = new FakeScene();
    await scene.showAll(10, () => [ME]);
    const before = scene.detectorCalls;
    await scene.showAll(30, () => []);
    expect(scene.detectorCalls - before).toBeGreaterThanOrEqual(29);
    const later = scene.detectorCalls;
    await scene.showAll(300, () => []);
    expect(scene.detectorCalls - later).toBeLessThanOrEqual(101);
  });

  test('a doubtful detection (0.6) that comes and goes is never taken up; one that stays is, at the third look', async () => {
    const scene = new FakeScene();
    const doubtful: SceneFace = { ...ME, score: 0.6 };
    const flickering = await scene.showAll(24, (k) => (k % 3 === 2 ? [] : [doubtful]));
    expect(flickering.every((state) => state === null)).toBe(true);
    const staying = await scene.showAll(3, () => [doubtful]);
    expect(staying.map((state) => state !== null)).toEqual([false, false, true]);
  });

  test('a doubtful detection that the landmark network is not sure of (0.8) is not taken up', async () => {
    const scene = new FakeScene();
    const states = await scene.showAll(20, () => [{ ...ME, score: 0.6, presence: 0.8 }]);
    expect(states.every((state) => state === null)).toBe(true);
  });

  test('someone who comes to an empty chair is found within three frames', async () => {
    const scene = new FakeScene();
    await scene.showAll(100, () => []);
    const states = await scene.showAll(3, () => [ME]);
    expect(states.at(-1)).not.toBeNull();
  });

  test('the points of a face that comes back start afresh, not from where it was', async () => {
    const scene = new FakeScene();
    await scene.showAll(10, () => [ME]);
    await scene.showAll(5, () => []);
    const back = await scene.show([{ ...ME, x: ME.x + 80 }]);
    expect(back!.points).toEqual(facePoints({ ...ME, x: ME.x + 80 }));
  });
});

describe('a face that the network doubts', () => {
  test('a dip of two frames is bridged at the predicted place, and the doubt shows in presence', async () => {
    const scene = new FakeScene();
    const walk = (k: number): SceneFace => ({ ...ME, x: 300 + 6 * k });
    const [first] = await scene.showAll(20, (k) => [walk(k)]);
    const dip = await scene.showAll(2, (k) => [{ ...walk(20 + k), presence: 0.3 }]);
    expect(dip.map((state) => state?.trackId)).toEqual([first?.trackId, first?.trackId]);
    expect(dip[1]!.presence).toBeCloseTo(0.3);
    const expected = facePoints(walk(21));
    expect(Math.abs(dip[1]!.points[0]! - expected[0]!)).toBeLessThan(1);
    expect(dip[1]!.rawPoints).toEqual(facePoints(walk(19))); // the last that were believed
    expect((await scene.show([walk(22)]))?.presence).toBe(1);
  });

  test('a doubt of more than 0.1 s ends the track', async () => {
    const scene = new FakeScene();
    await scene.showAll(20, () => [ME]);
    const states = await scene.showAll(6, () => [{ ...ME, presence: 0.3 }]);
    expect(states.slice(0, 3).every((state) => state !== null)).toBe(true);
    expect(states.slice(3).every((state) => state === null)).toBe(true);
  });

  test('a new face must be surer (0.7) than one that is kept (0.5): no flicker between the two', async () => {
    const scene = new FakeScene();
    expect(await scene.show([{ ...ME, presence: 0.6 }])).toBeNull();
    expect(await scene.show([{ ...ME, presence: 0.8 }])).not.toBeNull();
    const states = await scene.showAll(30, () => [{ ...ME, presence: 0.6 }]);
    expect(states.every((state) => state !== null)).toBe(true);
    expect(scene.detectorCalls).toBe(2);
  });

  test('a quick move that turns back leaves the prediction beside the face: the second look finds it, not the detector', async () => {
    const scene = new FakeScene();
    await scene.showAll(20, (k) => [{ ...ME, x: 200 + 30 * k }]);
    const calls = scene.detectorCalls;
    // A long frame at 900 px/s: the prediction goes on by 90 px, the face has gone back by 100.
    const turned = { ...ME, x: 200 + 30 * 19 - 100 };
    const state = await scene.show([turned], 100);
    expect(state?.rawPoints).toEqual(facePoints(turned));
    expect(scene.detectorCalls - calls).toBe(0);
  });
});

describe('several faces', () => {
  test('the larger, more central one is taken up', async () => {
    const scene = new FakeScene();
    const state = await scene.show([
      { x: 100, y: 100, radius: 110 },
      { x: 600, y: 340, radius: 100 },
    ]);
    expect(state!.region.centerX).toBeCloseTo(600, 0);
  });

  test('a likelier detection that holds no face does not hide a real one', async () => {
    const scene = new FakeScene();
    const state = await scene.show([{ ...ME, presence: 0.1 }, OTHER]);
    expect(state!.region.centerX).toBeCloseTo(OTHER.x, 0);
  });

  test('a larger face that comes near does not take over', async () => {
    const scene = new FakeScene();
    const states = await scene.showAll(120, (k) => [ME, { x: 1400 - 4 * k, y: 360, radius: 160 }]);
    expect(new Set(states.map((state) => state?.trackId)).size).toBe(1);
    expect(Math.max(...states.map((state) => Math.abs(state!.region.centerX - ME.x)))).toBeLessThan(2);
  });

  test('when mine is gone the other is not taken for mine: a second without, then it is another track', async () => {
    const scene = new FakeScene();
    const [first] = await scene.showAll(10, () => [ME, OTHER]);
    const states = await scene.showAll(45, () => [OTHER]);
    expect(states.slice(0, 29).every((state) => state === null)).toBe(true);
    const taken = states.find((state) => state !== null);
    expect(taken!.trackId).toBe(first!.trackId + 1);
    expect(taken!.region.centerX).toBeCloseTo(OTHER.x, 0);
  });

  test('mine comes back within a second beside the other: it is mine again', async () => {
    const scene = new FakeScene();
    const [first] = await scene.showAll(10, () => [ME, OTHER]);
    await scene.showAll(15, () => [OTHER]);
    const back = await scene.show([OTHER, { ...ME, x: ME.x - 40 }]);
    expect(back!.trackId).toBe(first!.trackId);
    expect(back!.region.centerX).toBeCloseTo(ME.x - 40, 0);
  });

  test('two faces that pass each other, mine before the other: the track stays on mine', async () => {
    const scene = new FakeScene();
    const mine = (k: number): SceneFace => ({ x: 300 + 6 * k, y: 360, radius: 120 });
    const other = (k: number): SceneFace => ({ x: 980 - 6 * k, y: 330, radius: 90 });
    const states = await scene.showAll(110, (k) => {
      const isCovered = Math.abs(mine(k).x - other(k).x) < 100;
      return isCovered ? [mine(k)] : [other(k), mine(k)];
    });
    expect(new Set(states.map((state) => state?.trackId)).size).toBe(1);
    const strayed = states.map((state, k) => Math.abs(state!.region.centerX - mine(k).x));
    expect(Math.max(...strayed)).toBeLessThan(12);
  });

  test('the points slip onto a neighbour of another size: noticed, and the track goes back to mine', async () => {
    const scene = new FakeScene();
    const [first] = await scene.showAll(10, () => [ME]);
    // In one frame the network sees only the neighbour; the detector sees both.
    const neighbour: SceneFace = { x: ME.x + 110, y: ME.y, radius: 60 };
    const slipped = await scene.show([{ ...ME, presence: 0.2 }, neighbour]);
    expect(slipped === null || Math.abs(slipped.region.centerX - ME.x) < 40).toBe(true);
    const after = await scene.showAll(5, () => [ME, neighbour]);
    expect(after.at(-1)!.trackId).toBe(first!.trackId);
    expect(after.at(-1)!.region.centerX).toBeCloseTo(ME.x, 0);
  });
});

describe('time', () => {
  test('a gap of three seconds with the face in place keeps the track', async () => {
    const scene = new FakeScene();
    const [first] = await scene.showAll(10, () => [ME]);
    const state = await scene.show([{ ...ME, x: ME.x + 10 }], 3000);
    expect(state!.trackId).toBe(first!.trackId);
    expect(state!.points).toEqual(facePoints({ ...ME, x: ME.x + 10 })); // nothing is known of the motion in between
  });

  test('frames at irregular times (8 to 90 ms) of a face at constant speed stay within 1 px', async () => {
    const scene = new FakeScene();
    let seconds = 0;
    let worst = 0;
    for (let k = 0; k < 120; k++) {
      const ms = 8 + ((k * 37) % 83);
      seconds += ms / 1000;
      const state = await scene.show([{ ...ME, x: 200 + 100 * seconds }], ms);
      if (k > 10) worst = Math.max(worst, Math.abs(state!.region.centerX - (200 + 100 * seconds)));
    }
    expect(worst).toBeLessThan(1);
  });

  test('reset forgets the face: the next has another number', async () => {
    const scene = new FakeScene();
    const [first] = await scene.showAll(10, () => [ME]);
    scene.tracker.reset();
    expect((await scene.show([ME]))!.trackId).toBe(first!.trackId + 1);
  });
});

test('a thousand frames allocate no array buffers', async () => {
  const scene = new FakeScene();
  const walk = (k: number): SceneFace => ({ ...ME, x: ME.x + 100 * Math.sin(k / 20) });
  for (let k = 0; k < 50; k++) await scene.show([walk(k)]);
  const before = process.memoryUsage().arrayBuffers;
  for (let k = 0; k < 1000; k++) await scene.show([walk(50 + k)]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(0);
});

test('close closes both networks', async () => {
  const scene = new FakeScene();
  await scene.tracker.close();
  expect(scene.closed).toBe(2);
});
