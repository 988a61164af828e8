import { AvatarNetwork } from '../../inference/avatar-network.js';
import { Kernels } from '../../kernels/kernels.js';
import { choosePrecision, comparePrecision } from '../quantize/compare-precision.js';
import { type FlatPair, nearness } from './unseen-pictures.js';

/** What a finished network comes to, measured on pictures that it never learnt from. */
export interface MeasuredNetwork {
  /** The one that is worn, and why in words. */
  readonly precision: 'fp32' | 'int8';
  readonly reason: string;
  /** What that one makes of the pictures: [4, S, S] each, 0..1. */
  readonly avatars: readonly Float32Array[];
  /** Medians: of that one to what was aimed at, and of INT8 to fp32. */
  readonly targetDb: number;
  readonly int8Db: number;
  /** Medians of a run, one thread. */
  readonly fp32Ms: number;
  readonly int8Ms: number;
}

/** Runs both forms of a network over pictures, as they will be worn. @throws UserError MODEL_INVALID. */
export async function measureNetwork(
  fp32: Uint8Array,
  int8: Uint8Array,
  unseen: readonly FlatPair[],
): Promise<MeasuredNetwork> {
  const loss = await comparePrecision(
    fp32,
    int8,
    unseen.map(({ face, guide }) => ({ face, guide })),
  );
  const { precision, reason } = choosePrecision(loss);
  const exact = await runNetwork(fp32, unseen);
  const small = await runNetwork(int8, unseen);
  const { avatars } = precision === 'int8' ? small : exact;
  return {
    precision,
    reason,
    avatars,
    targetDb: median(unseen.map((pair, at) => nearness(pair, avatars[at]!))),
    int8Db: loss.psnrDb.median,
    fp32Ms: exact.milliseconds,
    int8Ms: small.milliseconds,
  };
}

async function runNetwork(onnx: Uint8Array, pairs: readonly FlatPair[]) {
  const size = pairs[0]?.size ?? 0;
  const kernels = await Kernels.load(48 * size * size + (1 << 20));
  const network = await AvatarNetwork.open(kernels, onnx);
  try {
    const input = kernels.f32(network.inputAddress, 3 * size * size);
    const guided = network.guideAddress === null ? null : kernels.f32(network.guideAddress, 4 * size * size);
    const avatars: Float32Array[] = [];
    const times: number[] = [];
    for (const { face, guide } of pairs) {
      input.set(face);
      guided?.set(guide);
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
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
