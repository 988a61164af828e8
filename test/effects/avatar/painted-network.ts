import type { FaceNetwork } from '../../../src/inference/avatar-network.js';
import type { Kernels } from '../../../src/kernels/kernels.js';

/** Red, green, blue, 0 to 1. */
export type Colour = readonly [number, number, number];

/** Stands in for an avatar's network: paints one colour wherever its mask is 1. */
export class PaintedNetwork implements FaceNetwork {
  readonly inputAddress: number;
  readonly guideAddress: number | null;
  readonly output: Float32Array;
  colour: Colour;
  /** The learned mask at a pixel, as parts of the square. */
  maskAt: (x: number, y: number) => number = () => 1;
  /** Written over the output's first value. */
  flaw: number | null = null;
  failure: Error | null = null;
  isClosed = false;

  constructor(
    kernels: Kernels,
    colour: Colour,
    readonly size = 64,
    isGuided = false,
  ) {
    this.inputAddress = kernels.alloc(12 * size * size);
    this.guideAddress = isGuided ? kernels.alloc(16 * size * size) : null;
    this.output = kernels.f32(kernels.alloc(16 * size * size), 4 * size * size);
    this.colour = colour;
  }

  async run(): Promise<void> {
    if (this.failure) throw this.failure;
    const { size, output } = this;
    const count = size * size;
    for (let i = 0; i < count; i++) {
      for (let channel = 0; channel < 3; channel++) output[channel * count + i] = this.colour[channel]!;
      output[3 * count + i] = this.maskAt(((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size);
    }
    if (this.flaw !== null) output[(size / 2) * size + size / 2] = this.flaw;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
