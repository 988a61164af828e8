import { AvatarGuide } from '../../blending/avatar-guide.js';
import { CELL, FaceCells } from '../../blending/face-cells.js';
import { FacePatch, mostTimes, type PatchDetail } from '../../blending/face-patch.js';
import { createPose, fitPose, headAngles } from '../../blending/face-pose.js';
import {
  type FaceAlignment,
  type FaceWindow,
  frameToTensor,
  tensorToFrame,
  windowOf,
} from '../../blending/face-window.js';
import { FineSkin } from '../../blending/fine-skin.js';
import { Grain } from '../../blending/grain.js';
import { LightMatch } from '../../blending/light-match.js';
import { Membrane } from '../../blending/membrane.js';
import { RestingShape } from '../../blending/resting-shape.js';
import { SettledPicture } from '../../blending/settled-picture.js';
import { WornMask } from '../../blending/worn-mask.js';
import type { LiveSettings } from '../../config/settings.js';
import type { FrameAt } from '../../frame/frame-at.js';
import type { FaceNetwork } from '../../inference/avatar-network.js';
import type { Kernels } from '../../kernels/kernels.js';
import { bindWearKernels } from '../../kernels/wear.js';
import type { FaceState } from '../../tracking/face.js';
import type { AvatarEffect } from '../avatar-effect.js';
import type { EffectContext, Preparation } from '../effect.js';
import { REFUSAL_WORDS, type Refusal, refusalOf } from './wearable.js';
import type { WornPortrait } from './worn-portrait.js';

/** A gap in time after which the light is measured afresh, seconds. */
const CUT_S = 1;
/** Below this part of the outline the mask is no mask: too much is covered, or the network has failed. */
const LEAST_SHARE = 0.5;
/**
 * Before a face is worn for the first time the mask has to have this part: a network that does not know such a face covers
 * it in patches, and no hand tells that apart. It has 0.95 of faces that it knows, and 0.75 of one in a headscarf.
 */
const FIRST_SHARE = 0.7;

/** Milliseconds of the steps of the last frame, for measurements. */
export interface SwapTimes {
  crop: number;
  guide: number;
  network: number;
  match: number;
}

/** Where the avatar was shown in the last frame. */
export interface ShownMask {
  /** [side, side] weights, 0 to 1. A view that the next frame overwrites. */
  readonly weights: Float32Array;
  readonly side: number;
  /** The square of the frame that they lie over. */
  readonly window: FaceWindow;
}

/** All that is made for a stream and an avatar: it works in kernel memory that `configure` reserves. */
interface Parts {
  readonly kernels: Kernels;
  readonly frame: FrameAt;
  readonly picture: SettledPicture;
  readonly mask: WornMask;
  readonly cells: FaceCells;
  readonly light: LightMatch;
  readonly membrane: Membrane;
  readonly patch: FacePatch;
  readonly grain: Grain;
  readonly resting: RestingShape;
  readonly fine: FineSkin | null;
  readonly guide: AvatarGuide | null;
}

/**
 * Lays the avatar over the tracked face: crop, guide, network, mask, light, edge, then blend. Where it cannot be sure to cover
 * the face it withholds the frame: it never lets one pass untouched.
 */
export class AvatarSwap implements AvatarEffect {
  readonly name = 'avatar';
  readonly times: SwapTimes = { crop: 0, guide: 0, network: 0, match: 0 };
  readonly #network: FaceNetwork;
  readonly #portrait: WornPortrait | null;
  readonly #alignment: FaceAlignment;
  readonly #pose = createPose();
  #parts: Parts | null = null;
  #window: FaceWindow = { centreX: 0, centreY: 0, size: 1, roll: 0 };
  #detail: PatchDetail | null = null;
  #refusal: Refusal | null = 'no-face';
  /** Whether the mask has been nearly whole since this face came. */
  #isKnown = false;
  #trackId = Number.NaN;
  #capturedAt = Number.NaN;

  /**
   * @param network - of the avatar, opened in the memory that frames lie in; closed with the effect.
   * @param portrait - read for this network; one that takes a guide needs it.
   * @param alignment - what the network sees of a head.
   */
  constructor(network: FaceNetwork, portrait: WornPortrait | null = null, alignment: FaceAlignment = 'mien') {
    this.#alignment = alignment;
    this.#network = network;
    this.#portrait = portrait;
  }

  /** Why the last frame was withheld; null if the avatar was worn. */
  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /** The same in words. */
  get reason(): string | null {
    return this.#refusal === null ? null : REFUSAL_WORDS[this.#refusal];
  }

