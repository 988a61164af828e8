import type { AvatarEffect, AvatarFiles } from '../../../src/effects/avatar-effect.js';
import type { EffectContext, Preparation } from '../../../src/effects/effect.js';
import type { FrameAt } from '../../../src/frame/frame-at.js';
import type { FaceState } from '../../../src/tracking/face.js';

/** What the painted avatar does wrong in a frame. */
export type Fault = 'none' | 'throws' | 'throws late' | 'blends nothing' | 'says nothing' | 'withholds';

/** Files of an avatar that is painted. */
export function paintedFiles(name: string): AvatarFiles {
  return { name, network: new Uint8Array(1), texture: null };
}

/** An avatar that is a painted mask: a pattern over the box of the face. Its faults are the test's to choose. */
export class PaintedAvatar implements AvatarEffect {
  readonly name = 'avatar';
  readonly reason = null;
  readonly #faultOf: () => Fault;
  readonly #onPrepare: () => void;
  #frame: FrameAt | null = null;
  #pixels: Uint8Array = new Uint8Array(0);
  #fault: Fault = 'none';
  #box = { left: 0, top: 0, right: 0, bottom: 0 };

  /** @param onPrepare - called while a frame is under way, between two awaits of the path. */
  constructor(faultOf: () => Fault, onPrepare: () => void = () => {}) {
    this.#faultOf = faultOf;
    this.#onPrepare = onPrepare;
  }

  configure({ kernels, frame }: EffectContext): void {
    this.#frame = frame;
    this.#pixels = kernels.u8(frame.address, frame.layout.byteLength);
  }

  async prepare(face: FaceState | null): Promise<Preparation> {
    this.#fault = this.#faultOf();
    await null;
    this.#onPrepare();
    if (this.#fault === 'throws') throw new Error('the network failed');
    if (this.#fault === 'says nothing') return 'nothing';
    if (this.#fault === 'withholds' || face === null) return 'withhold';
    this.#box = boxOf(face.points);
    return 'blend';
  }

  blend(): void {
    if (this.#fault === 'blends nothing' || !this.#frame) return;
    const { strideY, width, height } = this.#frame.layout;
    const { left, top, right, bottom } = this.#box;
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
      if (this.#fault === 'throws late' && y > (top + bottom) / 2) throw new Error('the blend failed half-way');
      for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
        this.#pixels[y * strideY + x] = 60 + (((7 * x) ^ (5 * y)) % 128);
      }
    }
  }

  reset(): void {}

  async close(): Promise<void> {}
}

function boxOf(points: Float32Array) {
  const box = { left: 1e9, top: 1e9, right: -1e9, bottom: -1e9 };
  for (let at = 0; at < 3 * 468; at += 3) {
    box.left = Math.min(box.left, Math.floor(points[at]!));
    box.right = Math.max(box.right, Math.ceil(points[at]!));
    box.top = Math.min(box.top, Math.floor(points[at + 1]!));
    box.bottom = Math.max(box.bottom, Math.ceil(points[at + 1]!));
  }
  return box;
}
