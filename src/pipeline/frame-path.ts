import type { LiveSettings } from '../config/settings.js';
import type { OpenAvatar } from '../effects/avatar-effect.js';
import type { Effect } from '../effects/effect.js';
import { TouchUp } from '../effects/touch-up.js';
import type { ChannelFrame } from '../frame/channel.js';
import { nowMs } from '../frame/clock.js';
import type { FrameStamp, Rate } from '../frame/frame.js';
import type { FrameAt } from '../frame/frame-at.js';
import { fillBlack, type I420Layout } from '../frame/i420.js';
import { Kernels } from '../kernels/kernels.js';
import { LatencyLedger, type LedgerRow } from '../telemetry/ledger.js';
import type { FaceState } from '../tracking/face.js';
import type { FaceTracker } from '../tracking/face-tracker.js';
import { avatarBytes } from './avatar-slot.js';
import { OutputSet } from './output-set.js';
import { WornAvatar } from './worn-avatar.js';

/** The rows of the ledger, in the order of the path. The budgets add up to 16 ms: one frame interval at 60 a second. */
export const LEDGER_ROWS: readonly LedgerRow[] = [
  { name: 'capture', budgetMs: 4 }, // from the camera's time stamp to the engine: decoding, hand-over, waiting
  { name: 'load', budgetMs: 1 }, // into kernel memory, mirrored if asked
  { name: 'track', budgetMs: 4 }, // crop, landmarks, Kalman
  { name: 'effect', budgetMs: 4 }, // what to change
  { name: 'blend', budgetMs: 1.5 }, // change it
  { name: 'write', budgetMs: 1.5 }, // hand it to every output
];
const [CAPTURE, LOAD, TRACK, EFFECT, BLEND, WRITE] = [0, 1, 2, 3, 4, 5] as const;

/**
 * Kernel memory beyond the frames themselves: tensors and the effects' scratch planes, by frame size. Address space
 * only: the system backs what is touched.
 */
const KERNEL_BYTES_FIXED = 64 << 20;
const KERNEL_BYTES_PER_PIXEL = 32;

/** What finds and follows the face: the real tracker, or a fake one in tests of the path. */
export type Tracker = Pick<FaceTracker, 'track' | 'detect' | 'reset' | 'close'>;

/** The parts that a path is made of; tests replace them. */
export interface FramePathParts {
  openTracker(kernels: Kernels): Promise<Tracker>;
  makeEffect(): Effect;
  openAvatar: OpenAvatar;
}

/** What a path is opened for. */
export interface FramePathOptions {
  /** Frames come from a camera, or as one would give them; false: every frame of a file, whenever it is done. */
  readonly isLive: boolean;
  /** Called when an avatar could not be loaded. */
  readonly onAvatarFailed: (error: unknown) => void;
}

const REAL_PARTS: FramePathParts = {
  // Loaded here only: ONNX Runtime is 100 MB that a run without an effect need not wait for.
  openTracker: async (kernels) => {
    const { FaceTracker } = await import('../tracking/face-tracker.js');
    return FaceTracker.open(kernels);
  },
  makeEffect: () => new TouchUp(),
  openAvatar: async (kernels, files) => {
    const { openAvatar } = await import('../effects/avatar/open-avatar.js');
    return openAvatar(kernels, files);
  },
};

/**
 * The path of one frame, told once: capture → load → track → effect → blend → write. Lives on the engine thread and
 * owns its kernel memory. `open` allocates; `process` does not. While an avatar is chosen, `avatar` decides what leaves.
 */
export class FramePath {
  readonly ledger = new LatencyLedger(LEDGER_ROWS);
  readonly outputs: OutputSet;
  /** The face in the last frame. */
  face: FaceState | null = null;
  readonly avatar: WornAvatar;

  #settings: LiveSettings;
  readonly #kernels: Kernels;
  readonly #openTracker: () => Promise<Tracker>;
  /** Loaded when it is first needed: without an effect nobody waits for models. */
  #tracker: Tracker | null = null;
  readonly #effect: Effect;
  /** The one frame that everything works on, and the place where a frame to be mirrored is laid first. */
  readonly #frame: FrameAt;
  readonly #unmirrored: FrameAt;
  readonly #pixels: Uint8Array;
  readonly #unmirroredPixels: Uint8Array;
  /** Shown in place of the camera while paused; black until one is set. */
  readonly #card: Uint8Array;
  #wasTracking = false;
  #wasAvatar = false;

