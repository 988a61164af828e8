import type { Micros } from '../frame/clock.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { FaceDetection } from '../inference/face-detection.js';
import { FaceDetector } from '../inference/face-detector.js';
import { FaceLandmarker } from '../inference/face-landmarker.js';
import { type FaceRegion, LANDMARK_COUNT, regionFromDetection, regionFromLandmarks } from '../inference/face-region.js';
import type { Kernels } from '../kernels/kernels.js';
import type { FaceState } from './face.js';
import { findAgain, isSameFace } from './face-choice.js';
import { FaceSearch, type SeenFace } from './face-search.js';
import { LandmarkSmoother } from './smoothing/landmark-smoother.js';

/** Finds faces anywhere in a frame. See FaceDetector. */
export interface FaceFinder {
  detect(frame: FrameAt): Promise<readonly FaceDetection[]>;
  close(): Promise<void>;
}

/** Finds the points of the face in a region and tells how surely there is one. See FaceLandmarker. */
export interface LandmarkModel {
  locate(frame: FrameAt, region: FaceRegion, into: Float32Array): Promise<number>;
  close(): Promise<void>;
}

/** A face is kept while the network is surer of it than not. */
const KEEP_PRESENCE = 0.5;
/** What is left of a presence that the network gave to something else: a doubt, no more. */
const DOUBTED = KEEP_PRESENCE - Number.EPSILON;
/** Below this the face is gone for certain (a cut, an empty chair): it is not held for a moment. */
const GONE_PRESENCE = 0.1;
/** A face that the network doubts (a hand before it, a blur) is held at its predicted place so long, in µs. */
const HOLD = 100_000;
/** The second pass looks at a little more than where the face last was. */
const SECOND_LOOK = 1.15;

/**
 * Follows one face from frame to frame: the detector runs only while there is none; then each frame's landmarks give the
 * next frame's region, carried forward by the face's motion. Stays with its face when others come by.
 */
export class FaceTracker {
  readonly #finder: FaceFinder;
  readonly #model: LandmarkModel;
  readonly #smoother = new LandmarkSmoother();
  readonly #raw = new Float32Array(3 * LANDMARK_COUNT);
  /** Where the landmarks of a second opinion go until they are believed. */
  readonly #trial = new Float32Array(3 * LANDMARK_COUNT);
  readonly #smoothed = new Float32Array(3 * LANDMARK_COUNT);
  readonly #predicted = new Float32Array(3 * LANDMARK_COUNT);
  readonly #search = new FaceSearch();
  #track: SeenFace | null = null;
  #lastId = 0;

  /** Opens the networks. @throws UserError MODEL_MISSING or MODEL_CHANGED. */
  static async open(kernels: Kernels): Promise<FaceTracker> {
    const finder = await FaceDetector.open(kernels);
    try {
      return new FaceTracker(finder, await FaceLandmarker.open(kernels));
    } catch (error) {
      await finder.close();
      throw error;
    }
  }

  /** The tracker owns both and closes them. */
  constructor(finder: FaceFinder, model: LandmarkModel) {
    this.#finder = finder;
    this.#model = model;
  }

  /**
   * Takes in the next frame. Resolves to the face in it, or null if there is none or the network doubts it for longer
   * than a moment. While a doubted face is held, `presence` is below 0.5, `points` are predicted and `rawPoints` those
   * of the last frame that showed it.
   *
   * @param capturedAt - later than that of the frame before; intervals may vary.
   */
  async track(frame: FrameAt, capturedAt: Micros): Promise<FaceState | null> {
    if (this.#track) {
      const state = await this.#follow(frame, capturedAt, this.#track);
      if (state) return state;
      this.#search.begin(this.#track, capturedAt);
      this.#track = null;
    }
    return this.#search.isDue(capturedAt) ? this.#find(frame, capturedAt) : null;
  }

  /**
   * Writes where the points of the face will be at another moment (at most 0.1 s after the last frame) and returns true;
   * false if there is no face. An effect on the frame just tracked has no use for it: those points are of its moment.
   * The region of the next frame is looked up with it, and frames that are shown without being tracked can be.
   */
  predict(at: Micros, points: Float32Array): boolean {
    return this.#track !== null && this.#smoother.predict(at, points);
  }

