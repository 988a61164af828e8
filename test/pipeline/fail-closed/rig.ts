import { LiveSettings } from '../../../src/config/settings.js';
import type { OpenAvatar } from '../../../src/effects/avatar-effect.js';
import { TouchUp } from '../../../src/effects/touch-up.js';
import { ChannelReader, ChannelWriter, createChannel } from '../../../src/frame/channel.js';
import type { Micros } from '../../../src/frame/clock.js';
import type { I420Layout } from '../../../src/frame/i420.js';
import { Kernels } from '../../../src/kernels/kernels.js';
import { FramePath, type Tracker } from '../../../src/pipeline/frame-path.js';
import { FaceTracker } from '../../../src/tracking/face-tracker.js';
import { type BareFace, mostLike } from './leak-finder.js';

/** What the path's tracker does wrong in a frame. */
export type TrackerFault = 'none' | 'loses' | 'throws' | 'cannot detect' | 'another face';

/** Above this the user's own face stands in a frame. */
export const LEAK = 0.75;
/** Frames are compared with what the camera saw in the last second. */
const MEMORY = 1_000_000;

/** What came out of one frame, beside what went in. */
export interface Passed {
  /** The frame that left; null if none did. */
  readonly output: Uint8Array | null;
  /** Whether an avatar was chosen when it left. */
  readonly isAvatarChosen: boolean;
  /** The most that the user's own face of the last second stands in it. */
  readonly likeness: number;
  readonly second: Uint8Array | null;
}

/** What a rig is made with. */
export interface RigOptions {
  readonly layout: I420Layout;
  readonly openAvatar: OpenAvatar;
  readonly trackerFault?: () => TrackerFault;
  readonly isLive?: boolean;
  /** Others are in the picture: only the face that the reference tracker took up first is the user's. */
  readonly hasOthers?: boolean;
}

/**
 * The engine's own path with the real tracker, which may be made to fail, and a second tracker that never fails and tells
 * where the user's face is in what went in. It looks at what comes out.
 */
export class Rig {
  readonly path: FramePath;
  settings = LiveSettings.parse({ effect: 'avatar' });
  readonly #options: RigOptions;
  readonly #reference: FaceTracker;
  readonly #referenceFrame: { readonly layout: I420Layout; readonly address: number };
  readonly #referencePixels: Uint8Array;
  readonly #input: { readonly writer: ChannelWriter; readonly reader: ChannelReader };
  readonly #output: ChannelReader;
  #faces: BareFace[] = [];
  #isFaceKnown = false;
  #firstId: number | null = null;
  #index = 0;
  #atUs = 1_000_000;

  static async open(options: RigOptions): Promise<Rig> {
    const kernels = await Kernels.load(48 << 20);
    const reference = await FaceTracker.open(kernels);
    const path = await FramePath.open(
      options.layout,
      { num: 25, den: 1 },
      LiveSettings.parse({ effect: 'avatar' }),
      {
        isLive: options.isLive ?? true,
        onAvatarFailed: () => path.avatar.takeOff(),
      },
      {
        openTracker: async (own) =>
          new FaultyTracker(await FaceTracker.open(own), options.trackerFault ?? (() => 'none')),
        makeEffect: () => new TouchUp(),
        openAvatar: options.openAvatar,
      },
    );
    return new Rig(path, options, reference, kernels);
  }

  private constructor(path: FramePath, options: RigOptions, reference: FaceTracker, kernels: Kernels) {
    const { layout } = options;
    this.path = path;
    this.#options = options;
    this.#reference = reference;
    this.#referenceFrame = { layout, address: kernels.alloc(layout.byteLength) };
    this.#referencePixels = kernels.u8(this.#referenceFrame.address, layout.byteLength);
    const input = createChannel('newest', layout);
    const output = createChannel('newest', layout, 2);
    path.outputs.add({ id: 'out', channel: output, whenFull: 'drop' });
    this.#input = { writer: new ChannelWriter(input), reader: new ChannelReader(input) };
    this.#output = new ChannelReader(output);
  }

