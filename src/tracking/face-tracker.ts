import type { Micros } from '../frame/clock.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { FaceDetection } from '../inference/face-detection.js';
import { FaceDetector } from '../inference/face-detector.js';
import { FaceLandmarker } from '../inference/face-landmarker.js';
import { type FaceRegion, LANDMARK_COUNT, regionFromDetection, regionFromLandmarks } from '../inference/face-region.js';
import type { Kernels } from '../kernels/kernels.js';
import type { FaceState } from './face.js';
import { findAgain, isSameFace, rankFaces } from './face-choice.js';
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

/** A face is kept while the network is surer of it than not, and taken up when it is surer still. */
const KEEP_PRESENCE = 0.5;
const TAKE_UP_PRESENCE = 0.7;
/**
 * A detection of this score is taken up at once. Faces before a webcam reach 0.8 and more; backs and furniture reach
 * 0.64, but do not last. Small and badly lit faces score as little: they are taken up when the landmark network is this
 * sure of them in so many looks on end.
 */
const SURE_SCORE = 0.7;
const SURE_PRESENCE = 0.9;
const SURE_LOOKS = 3;
/** Below this the face is gone for certain (a cut, an empty chair): it is not held for a moment. */
const GONE_PRESENCE = 0.1;
/** A face that the network doubts (a hand before it, a blur) is held at its predicted place so long, in µs. */
const HOLD = 100_000;
/** So long after it was lost a face is looked for near its last place before any other is taken up, in µs. */
const AWAIT_RETURN = 1_000_000;
/** After so long without any face, only every so many frames are searched: an empty chair costs little. */
const SEARCH_EAGERLY = 1_000_000;
const SEARCH_INTERVAL = 3;
/** Detections that the landmark network is asked about in a frame, at most. */
const CANDIDATES = 3;
/** The second pass looks at a little more than where the face last was. */
const SECOND_LOOK = 1.15;

