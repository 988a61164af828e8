import type { LiveSettings } from '../config/settings.js';
import type { AvatarEffect, AvatarFiles, OpenAvatar } from '../effects/avatar-effect.js';
import type { EffectContext } from '../effects/effect.js';
import type { FrameStamp } from '../frame/frame.js';
import { fillBlack } from '../frame/i420.js';
import type { FaceDetection } from '../inference/face-detection.js';
import type { WearStatus, WithheldReason } from '../telemetry/telemetry.js';
import { WITHHELD_WORDS } from '../telemetry/withheld-words.js';
import type { FaceState } from '../tracking/face.js';
import { AvatarSlot } from './avatar-slot.js';
import { CoverCheck } from './cover-check.js';
import { OwnFace } from './own-face.js';
import { type Outgoing, WornFrames } from './worn-frames.js';

/** How long a new face must be the only one in a live picture before it is worn, in µs: a few looks of the detector. */
const ALONE_LIVE = 300_000;

/**
 * What becomes of the camera's frames while an avatar is chosen. It fails closed: a frame leaves only if the face that is
 * surely the user's was tracked in it, the effect blended, and the pixels of that face did change. For any other, the last
 * such frame stands in for half a second, then the avatar's card; none is let through because something went wrong.
 */
export class WornAvatar {
  readonly #context: EffectContext;
  readonly #slot: AvatarSlot;
  readonly #ownFace: OwnFace;
  readonly #cover = new CoverCheck();
  readonly #frames = new WornFrames();
  readonly #pixels: Uint8Array;
  /** The last worn frame, and what is shown when there is none; black until a card is set. */
  readonly #held: Uint8Array;
  readonly #card: Uint8Array;
  /** The effect that is at work on the frame in memory. */
  #effect: AvatarEffect | null = null;
  #reason: WithheldReason = 'loading';
  #outgoing: Outgoing = 'card';
  /** What made the last frame fail; null if it did not. */
  failure: unknown = null;

  /** @param onFailed - called when an avatar could not be loaded. @param isLive - false: the frames come from a file. */
  constructor(open: OpenAvatar, context: EffectContext, isLive: boolean, onFailed: (error: unknown) => void) {
    const { kernels, frame } = context;
    const { layout, address } = frame;
    this.#context = context;
    this.#slot = new AvatarSlot(open, context, onFailed);
    this.#ownFace = new OwnFace(isLive ? ALONE_LIVE : 0);
    this.#pixels = kernels.u8(address, layout.byteLength);
    this.#held = new Uint8Array(layout.byteLength);
    this.#card = new Uint8Array(layout.byteLength);
    fillBlack(this.#held, layout);
    fillBlack(this.#card, layout);
  }

  /** What left last, and why no frame of the camera did. */
  get status(): WearStatus {
    if (this.#outgoing === 'worn') return { kind: 'worn' };
    const reason = this.#reason;
    const own = reason === 'cannot be worn' ? this.#effect?.reason : null;
    const shows = this.#outgoing === 'held' ? 'last' : 'card';
    return { kind: 'withheld', shows, reason, words: own ?? WITHHELD_WORDS[reason] };
  }

  /** Puts an avatar on; the one worn until now stays on until it is ready. */
  wear(files: AvatarFiles): void {
    this.#slot.wear(files);
  }

  /** Resolves when no avatar is being loaded. */
  loaded(): Promise<void> {
    return this.#slot.settled();
  }

  /** No avatar may be worn: from the next frame on the card is shown. Call it between two frames. */
  takeOff(): void {
    this.#slot.takeOff();
    this.#frames.forget();
  }

  /** Sets what is shown in place of the camera. @throws RangeError if it has another size than the frames. */
  setCard(card: Uint8Array): void {
    if (card.byteLength !== this.#card.byteLength) {
      throw new RangeError(`the avatar's card has ${card.byteLength} bytes, a frame ${this.#card.byteLength}`);
    }
    this.#card.set(card);
  }

  /** The face tracked next is the user's: they say so. */
  confirmFace(): void {
    this.#ownFace.confirm();
  }

  /** Another effect was chosen, or the picture is paused: nothing of what was learnt counts any more. */
  forget(): void {
    this.#frames.forget();
    this.#ownFace.reset();
    this.#effect?.reset();
  }

  /** Whether the detector is to look for every face in this frame, for `prepare`. */
  isLookDue(face: FaceState | null, stamp: FrameStamp): boolean {
    return this.#ownFace.isLookDue(face, stamp.capturedAt);
  }

  /**
   * Works out what is to change in the frame in memory.
   *
   * @param seen - every face that the detector sees in it; null if no look was due.
   * @returns whether `blend` is to be called.
   */
  async prepare(
    face: FaceState | null,
    seen: readonly FaceDetection[] | null,
    settings: LiveSettings,
    stamp: FrameStamp,
  ): Promise<boolean> {
    this.failure = null;
    const doubt = this.#ownFace.see(face, seen, stamp.capturedAt);
    this.#effect = this.#slot.next();
    if (this.#effect === null) {
      this.#reason = 'loading';
      return false;
    }
    // The effect sees every frame: it smooths over time, and has to know of faces that are lost.
    const preparation = await this.#effect.prepare(face, settings);
    if (doubt !== null || face === null) {
      this.#reason = doubt ?? 'no face';
      return false;
    }
    this.#reason = 'cannot be worn';
    if (preparation === 'blend') this.#cover.look(this.#pixels, this.#context.frame.layout, face.points);
    return preparation === 'blend';
  }

  /** Blends. @returns whether the avatar does cover the face now. */
  blend(): boolean {
    this.#effect?.blend();
    if (this.#cover.isCovered(this.#pixels)) return true;
    this.#reason = 'not covered';
    return false;
  }

  /** Something threw: what it left in memory must not leave, and the face was not followed in this frame. */
  fail(error: unknown, stamp: FrameStamp): void {
    this.failure = error;
    this.#reason = 'failed';
    this.#ownFace.see(null, null, stamp.capturedAt);
    this.#effect?.reset();
  }

  /** The picture that leaves: the frame in memory only if it is worn. */
  outgoing(isWorn: boolean, stamp: FrameStamp): Uint8Array {
    this.#outgoing = this.#frames.next(isWorn, stamp.capturedAt);
    switch (this.#outgoing) {
      case 'worn':
        this.#held.set(this.#pixels);
        return this.#pixels;
      case 'held':
        return this.#held;
      case 'card':
        return this.#card;
    }
  }

  close(): Promise<void> {
    return this.#slot.close();
  }
}
