import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClipSource } from '../../src/capture/clip-source.js';
import type { FaceRegion } from '../../src/inference/face-region.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { FaceTracker } from '../../src/tracking/face-tracker.js';

/** Clips beside the repository; the tests are skipped where there are none. */
const clip = (name: string) => fileURLToPath(new URL(`../../../shared/clips/${name}`, import.meta.url));

interface Seen {
  readonly frame: number;
  readonly trackId: number;
  readonly presence: number;
  readonly region: FaceRegion;
}

describe('real recordings', () => {
  let kernels: Kernels;
  let tracker: FaceTracker;

  beforeAll(async () => {
    kernels = await Kernels.load(32 << 20);
    tracker = await FaceTracker.open(kernels);
  });
  afterAll(() => tracker.close());

  /** Tracks a whole clip; returns its length and the frames that showed a face. */
  async function watch(name: string, limit = Number.POSITIVE_INFINITY): Promise<{ frames: number; seen: Seen[] }> {
    const source = new ClipSource(clip(name));
    const { layout } = await source.open();
    const start = kernels.mark();
    const frame = { layout, address: kernels.alloc(layout.byteLength) };
    const pixels = kernels.u8(frame.address, layout.byteLength);
    const seen: Seen[] = [];
    let frames = 0;
    tracker.reset();
    for (; frames < limit; frames++) {
      const stamp = await source.read(pixels);
      if (!stamp) break;
      const face = await tracker.track(frame, ((1 + stamp.pts) * 1e6) as never);
      if (face) seen.push({ frame: frames, trackId: face.trackId, presence: face.presence, region: face.region });
    }
    await source.close();
    kernels.release(start);
    return { frames, seen };
  }

  /** The furthest that the track went between two frames that follow each other, in sizes of the face's region. */
  function longestJump(seen: readonly Seen[]): number {
    return Math.max(
      ...seen.slice(1).map(({ frame, region }, i) => {
        const before = seen[i]!;
        if (frame !== before.frame + 1) return 0;
        return Math.hypot(region.centerX - before.region.centerX, region.centerY - before.region.centerY) / region.size;
      }),
    );
  }

  test.skipIf(!existsSync(clip('dev/clips/headpose-two-people.gif')))(
    'two people side by side for 4.7 s: one track, in every frame, without a jump',
    async () => {
      const { frames, seen } = await watch('dev/clips/headpose-two-people.gif');
      expect(seen).toHaveLength(frames);
      expect(new Set(seen.map(({ trackId }) => trackId)).size).toBe(1);
      expect(longestJump(seen)).toBeLessThan(0.2);
    },
  );

  test.skipIf(!existsSync(clip('dev/clips/asl-B-thanks.mkv')))(
    'hands before the face: the track is kept in at least 95 % of the frames, under one number',
    async () => {
      for (const name of ['asl-B-thanks', 'asl-B-sorry', 'asl-D-eat', 'asl-D-sister']) {
        const { frames, seen } = await watch(`dev/clips/${name}.mkv`);
        console.log(`${name}: ${seen.length} of ${frames} frames, tracks ${new Set(seen.map((s) => s.trackId)).size}`);
        expect(seen.length / frames).toBeGreaterThan(0.95);
        expect(new Set(seen.map(({ trackId }) => trackId)).size).toBe(1);
      }
    },
  );

  test.skipIf(!existsSync(clip('dev/clips/classroom.gif')))(
    'a classroom of faces too small for the detector: no jump between them',
    async () => {
      const { frames, seen } = await watch('dev/clips/classroom.gif');
      console.log(`classroom: ${seen.length} of ${frames} frames, tracks ${new Set(seen.map((s) => s.trackId)).size}`);
      if (seen.length > 1) expect(longestJump(seen)).toBeLessThan(0.25);
    },
  );

  test.skipIf(!existsSync(clip('dev/clips/one-by-one.mp4')))(
    'people seen from behind for 139 s: a false alarm in at most 0.5 % of the frames (none of them shows a face)',
    async () => {
      const { frames, seen } = await watch('dev/clips/one-by-one.mp4');
      console.log(`one-by-one: ${seen.length} false alarms in ${frames} frames`);
      expect(seen.length / frames).toBeLessThanOrEqual(0.005);
    },
  );
});
