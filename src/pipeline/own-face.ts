import type { Micros } from '../frame/clock.js';
import type { FaceDetection } from '../inference/face-detection.js';
import { type FaceRegion, regionFromDetection } from '../inference/face-region.js';
import type { FaceState } from '../tracking/face.js';

/** Why the tracked face cannot be trusted to be the user's, and the only one that must be covered. */
export type FaceDoubt =
  /** No face is tracked. */
  | 'no face'
  /** The tracker is not sure of it: a hand before it, a blur, turned away. */
  | 'unsure'
  /** A face is seen beside the tracked place and none in it: the track has slipped off. */
  | 'slipped'
  /** It was taken up just now, and has not been the only one for long enough. */
  | 'new'
  /** It was taken up while others were there, or one came out from behind it: any of them may be the user. */
  | 'other faces';

/** A tracked face below this presence is only held where it should be. */
const SURE = 0.5;
/** A detection belongs to the tracked face if its centre lies so near to it, in sizes of the larger region. */
const OWN = 0.35;
/** Another face within this of the tracked one may change places with it unseen, in the same sizes. */
const CLOSE = 1;
/** Another face is the one seen a moment before if it has moved less than this. */
const SAME = 0.6;
/** A tracked face below this presence is looked at in every frame. */
const CONFIDENT = 0.9;
/** So often the picture is searched while a face that is surely the user's is alone in it, in µs. */
const LOOK_EVERY = 50_000;
/** So long another face may be unseen and still be known again, in µs. */
const REMEMBERED = 1_000_000;

/** Another face that was seen while the user's own was surely followed: it is somebody else. */
interface KnownFace {
  region: FaceRegion;
  seenAt: Micros;
}

/**
 * Makes sure that the face that wears the avatar is the user's. Others in the picture are not the user as long as the
 * user's own face is followed without a break: they keep their faces. But where the tracker takes up another face, or one
 * appears right beside the tracked one, the user may be the one who is not covered. Then no frame is to leave until the
 * tracked face has been the only one in the picture for a while, or the user says that it is theirs.
 */
export class OwnFace {
  readonly #alone: number;
  #provenId: number | null = null;
  #isConfirming = false;
  #aloneId = Number.NaN;
  #aloneSince: Micros | null = null;
  #known: KnownFace[] = [];
  #missedOwn = false;
  #lookedAt: Micros | null = null;

  /** @param alone - how long a new face must be the only one in the picture, in µs. */
  constructor(alone: number) {
    this.#alone = alone;
  }

  /**
   * Whether the detector is to look at the frame. It costs a third of the tracking, so it need not see every frame of a user
   * who is alone and surely followed; as soon as there is any doubt, or anybody else, it does.
   */
  isLookDue(face: FaceState | null, at: Micros): boolean {
    if (face === null) return false;
    if (face.trackId !== this.#provenId || this.#isConfirming || this.#missedOwn) return true;
    if (this.#known.length > 0 || face.presence < CONFIDENT || this.#lookedAt === null) return true;
    const age = at - this.#lookedAt;
    return !(age >= 0 && age < LOOK_EVERY);
  }

  /**
   * Takes in the next frame.
   *
   * @param face - the tracked one. @param seen - every face that the detector sees in the frame, the tracked one among them;
   * null if it was not looked at, which only `isLookDue` may decide.
   * @returns null if the face is surely the user's.
   */
  see(face: FaceState | null, seen: readonly FaceDetection[] | null, at: Micros): FaceDoubt | null {
    if (face === null || face.presence < SURE) {
      this.#missedOwn = true;
      this.#aloneSince = null;
      return face === null ? 'no face' : 'unsure';
    }
    if (seen === null) return face.trackId === this.#provenId ? null : 'new';
    this.#lookedAt = at;
    const others = seen.map(regionFromDetection).filter((region) => distance(region, face.region) > OWN);
    const isUnseen = others.length === seen.length;
    if (isUnseen && others.some((region) => distance(region, face.region) <= CLOSE && !this.#isKnown(region, at))) {
      this.#lose();
      return 'slipped';
    }
    if (this.#isConfirming) {
      this.#isConfirming = false;
      this.#prove(face.trackId, others, at);
      return null;
    }
    if (face.trackId !== this.#provenId) return this.#doubt(face, others, at);
    if (others.some((region) => this.#isSuspect(region, face.region, at))) {
      this.#lose();
      return 'other faces';
    }
    this.#missedOwn = false;
    this.#remember(others, face.region, at);
    return null;
  }

  /** The user says that the face tracked next is theirs, whoever else is in the picture. */
  confirm(): void {
    this.#isConfirming = true;
  }

  /** Forgets whose face is whose. */
  reset(): void {
    this.#lose();
    this.#isConfirming = false;
  }

  #lose(): void {
    this.#provenId = null;
    this.#aloneSince = null;
    this.#known = [];
  }

  #prove(trackId: number, others: readonly FaceRegion[], at: Micros): void {
    this.#provenId = trackId;
    this.#missedOwn = false;
    this.#known = others.map((region) => ({ region, seenAt: at }));
  }

  /** A face that is not known to be the user's: it is once it has been alone for long enough. */
  #doubt(face: FaceState, others: readonly FaceRegion[], at: Micros): FaceDoubt | null {
    if (others.length > 0) {
      this.#aloneSince = null;
      return 'other faces';
    }
    if (this.#aloneSince === null || face.trackId !== this.#aloneId || at < this.#aloneSince) {
      this.#aloneSince = at;
      this.#aloneId = face.trackId;
    }
    if (at - this.#aloneSince < this.#alone) return 'new';
    this.#prove(face.trackId, others, at);
    return null;
  }

  /** A face that was not there before may be the user's if it came out from behind the tracked one, or in its absence. */
  #isSuspect(region: FaceRegion, own: FaceRegion, at: Micros): boolean {
    return (this.#missedOwn || distance(region, own) <= CLOSE) && !this.#isKnown(region, at);
  }

  #isKnown(region: FaceRegion, at: Micros): boolean {
    return this.#known.some((known) => distance(known.region, region) < SAME && at - known.seenAt <= REMEMBERED);
  }

  /** Follows the others. One that goes unseen close to the tracked face is not known again: the two may have changed places. */
  #remember(others: readonly FaceRegion[], own: FaceRegion, at: Micros): void {
    const isSeenAgain = ({ region }: KnownFace) => others.some((other) => distance(other, region) < SAME);
    this.#known = this.#known.filter(
      (known) => !isSeenAgain(known) && at - known.seenAt <= REMEMBERED && distance(known.region, own) > CLOSE,
    );
    for (const region of others) this.#known.push({ region, seenAt: at });
  }
}

/** Between the centres of two regions, in sizes of the larger. */
function distance(one: FaceRegion, other: FaceRegion): number {
  return Math.hypot(one.centerX - other.centerX, one.centerY - other.centerY) / Math.max(one.size, other.size);
}
