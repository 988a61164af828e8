// An avatar's network in fp32 and in INT8 on one thread, on dist/: node benchmarks/quantize.bench.mjs [part of a name]
// Its weights are those before training: the work is the same. How near INT8 comes to fp32 is told for a trained network
// by `mien avatar train`, in its report.
import { AvatarNetwork } from '../dist/inference/avatar-network.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { inferenceModel, networkLayout } from '../dist/training/inference-model.js';
import { avatarNetwork } from '../dist/training/network.js';
import { quantize } from '../dist/training/quantize/quantize.js';
import { isBrief, measure, report } from './measure.mjs';

const wanted = process.argv[2] ?? '';

/** Evenly distributed numbers, the same each time. */
let state = 1;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

for (const size of [128, 192]) {
  const network = avatarNetwork(size);
  // The spread of weights that keeps the spread of what goes through them, so that no range is empty.
  const values = new Float32Array(networkLayout(network).length).map(() => 0.12 * (random() - 0.5));
  const fp32 = inferenceModel({ network, values });
  const noise = (planes) => Float32Array.from({ length: planes * size * size }, random);
  const pictures = Array.from({ length: 4 }, () => ({ face: noise(3), guide: noise(4) }));
  const started = performance.now();
  const int8 = await quantize(fp32, pictures);
  const ms = Number((performance.now() - started).toFixed(0));
  console.log(
    JSON.stringify({ bench: `quantize/${size}, 4 pictures`, ms, fp32Bytes: fp32.length, int8Bytes: int8.length }),
  );
  const p50 = {};
  for (const [precision, bytes] of [
    ['fp32', fp32],
    ['int8', int8],
  ]) {
    const name = `avatar-network/${size}/${precision}`;
    if (!name.includes(wanted)) continue;
    const kernels = await Kernels.load(4 << 20);
    const avatar = await AvatarNetwork.open(kernels, bytes);
    kernels.f32(avatar.inputAddress, 3 * size * size).set(pictures[0].face);
    kernels.f32(avatar.guideAddress, 4 * size * size).set(pictures[0].guide);
    const result = await measure(name, () => avatar.run(), { warmup: 20, rounds: 200 });
    report(result);
    p50[precision] = result.p50;
    await avatar.close();
  }
  const speedup = Number((p50.fp32 / p50.int8).toFixed(2));
  if (p50.fp32 && p50.int8) console.log(JSON.stringify({ bench: `avatar-network/${size}/speedup`, times: speedup }));
  if (!isBrief && speedup < 1) process.exitCode = 1;
}
