import { MESH_POINTS } from '../blending/canonical-face.js';
import { SKIN_POINTS } from '../blending/face-outlines.js';
import { toCanonical, toFrame } from '../blending/face-pose.js';
import { insetRim, RimFade } from '../blending/face-rim.js';
import {
  type FaceWindow,
  frameToTensor,
  mapPoints,
  tensorToFrame,
  windowOf,
  withMargin,
} from '../blending/face-window.js';
import { FOREHEAD_EDGE, FOREHEAD_POINTS, raiseForehead } from '../blending/forehead.js';
import { Retargeter } from '../blending/retarget.js';
import type { FrameAt } from '../frame/frame-at.js';
import type { Kernels } from '../kernels/kernels.js';
import { DrawnMesh, type TextureAt } from '../kernels/triangles.js';
import { AvatarAtlas } from './avatar-atlas.js';
import { LightMatch } from './light-match.js';
import { MouthInside } from './mouth-inside.js';
import { samplePicture } from './picture.js';
import type { Portrait } from './portrait.js';
import { SkinLikeness } from './skin-likeness.js';
import {
  FOREHEAD_FIRST,
  LEFT_EYE_PART,
  MOUTH_PART,
  RIGHT_EYE_PART,
  TARGET_VERTICES,
  targetTriangles,
} from './target-mesh.js';

/** Targets are drawn with so many pixels a side for each of theirs. */
const FINE = 2;
/** Of 128 pixels: the mask is faded over so many inside its edge. */
const FEATHER = 3;
/** Weight of plain skin; eyes and mouth have 255. */
const SKIN_WEIGHT = 85;
/** Points of the forehead that hair seldom covers. */
const FOREHEAD_SKIN = [151, 9, 108, 337, 69, 299, 104, 333, 67, 297, 10, 8, 107, 336] as const;
/** Cells of the field of light, a side. */
const LIGHT_CELLS = 24;

/** What a network learns from one frame. Pixels of the window with its margin, `side` × `side`, planes without padding. */
export interface TargetPair {
  readonly side: number;
  /** What it sees: red, green and blue planes, 0 to 255. */
  readonly input: Uint8Array;
  /** What it shall show: likewise. Beside the mask, the input. */
  readonly target: Uint8Array;
  /** Where the avatar covers the frame, 0 to 255, soft at its edge. */
  readonly mask: Uint8Array;
  /** How much each pixel of the target matters: 0 beside the avatar, 85 on skin, 255 at eyes and mouth. */
  readonly weight: Uint8Array;
  /** Where the avatar's points were put, LANDMARK_COUNT × (x, y, z) in pixels of the pair. */
  readonly points: Float32Array;
  /** The window with its margin, in pixels of the frame. */
  readonly window: FaceWindow;
}

/** Which part of a frame pairs are made of. */
export interface TargetOptions {
  /** Side of the network's input in pixels. */
  readonly side: number;
  /** Pixels more on each side, for random crops. Default: 0. */
  readonly margin?: number | undefined;
}

/**
 * Makes pairs of what a network sees and what it shall show: the user's face, and the portrait warped to do the same, lit
 * from where the user is lit. Allocates in the constructor only; the same frames give the same pairs.
 */
export class TargetMaker {
  /** The pair that `make` fills. */
  readonly #pair: TargetPair;
  readonly #kernels: Kernels;
  readonly #options: { readonly side: number; readonly margin: number };
  readonly #mouthOf: 'own' | 'user';
  readonly #retargeter: Retargeter;
  readonly #atlas: AvatarAtlas;
  readonly #mesh: DrawnMesh;
  readonly #light: LightMatch;
  readonly #canvas: TextureAt;
  readonly #canvasPixels: Uint8Array;
  readonly #tensor: Float32Array;
  readonly #mouth: MouthInside;
  /** Coverage of the avatar and the same made soft: planes in kernel memory. */
  readonly #coverage: Uint8Array;
  readonly #soft: Uint8Array;
  readonly #drawn: Float32Array;
  readonly #shape: Float32Array;
  readonly #user: Float32Array;
  readonly #skin = new Float32Array(3 * SKIN_POINTS.length);
  readonly #places = new Float32Array(2 * SKIN_POINTS.length);
  readonly #gains = new Float32Array((LIGHT_CELLS + 1) ** 2);
  readonly #rim = new RimFade();
  readonly #raised = new Float32Array(3 * FOREHEAD_POINTS);
  readonly #likeness = new SkinLikeness();
  readonly #forehead = new Float32Array(3 * FOREHEAD_SKIN.length);

