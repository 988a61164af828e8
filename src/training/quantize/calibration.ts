import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphCopy } from '../../inference/onnx/copy-graph.js';
import type { OnnxModel } from '../../inference/onnx/onnx-model.js';
import { OnnxGraph } from '../../inference/onnx/onnx-writer.js';

/** How fine the numbers of a value are counted: 16 bins to a step of 8 bits. */
const BINS = 4096;

/** What a network takes at a time: the floats of each of its inputs, by name. More than it takes does not matter. */
export type NetworkInputs = Readonly<Record<string, Float32Array>>;

/** The inputs as the runtime takes them. @throws RangeError naming one that is missing. */
export function feedsOf({ inputs }: Pick<OnnxModel, 'inputs'>, given: NetworkInputs): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map(({ name, dims }) => {
      const floats = given[name];
      if (!floats) throw new RangeError(`nothing is given for the input ${name}`);
      return [name, new Tensor('float32', floats, dims as number[])];
    }),
  );
}

/** What numbers a value takes over the calibration pictures. */
export interface ValueStatistics {
  readonly least: number;
  readonly most: number;
  /** How many numbers lie in each of 4096 equal bins from `least` to `most`. */
  readonly histogram: Float64Array;
  /** Mean of each channel (the second side). */
  readonly channelMeans: Float64Array;
}

/**
 * Runs a model over pictures and counts the numbers of its inputs and of every value between its nodes.
 *
 * @param pictures - what it takes for each.
 * @returns statistics by the value's name.
 */
export async function calibrate(
  model: OnnxModel,
  pictures: readonly NetworkInputs[],
): Promise<ReadonlyMap<string, ValueStatistics>> {
  const { bytes, names } = exposeValues(model);
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  const eachValue = async (visit: (name: string, data: Float32Array, dims: readonly number[]) => void) => {
    for (const picture of pictures) {
      const feeds = feedsOf(model, picture);
      const results = await session.run(feeds);
      for (const [name, { data, dims }] of Object.entries(feeds)) visit(name, data as Float32Array, dims);
      for (const [name, exposed] of names) {
        const { data, dims } = results[exposed]!;
        visit(name, data as Float32Array, dims);
      }
    }
  };
  const ranges = new Map<string, { least: number; most: number }>();
  await eachValue((name, data) => {
    const range = ranges.get(name) ?? { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
    let { least, most } = range;
    for (let index = 0; index < data.length; index++) {
      const value = data[index]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    ranges.set(name, { least, most });
  });
  const statistics = new Map<string, ValueStatistics>();
  await eachValue((name, data, dims) => {
    const known = statistics.get(name) ?? emptyStatistics(ranges.get(name)!, dims[1] ?? 1);
    statistics.set(name, known);
    countNumbers(known, data, dims);
  });
  for (const { channelMeans } of statistics.values()) {
    for (let channel = 0; channel < channelMeans.length; channel++) channelMeans[channel]! /= pictures.length;
  }
  await session.release();
  return statistics;
}

function emptyStatistics(range: { least: number; most: number }, channels: number): ValueStatistics {
  return { ...range, histogram: new Float64Array(BINS), channelMeans: new Float64Array(channels) };
}

function countNumbers(
  { least, most, histogram, channelMeans }: ValueStatistics,
  data: Float32Array,
  dims: readonly number[],
) {
  const perChannel = data.length / (dims[0]! * (dims[1] ?? 1));
  const scale = BINS / Math.max(most - least, Number.MIN_VALUE);
  for (let start = 0; start < data.length; start += perChannel) {
    let sum = 0;
    for (let index = start; index < start + perChannel; index++) {
      const value = data[index]!;
      sum += value;
      histogram[Math.min(BINS - 1, Math.floor((value - least) * scale))]!++;
    }
    channelMeans[(start / perChannel) % channelMeans.length]! += sum / perChannel / dims[0]!;
  }
}

/** The model with all its float values as outputs. */
function exposeValues(model: OnnxModel): { bytes: Uint8Array; names: ReadonlyMap<string, string> } {
  const copy = new GraphCopy(model, new OnnxGraph('calibration'));
  const names = new Map<string, string>();
  for (const node of model.nodes) {
    const value = copy.node(node);
    const exposed = `value_${names.size}`;
    names.set(node.outputs[0]!, exposed);
    copy.graph.output(exposed, null, value);
  }
  return { bytes: copy.graph.serialize(), names };
}
