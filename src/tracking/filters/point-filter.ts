import type { Micros } from '../../frame/clock.js';

/** Anything that smooths a face's points: ours and those it is measured against. */
export interface PointFilter {
  /** Takes in LANDMARK_COUNT × (x, y, z) measured at a moment and writes as many for the same moment. */
  update(points: Float32Array, at: Micros, smoothed: Float32Array): void;
  reset(): void;
}