  /** Every face that the detector sees in this frame, whichever is followed; changes nothing of what is followed. */
  detect(frame: FrameAt): Promise<readonly FaceDetection[]> {
    return this.#finder.detect(frame);
  }

  /** Forgets every face: after a cut, or a pause. The next face gets another `trackId`. */
  reset(): void {
    this.#track = null;
    this.#search.reset();
    this.#smoother.reset();
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    this.reset();
    await this.#finder.close();
    await this.#model.close();
  }

  /** The frame after one that showed the face. Null: it is gone. */
  async #follow(frame: FrameAt, at: Micros, track: SeenFace): Promise<FaceState | null> {
    const expected = this.#smoother.predict(at, this.#predicted) ? regionFromLandmarks(this.#predicted) : track.region;
    let presence = await this.#model.locate(frame, expected, this.#trial);
    if (presence < KEEP_PRESENCE || !isSameFace(regionFromLandmarks(this.#trial), expected)) {
      presence = await this.#lookAgain(frame, track.region, expected, presence);
    }
    if (presence >= KEEP_PRESENCE) {
      this.#raw.set(this.#trial);
      return this.#accept(at, presence, track.id);
    }
    if (presence >= GONE_PRESENCE && at - track.seenAt <= HOLD) {
      this.#smoothed.set(this.#predicted);
      return this.#state(at, presence, expected, track.id);
    }
    return null;
  }

  /**
   * The second pass, when the network doubts the face or has landed somewhere else: first where the face last was (a
   * prediction overshoots when a quick move ends), then where the detector sees it. Leaves the points in `#trial`.
   *
   * @returns the presence of this very face: that of another one does not count.
   */
  async #lookAgain(frame: FrameAt, last: FaceRegion, expected: FaceRegion, doubted: number): Promise<number> {
    const wider = { ...last, size: last.size * SECOND_LOOK };
    let presence = await this.#model.locate(frame, wider, this.#trial);
    if (presence >= KEEP_PRESENCE && isSameFace(regionFromLandmarks(this.#trial), last)) return presence;

    const found = findAgain(await this.#finder.detect(frame), expected);
    // Nothing there: at most a doubt remains, which holds the face for a moment.
    if (!found) return Math.min(Math.max(presence, doubted), DOUBTED);
    const region = regionFromDetection(found);
    presence = await this.#model.locate(frame, region, this.#trial);
    if (presence < KEEP_PRESENCE || isSameFace(regionFromLandmarks(this.#trial), region)) return presence;
    return DOUBTED;
  }

  /** No face is followed: looks for one in this frame. */
  async #find(frame: FrameAt, at: Micros): Promise<FaceState | null> {
    const detections = await this.#finder.detect(frame);
    const id = this.#search.awaited(at)?.id ?? this.#lastId + 1;
    for (const candidate of this.#search.candidates(detections, frame.layout, at)) {
      // Twice: the detector's region is rough, and the first points of a face should not jump to the second ones.
      const rough = await this.#model.locate(frame, regionFromDetection(candidate), this.#raw);
      if (rough < KEEP_PRESENCE) continue;
      const presence = await this.#model.locate(frame, regionFromLandmarks(this.#raw), this.#raw);
      if (!this.#search.believes(candidate, rough, presence)) continue;
      this.#search.reset();
      this.#smoother.reset();
      this.#lastId = id;
      return this.#accept(at, presence, id);
    }
    return null;
  }

  /** Takes in the points in `#raw`. */
  #accept(at: Micros, presence: number, id: number): FaceState {
    this.#smoother.update(this.#raw, at, this.#smoothed);
    this.#track = { id, region: regionFromLandmarks(this.#smoothed), seenAt: at };
    return this.#state(at, presence, this.#track.region, id);
  }

  #state(capturedAt: Micros, presence: number, region: FaceRegion, trackId: number): FaceState {
    return { capturedAt, presence, region, points: this.#smoothed, rawPoints: this.#raw, trackId };
  }
}
