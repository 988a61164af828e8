import type { Micros } from '../frame/clock.js';
import type { I420Layout } from '../frame/i420.js';
import type { FaceDetection } from '../inference/face-detection.js';
import { type FaceRegion, regionFromDetection } from '../inference/face-region.js';
import { findAgain, isSameFace, rankFaces } from './face-choice.js';

/** After so long without any face, only every so many frames are searched: an empty chair costs little. */
const EAGER_TIME = 1_000_000;
const IDLE_INTERVAL = 3;
/** So long after it was lost a face is looked for near its last place before any other is taken up, in µs. */
const AWAIT_RETURN = 1_000_000;
/** Detections that the landmark network is asked about in a frame, at most. */
const CANDIDATES = 3;
/** A face is taken up when the landmark network is surer of it than it must be to keep it: no flicker between the two. */
const TAKE_UP_PRESENCE = 0.7;
/**
 * A detection of this score is taken up at once. Faces before a webcam reach 0.8 and more; backs and furniture reach
 * 0.64, but do not last. Small and badly lit faces score as little: they are taken up when the landmark network is this
 * sure of them in so many looks on end.
 */
const SURE_SCORE = 0.7;
const SURE_PRESENCE = 0.9;
const SURE_LOOKS = 3;

/** A face that is followed, or was until a moment ago. */
export interface SeenFace {
  readonly id: number;
  /** Where it was seen last, and when. */
  readonly region: FaceRegion;
  readonly seenAt: Micros;
}

/** While no face is followed: when to look for one, which of those found, and whether to believe it. */
export class FaceSearch {
  #since: Micros | null = null;
  #asked = 0;
  #lost: SeenFace | null = null;
  /** Frames searched so far, and the doubtful face that the last of them may have shown. */
  #look = 0;
  #doubtful: { readonly region: FaceRegion; readonly look: number; readonly times: number } | null = null;

  /** Starts a search. @param lost - the face to await, or null for any. */
  begin(lost: SeenFace | null, at: Micros): void {
    this.reset();
    this.#lost = lost;
    this.#since = at;
  }

  /** Forgets the face that was lost. */
  reset(): void {
    this.#since = null;
    this.#asked = 0;
    this.#lost = null;
    this.#doubtful = null;
  }

  /** Whether this frame is to be searched: each in the first second, then every third. Ask once a frame. */
  isDue(at: Micros): boolean {
    this.#since ??= at;
    if (at - this.#since >= EAGER_TIME && this.#asked++ % IDLE_INTERVAL !== 0) return false;
    this.#look++;
    return true;
  }

  /** The face that was lost, for as long as it is awaited. */
  awaited(at: Micros): SeenFace | null {
    if (this.#lost && at - this.#lost.seenAt > AWAIT_RETURN) this.#lost = null;
    return this.#lost;
  }

  /** Which of the faces found may be taken up, the likeliest first: an awaited one only, while one is. */
  candidates(detections: readonly FaceDetection[], layout: I420Layout, at: Micros): readonly FaceDetection[] {
    const lost = this.awaited(at);
    if (!lost) return rankFaces(detections, layout).slice(0, CANDIDATES);
    const again = findAgain(detections, lost.region);
    return again ? [again] : [];
  }

  /**
   * Whether a candidate is a face. Ask once a candidate and frame.
   *
   * @param rough - presence in the detector's region. @param refined - presence in the region of those landmarks.
   */
  believes(candidate: FaceDetection, rough: number, refined: number): boolean {
    if (refined < TAKE_UP_PRESENCE) return false;
    if (candidate.score >= SURE_SCORE || this.#lost) return true;
    return Math.min(rough, refined) >= SURE_PRESENCE && this.#hasStayed(regionFromDetection(candidate));
  }

  /** Whether a doubtful face has been seen for certain in this place in the last looks, this one included. */
  #hasStayed(region: FaceRegion): boolean {
    const before = this.#doubtful;
    const isSame = before?.look === this.#look - 1 && isSameFace(region, before.region);
    this.#doubtful = { region, look: this.#look, times: isSame ? before.times + 1 : 1 };
    return this.#doubtful.times >= SURE_LOOKS;
  }
}
