import { alignFaces, landmarkError, ovalMask } from './face-alignment.js';
import { type FaceSignals, followSignals, readSignals } from './face-signals.js';
import { type Flicker, FlickerMeter } from './flicker.js';
import { lumaOf, type Plane, type RgbPicture, resamplePlane } from './picture.js';
import { type Seam, SeamMeter } from './seam.js';
import { relativeSharpness } from './sharpness.js';

/** One frame of a clip, before and after: an avatar was worn in it. */
export interface WornFrame {
  readonly input: RgbPicture;
  /** As large as the input. */
  readonly output: RgbPicture;
  /** Landmarks of the user's face in the input, and of the face in the output; null if none is seen there. */
  readonly driver: Float32Array;
  readonly worn: Float32Array | null;
  /** Where the avatar was blended into the frame, 0 to 1; null where no seam is to be looked for. */
  readonly mask: Plane | null;
}

/** What a clip tells of an avatar. Medians over frames, where it is a number a frame. */
export interface ClipFigures {
  readonly frames: number;
  /** Frames of the output in which no face is found. */
  readonly faceless: number;
  /** Correlation of the output's signals with the driver's. */
  readonly following: FaceSignals;
  /** Over the distance between the eyes. */
  readonly landmarkError: number;
  /** Against the portrait; see relativeSharpness. */
  readonly sharpness: number;
  /** In the output, and in the input at the same places: a chin is an edge in both. */
  readonly seam: Seam | null;
  readonly seamOfInput: Seam | null;
  /** Over the passages in which the driver hardly moves. */
  readonly flicker: Flicker | null;
}

/** Sharpness changes slowly: so many frames a look. */
const LOOK_EVERY = 5;
/** A face whose eyes, nose and mouth move less than this from frame to frame is still, in distances of the eyes. */
const STILL = 0.006;
/** The face without its edge, where seams are and the background shows. */
const INNER_FACE = 0.85;

/** Gathers what the frames of a clip tell of an avatar, in their order. */
export class ClipQuality {
  readonly #portrait: { readonly luma: Plane; readonly points: Float32Array };
  readonly #driver: FaceSignals[] = [];
  readonly #worn: FaceSignals[] = [];
  readonly #errors: number[] = [];
  readonly #sharpness: number[] = [];
  readonly #seam = new SeamMeter();
  readonly #seamOfInput = new SeamMeter();
  readonly #flicker = new FlickerMeter();
  #lastDriver: Float32Array | null = null;
  #frames = 0;
  #faceless = 0;

  /** @param points - landmarks of the portrait's face. */
  constructor(portrait: RgbPicture, points: Float32Array) {
    this.#portrait = { luma: lumaOf(portrait), points };
  }

  add({ input, output, driver, worn, mask }: WornFrame): void {
    this.#frames++;
    const isStill = this.#lastDriver !== null && landmarkError(driver, this.#lastDriver) < STILL;
    this.#lastDriver = driver.slice();
    if (!worn) {
      this.#faceless++;
      this.#flicker.cut();
      return;
    }
    this.#driver.push(readSignals(driver));
    this.#worn.push(readSignals(worn));
    this.#errors.push(landmarkError(worn, driver));
    const { width, height } = output;
    const before = lumaOf(input);
    const after = lumaOf(output);
    if (!isStill) this.#flicker.cut();
    this.#flicker.add(before, after, ovalMask(driver, width, height, INNER_FACE));
    if (mask) {
      this.#seam.add(after, mask);
      this.#seamOfInput.add(before, mask);
    }
    if (this.#frames % LOOK_EVERY !== 0) return;
    const portrait = resamplePlane(this.#portrait.luma, alignFaces(worn, this.#portrait.points), width, height);
    this.#sharpness.push(relativeSharpness(after, portrait, ovalMask(worn, width, height, INNER_FACE)));
  }

  get figures(): ClipFigures {
    return {
      frames: this.#frames,
      faceless: this.#faceless,
      following: followSignals(this.#worn, this.#driver),
      landmarkError: median(this.#errors),
      sharpness: median(this.#sharpness),
      seam: this.#seam.seam,
      seamOfInput: this.#seamOfInput.seam,
      flicker: this.#flicker.ratio,
    };
  }
}

/** The middle of the values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
