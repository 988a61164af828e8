import { AvatarNetwork } from '../../inference/avatar-network.js';
import { Kernels } from '../../kernels/kernels.js';
import type { FlatPair } from './unseen-pictures.js';

/** What a network makes of pictures, and how long it takes. */
export interface NetworkRuns {
  /** [4, S, S] each, 0..1. */
  readonly avatars: readonly Float32Array[];
  /** Median of a run, one thread. */
  readonly milliseconds: number;
}

/** Runs a network over pictures, as it will be worn. @throws UserError MODEL_INVALID. */
export async function runNetwork(onnx: Uint8Array, pairs: readonly FlatPair[]): Promise<NetworkRuns> {
  const size = pairs[0]?.size ?? 0;
  const kernels = await Kernels.load(32 * size * size + (1 << 20));
  const network = await AvatarNetwork.open(kernels, onnx);
  try {
    const input = kernels.f32(network.inputAddress, 3 * size * size);
    const avatars: Float32Array[] = [];
    const times: number[] = [];
    for (const { face } of pairs) {
      input.set(face);
      const before = performance.now();
      await network.run();
      times.push(performance.now() - before);
      avatars.push(network.output.slice());
    }
    return { avatars, milliseconds: median(times) };
  } finally {
    await network.close();
  }
}

/** The middle one of the values; NaN of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