  /** What `blend` touches, for measurements. Null if nothing was worn. */
  get shown(): ShownMask | null {
    const parts = this.#parts;
    if (!parts || this.#refusal !== null) return null;
    const side = this.#network.size;
    return { weights: parts.kernels.f32(parts.mask.shown, side * side), side, window: this.#window };
  }

  configure({ kernels, frame }: EffectContext): void {
    const run = bindWearKernels(kernels);
    const { size } = this.#network;
    const cells = new FaceCells(kernels, run, size);
    const portrait = this.#portrait;
    const resting = new RestingShape(portrait?.user ?? null);
    this.#parts = {
      kernels,
      frame,
      cells,
      picture: new SettledPicture(kernels, run, size),
      mask: new WornMask(kernels, run, size),
      light: new LightMatch(cells),
      membrane: new Membrane(kernels, run, cells),
      patch: new FacePatch(kernels, run, frame, size),
      grain: new Grain(kernels, frame),
      resting,
      fine: portrait && new FineSkin(kernels, portrait.skin, resting, size, size * mostTimes(size)),
      guide: portrait && guideOf(kernels, portrait, size),
    };
    this.reset();
  }

  reset(): void {
    this.#trackId = Number.NaN;
    this.#capturedAt = Number.NaN;
    this.#forget();
  }

  async close(): Promise<void> {
    await this.#network.close();
  }

  /** Never `nothing`. A network that throws withholds the frame; the next one is tried again. */
  async prepare(face: FaceState | null, _settings: LiveSettings): Promise<Preparation> {
    const parts = this.#parts;
    this.#refusal = parts ? await this.#wear(parts, face) : 'network-failed';
    return this.#refusal === null ? 'blend' : 'withhold';
  }

  blend(): void {
    const parts = this.#parts;
    if (!parts || this.#refusal !== null) return;
    const { patch, picture, mask, cells, grain } = parts;
    patch.blend(picture.rgb, mask.shown, cells.box, this.#window, this.#detail, grain);
  }

  async #wear(parts: Parts, face: FaceState | null): Promise<Refusal | null> {
    if (face === null) return 'no-face';
    const started = performance.now();
    fitPose(face.points, this.#pose);
    const window = windowOf(this.#pose, this.#alignment);
    const refusal = refusalOf(face, headAngles(this.#pose), window, parts.frame.layout);
    if (refusal !== null) return refusal;
    const seconds = this.#elapsed(face);
    this.#window = window;
    const { size, inputAddress, guideAddress, output } = this.#network;
    parts.kernels.cropToTensor(parts.frame, tensorToFrame(window, size), size, size, 1 / 255, 0, inputAddress);
    const cropped = performance.now();
    parts.resting.update(face.points, this.#pose, seconds);
    if (guideAddress !== null) parts.guide?.draw(face.points, parts.resting.shape, window, guideAddress);
    const guided = performance.now();
    if (!(await this.#run())) return 'network-failed';
    const ran = performance.now();
    const found = this.#match(parts, face, output, seconds);
    this.times.crop = cropped - started;
    this.times.guide = guided - cropped;
    this.times.network = ran - guided;
    this.times.match = performance.now() - ran;
    return found;
  }

  async #run(): Promise<boolean> {
    try {
      await this.#network.run();
      return true;
    } catch {
      // Told as the frame's refusal: whoever shows it, shows it while it lasts.
      return false;
    }
  }

  /** The avatar's picture is there: where it is shown, and in what light. */
  #match(parts: Parts, face: FaceState, output: Float32Array, seconds: number): Refusal | null {
    const { picture, mask, cells, light, membrane, patch, grain, fine } = parts;
    const { size, inputAddress } = this.#network;
    const plane = 4 * size * size;
    const rgb = output.byteOffset;
    mask.update(face.points, this.#pose, frameToTensor(this.#window, size), rgb + 3 * plane);
    picture.update(rgb, seconds);
    if (!cells.measure(inputAddress, picture.rgb, mask.face, mask.shown)) {
      this.#forget(); // what is not a number would stay in what is settled over time
      return 'not-a-picture';
    }
    if (!(mask.share >= (this.#isKnown ? LEAST_SHARE : FIRST_SHARE))) return 'covered';
    this.#isKnown = true;
    if (!light.update(seconds)) return 'covered';
    membrane.update(light.gains, light.offsets, seconds);
    grain.measure(this.#window, seconds);
    patch.place(this.#window);
    this.#detail = fine?.draw(face.points, this.#window, patch.side, light.gain) ?? null;
    writeFields(parts);
    return null;
  }

  #forget(): void {
    this.#isKnown = false;
    const parts = this.#parts;
    if (!parts) return;
    parts.picture.reset();
    parts.mask.reset();
    parts.light.reset();
    parts.membrane.reset();
    parts.grain.reset();
    parts.resting.reset();
  }

  /** Seconds since the frame before; forgets what was learnt from another face or before a cut. */
  #elapsed(face: FaceState): number {
    const seconds = (face.capturedAt - this.#capturedAt) / 1e6;
    if (face.trackId !== this.#trackId || !(seconds >= 0 && seconds <= CUT_S)) this.#forget();
    this.#trackId = face.trackId;
    this.#capturedAt = face.capturedAt;
    return Number.isNaN(seconds) ? 0 : seconds;
  }
}

/**
 * What draws the guide; null for a network that takes none.
 *
 * @throws RangeError if kernel memory runs out.
 */
export function guideOf(kernels: Kernels, { guide, skin }: WornPortrait, side: number): AvatarGuide | null {
  if (guide === null) return null;
  const { width, height, data, points } = guide;
  const address = kernels.alloc(data.length);
  kernels.u8(address, data.length).set(data);
  return new AvatarGuide(kernels, { texture: { address, width, height }, points, avatar: skin.avatar }, side);
}

/** What the light and the edge make of each cell that is shown. */
function writeFields({ patch: { fields }, light: { gains, offsets }, membrane: { ratios }, cells }: Parts): void {
  const { across, count, box } = cells;
  for (let row = box.top / CELL; row < box.bottom / CELL; row++) {
    for (let column = box.left / CELL; column < box.right / CELL; column++) {
      for (let channel = 0; channel < 3; channel++) {
        const i = channel * count + row * across + column;
        const ratio = Math.exp(ratios[i]!);
        fields[i] = ratio * gains[i]!;
        fields[3 * count + i] = 255 * ratio * offsets[channel]!;
      }
    }
  }
}
