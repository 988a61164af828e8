import { z } from 'zod';
import { concatChannels, depthToSpace, slice, spaceToDepth } from './graph/arrangement.js';
import { convolution, paddedBy } from './graph/convolution.js';
import { add, clip, relu } from './graph/elementwise.js';
import type { DifferentiableGraph, Value } from './graph/graph.js';

const channels = z.number().int().min(4).max(512);

/** What an avatar's network looks like. Kept with its weights, which mean nothing without it. */
export const AvatarNetwork = z.strictObject({
  /** Side of the square that goes in and out, in pixels. */
  size: z.number().int().min(64).max(256).multipleOf(16),
  /** Channels after each halving of the picture, from the first, which looks at 5x5 pixels. */
  encoder: z.tuple([channels, channels, channels, channels]),
  /** Channels at the smallest size, a sixteenth. */
  middle: channels,
  /** Channels after each doubling; the last doubling is that of the output. */
  decoder: z.tuple([channels, channels, channels]),
  /** The levels of the decoder, from the smallest, that also see the encoder's picture of their size. */
  skips: z.array(z.number().int().min(0).max(2)),
});
export type AvatarNetwork = z.infer<typeof AvatarNetwork>;

/**
 * The network that mien trains: 436 million multiplications at 128 px, 982 million at 192 px.
 *
 * The skip at half size costs a tenth of them. After 300 steps on a recording's 64 px pictures, another recording came out at
 * 24.4 dB with it and at 23.3 dB without, the edges with 0.40 and 0.34 of the target's energy.
 */
export function avatarNetwork(size: number): AvatarNetwork {
  return { size, encoder: [24, 48, 96, 160], middle: 128, decoder: [128, 64, 40], skips: [0, 1, 2] };
}

/**
 * Builds the network on a picture of the user [n, 3, s, s] and the guide [n, 4, s, s], the portrait where the user's face
 * moves it, both 0..1: an encoder of strided convolutions, a decoder of subpixel convolutions with the encoder's pictures
 * beside it. The guide's pixels go round all of that: what is right in them is sharp from the first step, and what is
 * learnt is what a mesh cannot do: light, gaze, the mouth's inside, the mask. No normalisation: ReLU alone becomes nothing
 * in INT8.
 *
 * @returns red, green, blue and mask, [n, 4, s, s], about 0..1: see `limited`.
 */
export function buildNetwork(graph: DifferentiableGraph, network: AvatarNetwork, face: Value, guide: Value): Value {
  const pixels = spaceToDepth(graph, guide);
  const encoded: Value[] = [];
  let x = concatChannels(graph, face, guide);
  for (const [level, channels] of network.encoder.entries()) {
    const kernel = level === 0 ? 5 : 3;
    x = relu(graph, layer(graph, x, `encoder${level}`, { channels, kernel, stride: 2 }));
    encoded.push(x);
  }
  x = relu(graph, layer(graph, x, 'middle', { channels: network.middle, kernel: 3 }));
  for (const [level, channels] of network.decoder.entries()) {
    x = doubled(graph, x, `up${level}`, channels);
    const beside = network.skips.includes(level) ? encoded[network.encoder.length - 2 - level] : undefined;
    const isLast = level === network.decoder.length - 1;
    const seen = concatChannels(graph, x, ...(beside ? [beside] : []), ...(isLast ? [pixels] : []));
    const refined = relu(graph, layer(graph, seen, `refine${level}`, { channels, kernel: 3 }));
    x = beside ? refined : add(graph, x, refined);
  }
  // The last layer works at half size, four times cheaper. It paints what the guide lacks, which is little at first.
  const painted = layer(graph, x, 'output', { channels: 16, kernel: 3, gain: 0.1 });
  return add(graph, coloursOf(graph, guide), depthToSpace(graph, painted));
}

/** The colours of a guide alone: where it is drawn says little about where it shows, and its edge has steps. */
function coloursOf(graph: DifferentiableGraph, guide: Value): Value {
  return graph.emit('Mul', [guide, graph.floats([1, 4, 1, 1], [1, 1, 1, 0])], guide.shape);
}

/** The network's output as it leaves the finished model: 0..1. */
export function limited(graph: DifferentiableGraph, linear: Value): Value {
  return clip(graph, linear, 0, 1);
}

interface Layer {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly gain?: number;
  readonly mean?: number;
}

/** A convolution with kernels that keep the deviation of what they see. Source: He et al. 2015, arXiv:1502.01852. */
function layer(graph: DifferentiableGraph, x: Value, name: string, wanted: Layer): Value {
  const { channels, kernel, stride = 1, padding = (kernel - 1) >> 1, gain = 1, mean = 0 } = wanted;
  const inputs = x.shape[1]!;
  const deviation = gain * Math.sqrt(2 / (inputs * kernel * kernel));
  const weights = graph.parameter(`${name}.weights`, [channels, inputs, kernel, kernel], { deviation });
  const bias = graph.parameter(`${name}.bias`, [channels], { mean });
  return convolution(graph, x, weights, bias, { stride, padding: paddedBy(padding) });
}

/**
 * Twice the size by a 2x2 convolution with four times the channels, which become 2x2 pixels: every new pixel sees the 2x2
 * old ones about it, with 4/9 of the work of 3x3. Source: Shi et al. 2016, arXiv:1609.05158, with an even kernel.
 */
function doubled(graph: DifferentiableGraph, x: Value, name: string, channels: number): Value {
  const side = 2 * x.shape[2]!;
  const blocks = relu(graph, layer(graph, x, name, { channels: 4 * channels, kernel: 2, padding: 1 }));
  // The even kernel sees one row and column more than there are; the outermost pixels of its result are of them alone.
  const inner = (axis: number) => ({ axis, start: 1, end: side + 1 });
  return slice(graph, depthToSpace(graph, blocks), [inner(2), inner(3)]);
}