  private constructor(
    kernels: Kernels,
    parts: FramePathParts,
    layout: I420Layout,
    rate: Rate,
    settings: LiveSettings,
    { isLive, onAvatarFailed }: FramePathOptions,
  ) {
    const effect = parts.makeEffect();
    this.#settings = settings;
    this.#kernels = kernels;
    this.#openTracker = () => parts.openTracker(kernels);
    this.#effect = effect;
    this.#frame = { layout, address: kernels.alloc(layout.byteLength) };
    this.#unmirrored = { layout, address: kernels.alloc(layout.byteLength) };
    this.#pixels = kernels.u8(this.#frame.address, layout.byteLength);
    this.#unmirroredPixels = kernels.u8(this.#unmirrored.address, layout.byteLength);
    this.#card = new Uint8Array(layout.byteLength);
    fillBlack(this.#card, layout);
    this.outputs = new OutputSet();
    const context = { kernels, frame: this.#frame, rate };
    effect.configure(context);
    this.avatar = new WornAvatar(parts.openAvatar, context, isLive, onAvatarFailed);
  }

  /**
   * Reserves all memory for frames of this layout, and loads the models if these settings need them.
   *
   * @throws UserError MODEL_MISSING, as `process` does where an effect is turned on later.
   */
  static async open(
    layout: I420Layout,
    rate: Rate,
    settings: LiveSettings,
    options: FramePathOptions,
    parts: FramePathParts = REAL_PARTS,
  ): Promise<FramePath> {
    const pixels = layout.width * layout.height;
    const kernels = await Kernels.load(
      KERNEL_BYTES_FIXED + 2 * layout.byteLength + KERNEL_BYTES_PER_PIXEL * pixels + avatarBytes(pixels),
    );
    const path = new FramePath(kernels, parts, layout, rate, settings, options);
    if (settings.effect !== 'none') path.#tracker = await path.#openTracker();
    return path;
  }

  /** Sets what is done to frames from now on. One that is under way never leaves barer than the new settings allow. */
  change(settings: LiveSettings): void {
    this.#settings = settings;
  }

  /** Takes one frame all the way. The frame is the caller's again when this resolves. */
  async process(input: ChannelFrame, capturedAtMs = input.capturedAt / 1000): Promise<void> {
    const { ledger } = this;
    const settings = this.#settings;
    const isAvatar = settings.effect === 'avatar';
    ledger.begin(capturedAtMs);
    ledger.mark(CAPTURE, nowMs());

    this.#load(input.data, settings.mirror);
    // The picture before an avatar is the user's own face: it lies beside no frame.
    const hasBefore = settings.split && !isAvatar;
    if (hasBefore) this.outputs.writeBefore(this.#pixels);
    ledger.mark(LOAD, nowMs());

    if (settings.paused) {
      this.forget();
      await this.#write(this.#card, input, false);
      return;
    }
    if (!isAvatar && this.#wasAvatar) this.avatar.forget();
    this.#wasAvatar = isAvatar;
    const mayLeave = isAvatar ? await this.#wear(input, settings) : await this.#touchUp(input, settings);

    // Chosen while the frame was under way, an avatar keeps it back: nothing covers the face in it.
    if (isAvatar || this.#settings.effect === 'avatar') {
      await this.#write(this.avatar.outgoing(isAvatar && mayLeave, input), input, false);
    } else {
      await this.#write(mayLeave ? this.#pixels : this.#card, input, hasBefore && mayLeave);
    }
  }

  /** Tracks, and touches up if asked to. @returns whether the frame may leave. */
  async #touchUp(input: ChannelFrame, settings: LiveSettings): Promise<boolean> {
    const { ledger } = this;
    this.face = await this.#track(input, settings);
    ledger.mark(TRACK, nowMs());

    const preparation = settings.effect === 'none' ? 'nothing' : await this.#effect.prepare(this.face, settings);
    ledger.mark(EFFECT, nowMs());

    if (preparation === 'blend') this.#effect.blend();
    ledger.mark(BLEND, nowMs());
    return preparation !== 'withhold';
  }

  /** Tracks, and lays the avatar over the face. @returns whether it covers the face; false where anything failed. */
  async #wear(input: ChannelFrame, settings: LiveSettings): Promise<boolean> {
    const { avatar, ledger } = this;
    let isTracked = false;
    let isWorn = false;
    try {
      this.face = await this.#track(input, settings);
      const isLookDue = avatar.isLookDue(this.face, input);
      const seen = isLookDue && this.#tracker ? await this.#tracker.detect(this.#frame) : null;
      isTracked = true;
      ledger.mark(TRACK, nowMs());

      const isReady = await avatar.prepare(this.face, seen, settings, input);
      ledger.mark(EFFECT, nowMs());

      isWorn = isReady && avatar.blend();
    } catch (error) {
      if (!isTracked) this.#forgetTrack();
      avatar.fail(error, input);
    }
    ledger.mark(BLEND, nowMs());
    return isWorn;
  }

  /** Sets the picture shown while paused. @throws RangeError if it has another size than the frames. */
  setCard(card: Uint8Array): void {
    if (card.byteLength !== this.#card.byteLength) {
      throw new RangeError(`the card has ${card.byteLength} bytes, a frame ${this.#card.byteLength}`);
    }
    this.#card.set(card);
  }

  /** @param isWhole - false if the run was cut short by a failure: what was recorded offline is then thrown away. */
  async close(isWhole = true): Promise<void> {
    this.outputs.end(isWhole);
    await this.avatar.close();
    await this.#tracker?.close();
  }

  #load(data: Uint8Array, mirror: boolean): void {
    if (mirror) {
      this.#unmirroredPixels.set(data);
      this.#kernels.mirrorI420(this.#unmirrored, this.#frame);
    } else {
      this.#pixels.set(data);
    }
  }

  async #track(stamp: FrameStamp, settings: LiveSettings): Promise<FaceState | null> {
    // Without an effect nobody needs the face: no cost, and no stale track when the effect comes back.
    if (settings.effect === 'none') {
      this.forget();
      return null;
    }
    this.#wasTracking = true;
    this.#tracker ??= await this.#openTracker();
    return this.#tracker.track(this.#frame, stamp.capturedAt);
  }

  /** Forgets the face and all that was learnt of it: nobody follows it now, or a frame failed on its way. */
  forget(): void {
    this.avatar.forget();
    this.#forgetTrack();
  }

  #forgetTrack(): void {
    this.face = null;
    if (!this.#wasTracking) return;
    this.#wasTracking = false;
    this.#tracker?.reset();
    this.#effect.reset();
  }

  async #write(pixels: Uint8Array, stamp: FrameStamp, hasBefore: boolean): Promise<void> {
    // Only an offline output that must not lose a frame is waited for; live ones take the frame or drop it.
    const full = this.outputs.write(pixels, stamp, hasBefore);
    if (full) await full;
    const now = nowMs();
    this.ledger.mark(WRITE, now);
    this.ledger.end(now);
  }
}