  /** Changes settings, also while a frame is under way. */
  change(patch: Partial<LiveSettings>): void {
    this.settings = LiveSettings.parse({ ...this.settings, ...patch });
    this.path.change(this.settings);
  }

  /** Sends one frame down the path as the engine does. @param stepUs - time since the frame before. */
  async pass(pixels: Uint8Array, stepUs = 40_000): Promise<Passed> {
    const { layout } = this.#options;
    this.#atUs += stepUs;
    const seen = this.settings.mirror ? mirrored(pixels, layout) : pixels;
    await this.#remember(seen);
    this.#input.writer.slot()!.data.set(pixels);
    this.#input.writer.publish({ sequence: this.#index, capturedAt: this.#atUs as Micros, pts: this.#index / 25 });
    const frame = this.#input.reader.tryTake()!;
    try {
      await this.path.process(frame);
    } catch {
      this.path.forget(); // as the engine does with a frame that failed: none leaves
    } finally {
      this.#input.reader.release();
    }
    this.#index++;
    const left = this.#output.tryTake();
    if (!left) return { output: null, isAvatarChosen: this.#isChosen, likeness: 0, second: null };
    const output = left.data.slice();
    const second = left.second?.slice() ?? null;
    this.#output.release();
    const likeness = Math.max(
      mostLike(output, this.#faces, layout),
      second ? mostLike(second, this.#faces, layout) : 0,
      // Wherever the face may be in a frame in which nobody finds it: that very frame is not to leave.
      this.#isFaceKnown || Buffer.compare(output, seen) !== 0 ? 0 : 1,
    );
    return { output, isAvatarChosen: this.#isChosen, likeness, second };
  }

  async close(): Promise<void> {
    await this.path.close();
    await this.#reference.close();
  }

  get #isChosen(): boolean {
    return this.settings.effect === 'avatar';
  }

  /** Notes where the user's face is in what the camera sees. */
  async #remember(pixels: Uint8Array): Promise<void> {
    this.#referencePixels.set(pixels);
    const face = await this.#reference.track(this.#referenceFrame, this.#atUs as Micros);
    this.#firstId ??= face?.trackId ?? null;
    const isOwn = face !== null && (!this.#options.hasOthers || face.trackId === this.#firstId);
    const region = isOwn ? face.region : null;
    this.#faces = this.#faces.filter(({ capturedAt }) => this.#atUs - capturedAt <= MEMORY);
    this.#isFaceKnown = face !== null;
    if (region) this.#faces.push({ luma: pixels.slice(), region, capturedAt: this.#atUs });
  }
}

/** The real tracker, but for what goes wrong. */
class FaultyTracker implements Tracker {
  readonly #tracker: FaceTracker;
  readonly #faultOf: () => TrackerFault;
  #fault: TrackerFault = 'none';
  #otherId = 1000;

  constructor(tracker: FaceTracker, faultOf: () => TrackerFault) {
    this.#tracker = tracker;
    this.#faultOf = faultOf;
  }

  async track(...[frame, at]: Parameters<FaceTracker['track']>) {
    this.#fault = this.#faultOf();
    if (this.#fault === 'throws') throw new Error('the landmark network failed');
    const face = await this.#tracker.track(frame, at);
    if (this.#fault === 'loses') return null;
    return face && this.#fault === 'another face' ? { ...face, trackId: this.#otherId++ } : face;
  }

  async detect(...[frame]: Parameters<FaceTracker['detect']>) {
    if (this.#fault === 'cannot detect') throw new Error('the detector failed');
    return this.#tracker.detect(frame);
  }

  reset(): void {
    this.#tracker.reset();
  }

  close(): Promise<void> {
    return this.#tracker.close();
  }
}

function mirrored(pixels: Uint8Array, { offsetY, strideY, width, height }: I420Layout): Uint8Array {
  const result = pixels.slice();
  for (let y = 0; y < height; y++) {
    const row = offsetY + y * strideY;
    result.set(
      pixels
        .subarray(row, row + width)
        .slice()
        .reverse(),
      row,
    );
  }
  return result;
}
