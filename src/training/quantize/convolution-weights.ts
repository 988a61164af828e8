/** A convolution's weights in 8 bits. */
export interface QuantizedConvolution {
  /** [filters, channels, height, width], −127 to 127. */
  readonly weights: Int8Array<ArrayBuffer>;
  /** Step of each filter. */
  readonly scales: Float32Array<ArrayBuffer>;
  /** Bias of each filter, in steps of the filter's scale times the input's. */
  readonly bias: Int32Array<ArrayBuffer>;
  /** Its steps. */
  readonly biasScales: Float32Array<ArrayBuffer>;
}

/** A convolution in floats. */
export interface Convolution {
  /** [filters, channels, height, width]. */
  readonly weights: Float32Array;
  readonly dims: readonly number[];
  readonly bias: Float32Array;
}

/**
 * Two neighbouring products, of a byte up to 255 each, must fit into 16 bits with their sign: processors without VNNI add
 * them there and cut off what does not fit. 128 · 255 < 32768.
 */
const LARGEST_PAIR = 128;
/** Scales that are tried for each filter, from the one that cuts nothing off. */
const STEPS = 24;

/**
 * Quantizes a convolution's weights, each filter by the scale that makes the least squared error, and moves its bias by
 * what the rounded weights shift the filter's mean.
 * Source of the correction: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction", 4.2.
 *
 * @param inputScale - step of the convolution's input.
 * @param channelMeans - mean of each channel of its input.
 */
export function quantizeConvolution(
  { weights, dims, bias }: Convolution,
  inputScale: number,
  channelMeans: ArrayLike<number>,
): QuantizedConvolution {
  const filters = dims[0]!;
  const length = weights.length / filters;
  const area = dims[2]! * dims[3]!;
  const quantized = {
    weights: new Int8Array(weights.length),
    scales: new Float32Array(filters),
    bias: new Int32Array(filters),
    biasScales: new Float32Array(filters),
  };
  for (let filter = 0; filter < filters; filter++) {
    const floats = weights.subarray(filter * length, (filter + 1) * length);
    const bytes = quantized.weights.subarray(filter * length, (filter + 1) * length);
    const scale = quantizeFilter(floats, area, bytes);
    let shift = 0;
    for (let index = 0; index < length; index++) {
      shift += (bytes[index]! * scale - floats[index]!) * channelMeans[Math.floor(index / area) % channelMeans.length]!;
    }
    const biasScale = Math.fround(scale * inputScale);
    quantized.scales[filter] = scale;
    quantized.biasScales[filter] = biasScale;
    quantized.bias[filter] = Math.round((bias[filter]! - shift) / biasScale);
  }
  return quantized;
}

/** Fills `bytes`; gives the scale. */
function quantizeFilter(floats: Float32Array, area: number, bytes: Int8Array): number {
  const largest = floats.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-8);
  const smallestScale = Math.max(largest / 127, largestPair(floats, area) / LARGEST_PAIR);
  let best = smallestScale;
  let bestError = Number.POSITIVE_INFINITY;
  // Upwards only: a smaller one would have to cut the largest weights off, which as a rule are the ones that matter.
  for (let step = 0; step < STEPS; step++) {
    const scale = Math.fround(smallestScale * (1 + (0.5 * step) / STEPS));
    const error = floats.reduce((sum, value) => sum + (Math.round(value / scale) * scale - value) ** 2, 0);
    if (error < bestError) [best, bestError] = [scale, error];
  }
  for (let index = 0; index < floats.length; index++) {
    bytes[index] = Math.min(127, Math.max(-127, Math.round(floats[index]! / best)));
  }
  return best;
}

/**
 * The largest sum of two neighbours of one sign, in the order in which the runtime multiplies: by position, then channel.
 */
function largestPair(floats: Float32Array, area: number): number {
  const channels = floats.length / area;
  const at = (index: number): number => floats[(index % channels) * area + Math.floor(index / channels)]!;
  let most = 0;
  for (let index = 0; index + 1 < floats.length; index += 2) {
    const [one, other] = [at(index), at(index + 1)];
    if (one > 0 === other > 0) most = Math.max(most, Math.abs(one + other));
  }
  return most;
}