/** What the tracker knows of a face it follows or has just lost. */
interface Track {
  readonly id: number;
  /** Where it was seen last, and when. */
  region: FaceRegion;
  seenAt: Micros;
}

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
  #track: Track | null = null;
  #lost: Track | null = null;
  #lastId = 0;
  #searchingSince: Micros | null = null;
  #searched = 0;
  /** Frames searched so far, and the doubtful face that the last of them may have shown. */
  #look = 0;
  #doubtful: { readonly region: FaceRegion; readonly look: number; readonly times: number } | null = null;

  /** Opens the networks. @throws UserError MODEL_MISSING or MODEL_CHANGED. */
  static async open(kernels: Kernels): Promise<FaceTracker> {
    const finder = await FaceDetector.open(kernels);
    return new FaceTracker(finder, await FaceLandmarker.open(kernels));
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
      this.#lose(capturedAt);
    }
    return this.#search(frame, capturedAt);
  }

  /**
   * Writes where the points of the face will be at another moment (at most 0.1 s after the last frame) and returns true;
   * false if there is no face. An effect on the frame just tracked has no use for it: those points are of its moment.
   * The region of the next frame is looked up with it, and frames that are shown without being tracked can be.
   */
  predict(at: Micros, points: Float32Array): boolean {
    return this.#track !== null && this.#smoother.predict(at, points);
  }

  /** Forgets every face: after a cut, or a pause. The next face gets another `trackId`. */
  reset(): void {
    this.#track = null;
    this.#lost = null;
    this.#searchingSince = null;
    this.#doubtful = null;
    this.#smoother.reset();
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    this.reset();
    await this.#finder.close();
    await this.#model.close();
  }

  /** The frame after one that showed the face. Null: it is gone. */
  async #follow(frame: FrameAt, at: Micros, track: Track): Promise<FaceState | null> {
    const expected = this.#smoother.predict(at, this.#predicted) ? regionFromLandmarks(this.#predicted) : track.region;
    let presence = await this.#model.locate(frame, expected, this.#trial);
    if (presence < KEEP_PRESENCE || !isSameFace(regionFromLandmarks(this.#trial), expected)) {
      presence = await this.#lookAgain(frame, track.region, expected, presence);
    }
    if (presence >= KEEP_PRESENCE) {
      this.#raw.set(this.#trial);
      return this.#accept(at, presence, track);
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
    if (!found) return Math.min(Math.max(presence, doubted), KEEP_PRESENCE - Number.EPSILON);
    const region = regionFromDetection(found);
    presence = await this.#model.locate(frame, region, this.#trial);
    if (presence < KEEP_PRESENCE || isSameFace(regionFromLandmarks(this.#trial), region)) return presence;
    return KEEP_PRESENCE - Number.EPSILON;
  }

  /** No face is followed: look for one, for a lost one near its place first. */
  async #search(frame: FrameAt, at: Micros): Promise<FaceState | null> {
    this.#searchingSince ??= at;
    const isEager = at - this.#searchingSince < SEARCH_EAGERLY;
    if (!isEager && this.#searched++ % SEARCH_INTERVAL !== 0) return null;

    this.#look++;
    const detections = await this.#finder.detect(frame);
    if (this.#lost && at - this.#lost.seenAt > AWAIT_RETURN) this.#lost = null;
    const lost = this.#lost;
    if (lost) {
      const again = findAgain(detections, lost.region);
      return again && (await this.#takeUp(frame, at, again, lost.id));
    }
    for (const candidate of rankFaces(detections, frame.layout).slice(0, CANDIDATES)) {
      const state = await this.#takeUp(frame, at, candidate, this.#lastId + 1);
      if (state) return state;
    }
    return null;
  }

  /** Whether a doubtful face has been seen for certain in this place in the last looks, this one included. */
  #hasStayed(region: FaceRegion): boolean {
    const before = this.#doubtful;
    const isSame = before?.look === this.#look - 1 && isSameFace(region, before.region);
    this.#doubtful = { region, look: this.#look, times: isSame ? before.times + 1 : 1 };
    return this.#doubtful.times >= SURE_LOOKS;
  }

  /** Begins to follow a face that the detector has found. Null if the landmark network sees none there. */
  async #takeUp(frame: FrameAt, at: Micros, found: FaceDetection, id: number): Promise<FaceState | null> {
    // Twice: the detector's region is rough, and the first points of a face should not jump to the second ones.
    const place = regionFromDetection(found);
    const rough = await this.#model.locate(frame, place, this.#raw);
    if (rough < KEEP_PRESENCE) return null;
    const presence = await this.#model.locate(frame, regionFromLandmarks(this.#raw), this.#raw);
    if (presence < TAKE_UP_PRESENCE) return null;
    const isReturning = id === this.#lost?.id;
    if (found.score < SURE_SCORE && !isReturning) {
      if (Math.min(rough, presence) < SURE_PRESENCE || !this.#hasStayed(place)) return null;
    }

    this.#lastId = id;
    this.#lost = null;
    this.#doubtful = null;
    this.#searchingSince = null;
    this.#searched = 0;
    this.#smoother.reset();
    this.#track = { id, region: regionFromLandmarks(this.#raw), seenAt: at };
    return this.#accept(at, presence, this.#track);
  }

  #accept(at: Micros, presence: number, track: Track): FaceState {
    this.#smoother.update(this.#raw, at, this.#smoothed);
    track.region = regionFromLandmarks(this.#smoothed);
    track.seenAt = at;
    return this.#state(at, presence, track.region, track.id);
  }

  #state(capturedAt: Micros, presence: number, region: FaceRegion, trackId: number): FaceState {
    return { capturedAt, presence, region, points: this.#smoothed, rawPoints: this.#raw, trackId };
  }

  #lose(at: Micros): void {
    this.#lost = this.#track;
    this.#track = null;
    this.#searchingSince = at;
    this.#searched = 0;
  }
}
