import type { Micros } from '../../src/frame/clock.js';
import { i420Layout } from '../../src/frame/i420.js';
import type { FaceDetection } from '../../src/inference/face-detection.js';
import type { FaceRegion } from '../../src/inference/face-region.js';
import type { FaceState } from '../../src/tracking/face.js';
import { type FaceFinder, FaceTracker, type LandmarkModel } from '../../src/tracking/face-tracker.js';
import { drawFace, type FacePlace } from './fake-face.js';

/** A face in a scene. `presence` is what the landmark network makes of it where its region holds it, usually 1. */
export interface SceneFace extends FacePlace {
  readonly presence?: number;
  /** What the detector makes of it, usually 0.9. */
  readonly score?: number;
  /** Hidden from the detector only: a profile, a hand. */
  readonly isMissedByDetector?: boolean;
}

const FRAME = { layout: i420Layout(1280, 720), address: 0 };
/** A region shows a face whose middle lies within this of its own, in sizes of the region; the trained network's reach. */
const REACH = 0.4;

/**
 * Networks that see made-up faces instead of pixels, and count their calls. The landmark network sees the face nearest to
 * the middle of its region, as the real one does.
 */
export class FakeScene {
  faces: readonly SceneFace[] = [];
  detectorCalls = 0;
  landmarkCalls = 0;
  closed = 0;
  readonly tracker: FaceTracker;
  #now = 1_000_000;

  constructor() {
    const finder: FaceFinder = { detect: async () => this.#detect(), close: async () => void this.closed++ };
    const model: LandmarkModel = {
      locate: async (_frame, region, into) => this.#locate(region, into),
      close: async () => void this.closed++,
    };
    this.tracker = new FaceTracker(finder, model);
  }

  get now(): Micros {
    return this.#now as Micros;
  }

  /** Shows the tracker one frame with these faces, `ms` after the last. */
  async show(faces: readonly SceneFace[], ms = 1000 / 30): Promise<FaceState | null> {
    this.faces = faces;
    this.#now += ms * 1000;
    return this.tracker.track(FRAME, this.now);
  }

  /** Shows a run of frames; returns what the tracker made of each (points are copied). */
  async showAll(
    frames: number,
    facesAt: (frame: number) => readonly SceneFace[],
    ms?: number,
  ): Promise<(FaceState | null)[]> {
    const states: (FaceState | null)[] = [];
    for (let frame = 0; frame < frames; frame++) {
      const state = await this.show(facesAt(frame), ms);
      states.push(state && { ...state, points: state.points.slice(), rawPoints: state.rawPoints.slice() });
    }
    return states;
  }

  #detect(): FaceDetection[] {
    this.detectorCalls++;
    return this.faces
      .filter((face) => !face.isMissedByDetector)
      .map(({ x, y, radius, roll = 0, score = 0.9 }) => {
        const eye = (side: number) => ({
          x: x + radius * (0.6 * side * Math.cos(roll) + 0.3 * Math.sin(roll)),
          y: y + radius * (0.6 * side * Math.sin(roll) - 0.3 * Math.cos(roll)),
        });
        const rest = { x, y };
        return {
          score,
          box: { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius },
          keypoints: [eye(-1), eye(1), rest, rest, rest, rest],
        };
      });
  }

  #locate(region: FaceRegion, into: Float32Array): number {
    this.landmarkCalls++;
    const distance = ({ x, y }: SceneFace) => Math.hypot(x - region.centerX, y - region.centerY);
    const nearest = [...this.faces].sort((a, b) => distance(a) - distance(b))[0];
    const isSeen =
      nearest &&
      distance(nearest) < REACH * region.size &&
      nearest.radius < region.size &&
      nearest.radius > region.size / 6;
    // Nothing there: points in the middle of the region, as meaningless as the real network's.
    drawFace(isSeen ? nearest : { x: region.centerX, y: region.centerY, radius: region.size / 3 }, into);
    return isSeen ? (nearest.presence ?? 1) : 0.01;
  }
}