  /**
   * @param kernels - its memory takes the atlas and the planes: some 6 MiB at 192 pixels.
   * @param user - the user's shape at rest: `Driver.neutral`.
   * @param mouth - whose mouth's inside is shown: the portrait's own must be open. Default: the user's.
   * @throws RangeError if kernel memory runs out.
   */
  constructor(
    kernels: Kernels,
    portrait: Portrait,
    user: Float32Array,
    { side, margin = 0 }: TargetOptions,
    mouth: 'own' | 'user' = 'user',
  ) {
    const wide = side + 2 * margin;
    const count = portrait.points.length;
    this.#kernels = kernels;
    this.#options = { side, margin };
    this.#mouthOf = mouth;
    this.#retargeter = new Retargeter(user, portrait.neutral);
    this.#atlas = new AvatarAtlas(kernels, portrait);
    this.#mesh = new DrawnMesh(kernels, TARGET_VERTICES, targetTriangles());
    this.#light = new LightMatch(skinOf(portrait));
    const fine = FINE * wide;
    this.#canvas = { address: kernels.alloc(4 * fine * fine), width: fine, height: fine };
    this.#canvasPixels = kernels.u8(this.#canvas.address, 4 * fine * fine);
    this.#tensor = kernels.f32(kernels.alloc(12 * wide * wide), 3 * wide * wide);
    this.#mouth = new MouthInside(kernels, this.#atlas, this.#mesh.source, 2 * FINE);
    this.#coverage = kernels.u8(kernels.alloc(wide * wide), wide * wide);
    this.#soft = kernels.u8(kernels.alloc(wide * wide), wide * wide);
    this.#drawn = new Float32Array(count);
    this.#shape = new Float32Array(count);
    this.#user = new Float32Array(count);
    this.#pair = {
      side: wide,
      input: new Uint8Array(3 * wide * wide),
      target: new Uint8Array(3 * wide * wide),
      mask: new Uint8Array(wide * wide),
      weight: new Uint8Array(wide * wide),
      points: new Float32Array(count),
      window: { centreX: 0, centreY: 0, size: 0, roll: 0 },
    };
    this.#placePortrait(portrait);
  }

  /**
   * The pair of one frame. Its arrays are overwritten by the next call.
   *
   * @param frame - in the maker's kernel memory. @param points - the user's, LANDMARK_COUNT × (x, y, z) in its pixels.
   */
  make(frame: FrameAt, points: Float32Array): TargetPair {
    const { side, margin } = this.#options;
    const wide = this.#pair.side;
    const pose = this.#retargeter.apply(points, this.#drawn);
    const window = withMargin(windowOf(pose), side, margin);
    this.#kernels.cropToTensor(frame, tensorToFrame(window, wide), wide, wide, 1, 0, this.#tensor.byteOffset);
    toBytes(this.#tensor, this.#pair.input);
    this.#user.set(points);
    mapPoints(frameToTensor(window, wide), this.#user);
    toCanonical(pose, this.#drawn, this.#shape);
    this.#pair.points.set(this.#drawn);
    mapPoints(frameToTensor(window, wide), this.#pair.points);

    this.#measureLight();
    this.#atlas.drawEyes(this.#shape, this.#mesh.source);
    if (this.#mouthOf === 'user') this.#mouth.read(frame, tensorToFrame(window, wide), wide, this.#user, this.#light);
    raiseForehead(this.#shape, this.#raised);
    toFrame(pose, this.#raised, this.#raised);
    mapPoints(frameToTensor(window, wide), this.#raised);
    this.#drawMesh();
    this.#shrinkCanvas();
    this.#spareHair();
    this.#softenMask();
    this.#weigh();
    return Object.assign(this.#pair, { window });
  }

  /** Puts the portrait's points into the texture, the rim a little further in. */
  #placePortrait({ points, shape, pose }: Portrait): void {
    const { source } = this.#mesh;
    for (let point = 0; point < MESH_POINTS; point++) {
      source[3 * point] = points[3 * point]!;
      source[3 * point + 1] = points[3 * point + 1]!;
    }
    insetRim(source);
    // Where the mouth's inside is the portrait's own; otherwise each frame puts it elsewhere.
    MOUTH_PART.edge.forEach((point, i) => {
      source.set([points[3 * point]!, points[3 * point + 1]!], 3 * (MOUTH_PART.first + i));
    });
    const raised = this.#raised;
    raiseForehead(shape, raised);
    toFrame(pose, raised, raised);
    for (let i = 0; i < FOREHEAD_POINTS; i++) {
      source[3 * (FOREHEAD_FIRST + i)] = raised[3 * i]!;
      source[3 * (FOREHEAD_FIRST + i) + 1] = raised[3 * i + 1]!;
    }
  }

  #measureLight(): void {
    const wide = this.#pair.side;
    SKIN_POINTS.forEach((point, i) => {
      const x = this.#user[3 * point]!;
      const y = this.#user[3 * point + 1]!;
      this.#places[2 * i] = (2 * x) / wide - 1;
      this.#places[2 * i + 1] = (2 * y) / wide - 1;
      const column = Math.min(Math.max(Math.floor(x), 1), wide - 2);
      const row = Math.min(Math.max(Math.floor(y), 1), wide - 2);
      for (let plane = 0; plane < 3; plane++) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) sum += this.#tensor[(plane * wide + row + dy) * wide + column + dx]!;
        }
        this.#skin[3 * i + plane] = sum / 9;
      }
    });
    this.#light.measure(this.#skin, this.#places);
    for (let row = 0; row <= LIGHT_CELLS; row++) {
      for (let column = 0; column <= LIGHT_CELLS; column++) {
        const gain = this.#light.gain((2 * column) / LIGHT_CELLS - 1, (2 * row) / LIGHT_CELLS - 1);
        this.#gains[row * (LIGHT_CELLS + 1) + column] = gain;
      }
    }
  }

  #drawMesh(): void {
    const mesh = this.#mesh;
    const seen = this.#pair.points;
    for (let i = 0; i < 3 * MESH_POINTS; i++) mesh.points[i] = FINE * seen[i]!;
    for (const { edge, first } of [RIGHT_EYE_PART, LEFT_EYE_PART, MOUTH_PART]) {
      edge.forEach((point, i) => {
        for (let axis = 0; axis < 3; axis++) mesh.points[3 * (first + i) + axis] = FINE * seen[3 * point + axis]!;
      });
    }
    for (let i = 0; i < this.#raised.length; i++) mesh.points[3 * FOREHEAD_FIRST + i] = FINE * this.#raised[i]!;
    this.#rim.apply(seen, this.#shape, mesh.source);
    mesh.sort();
    this.#canvasPixels.fill(0);
    mesh.draw(this.#atlas.texture, this.#canvas);
  }

  /** From the canvas to target and coverage: means of FINE × FINE pixels, lit; the input shows beside the avatar. */
  #shrinkCanvas(): void {
    const { side: wide, input, target } = this.#pair;
    const plane = wide * wide;
    const fine = this.#canvasPixels;
    const row = 4 * FINE * wide;
    const red = this.#light.red();
    const blue = this.#light.blue();
    const count = FINE * FINE;
    for (let y = 0; y < wide; y++) {
      for (let x = 0; x < wide; x++) {
        const i = y * wide + x;
        let [r, g, b, a, drawn] = [0, 0, 0, 0, 0];
        for (let part = 0; part < count; part++) {
          const at = FINE * (y * row + 4 * x) + row * Math.floor(part / FINE) + 4 * (part % FINE);
          // Faded pixels have their colour; those that were never drawn are black through and through.
          const isDrawn = fine[at + 3]! > 0 ? 1 : 0;
          r += isDrawn * fine[at]!;
          g += isDrawn * fine[at + 1]!;
          b += isDrawn * fine[at + 2]!;
          a += fine[at + 3]!;
          drawn += isDrawn;
        }
        this.#coverage[i] = a / count;
        if (drawn === 0) {
          for (let k = 0; k < 3; k++) target[k * plane + i] = input[k * plane + i]!;
          continue;
        }
        const gain = this.#gainAt(x, y) / drawn;
        const share = drawn / count;
        target[i] = mix(input[i]!, r * gain * red, share);
        target[plane + i] = mix(input[plane + i]!, g * gain, share);
        target[2 * plane + i] = mix(input[2 * plane + i]!, b * gain * blue, share);
      }
    }
  }

  #gainAt(x: number, y: number): number {
    const wide = this.#pair.side;
    const u = Math.min(((x + 0.5) * LIGHT_CELLS) / wide, LIGHT_CELLS - 1e-3);
    const v = Math.min(((y + 0.5) * LIGHT_CELLS) / wide, LIGHT_CELLS - 1e-3);
    const column = Math.floor(u);
    const row = Math.floor(v);
    const at = row * (LIGHT_CELLS + 1) + column;
    const gains = this.#gains;
    const upper = gains[at]! + (gains[at + 1]! - gains[at]!) * (u - column);
    const below = at + LIGHT_CELLS + 1;
    const lower = gains[below]! + (gains[below + 1]! - gains[below]!) * (u - column);
    return upper + (lower - upper) * (v - row);
  }

  /** Above the mesh's edge the avatar covers only what is skin: the user's hair stays in front. */
  #spareHair(): void {
    const { side: wide, input, points } = this.#pair;
    const plane = wide * wide;
    FOREHEAD_SKIN.forEach((point, i) => {
      const column = Math.min(Math.max(Math.floor(this.#user[3 * point]!), 0), wide - 1);
      const row = Math.min(Math.max(Math.floor(this.#user[3 * point + 1]!), 0), wide - 1);
      for (let k = 0; k < 3; k++) this.#forehead[3 * i + k] = input[k * plane + row * wide + column]!;
    });
    this.#likeness.measure(this.#forehead);
    for (let i = 0; i < FOREHEAD_EDGE.length - 1; i++) {
      const from = 3 * FOREHEAD_EDGE[i]!;
      const to = 3 * FOREHEAD_EDGE[i + 1]!;
      const begin = Math.max(0, Math.ceil(Math.min(points[from]!, i === 0 ? 0 : wide) - 0.5));
      const last = i === FOREHEAD_EDGE.length - 2;
      const end = Math.min(wide, Math.ceil((last ? wide : points[to]!) - 0.5));
      for (let x = begin; x < end; x++) {
        const part = Math.min(Math.max((x + 0.5 - points[from]!) / (points[to]! - points[from]!), 0), 1);
        const edge = points[from + 1]! + part * (points[to + 1]! - points[from + 1]!);
        for (let y = 0; y < Math.min(wide, edge); y++) {
          const at = y * wide + x;
          if (this.#coverage[at] === 0) continue;
          this.#coverage[at]! *= this.#likeness.of(input[at]!, input[plane + at]!, input[2 * plane + at]!);
        }
      }
    }
  }

  /** The coverage, its edge drawn in and made soft. */
  #softenMask(): void {
    const { side: wide, mask } = this.#pair;
    const radius = Math.max(1, Math.round((FEATHER * this.#options.side) / 128));
    const from = this.#coverage.byteOffset;
    const to = this.#soft.byteOffset;
    this.#kernels.boxFilterU8(from, wide, to, wide, wide, wide, radius);
    mask.set(this.#coverage);
    this.#kernels.boxFilterU8(to, wide, from, wide, wide, wide, radius);
    for (let i = 0; i < mask.length; i++) {
      const soft = Math.min(Math.max((this.#coverage[i]! - 140) * (255 / 110), 0), 255);
      mask[i] = Math.min(soft, mask[i]!);
    }
  }

  #weigh(): void {
    const { side: wide, mask, weight, points } = this.#pair;
    for (let i = 0; i < weight.length; i++) weight[i] = mask[i]! > 0 ? SKIN_WEIGHT : 0;
    for (const { edge } of [RIGHT_EYE_PART, LEFT_EYE_PART, MOUTH_PART]) {
      let [left, top, right, bottom] = [wide, wide, 0, 0];
      for (const point of edge) {
        left = Math.min(left, points[3 * point]!);
        right = Math.max(right, points[3 * point]!);
        top = Math.min(top, points[3 * point + 1]!);
        bottom = Math.max(bottom, points[3 * point + 1]!);
      }
      const reach = 0.22 * Math.max(right - left, bottom - top) + 1;
      const endX = Math.min(wide, Math.ceil(right + reach));
      const endY = Math.min(wide, Math.ceil(bottom + reach));
      for (let y = Math.max(0, Math.floor(top - reach)); y < endY; y++) {
        for (let x = Math.max(0, Math.floor(left - reach)); x < endX; x++) {
          if (mask[y * wide + x]! > 0) weight[y * wide + x] = 255;
        }
      }
    }
  }
}

/** Red, green and blue of the portrait at SKIN_POINTS: means over a few millimetres. */
function skinOf({ texture, points, pose }: Portrait): Float64Array {
  const skin = new Float64Array(3 * SKIN_POINTS.length);
  const texel = new Float64Array(4);
  const reach = 0.15 * pose.scale;
  SKIN_POINTS.forEach((point, i) => {
    for (let part = 0; part < 9; part++) {
      const x = points[3 * point]! + reach * ((part % 3) - 1);
      const y = points[3 * point + 1]! + reach * (Math.floor(part / 3) - 1);
      samplePicture(texture, x, y, texel);
      for (let k = 0; k < 3; k++) skin[3 * i + k]! += texel[k]! / 9;
    }
  });
  return skin;
}

function mix(from: number, to: number, share: number): number {
  return Math.min(from + (Math.min(to, 255) - from) * share + 0.5, 255);
}

function toBytes(from: Float32Array, into: Uint8Array): void {
  for (let i = 0; i < into.length; i++) into[i] = from[i]! + 0.5;
}
