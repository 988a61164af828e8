import type { Micros } from '../frame/clock.js';
import type { FaceRegion } from '../inference/face-region.js';

/** The tracked face in one frame. The arrays belong to the tracker and are overwritten by its next frame. */
export interface FaceState {
  readonly capturedAt: Micros;
  /** Probability that the region holds a face, 0 to 1. */
  readonly presence: number;
  readonly region: FaceRegion;
  /**
   * LANDMARK_COUNT × (x, y, z) in pixels of the frame, top left corner of the frame at (0, 0), pixel centres at .5;
   * z has the scale of x, and is negative towards the camera. Smoothed, for the moment `capturedAt`.
   */
  readonly points: Float32Array;
  /** The same as the network gave them. */
  readonly rawPoints: Float32Array;
  /** A number that changes whenever another face is taken up. */
  readonly trackId: number;
}
