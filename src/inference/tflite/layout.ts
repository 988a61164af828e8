/**
 * TFLite keeps pictures as batch, height, width, channels (NHWC), ONNX as batch, channels, height, width (NCHW). The
 * converter turns every four-dimensional value round; values of other ranks stay as they are.
 */
export type Shape4 = readonly [number, number, number, number];

/** Where NCHW's axes lie in NHWC: the permutation from the latter to the former. */
export const toChannelsFirst: Shape4 = [0, 3, 1, 2];
/** The way back. */
export const toChannelsLast: Shape4 = [0, 2, 3, 1];

/** A shape as the ONNX graph has it: NCHW where it has four axes. */
export function onnxShape(shape: readonly number[]): readonly number[] {
  return shape.length === 4 ? toChannelsFirst.map((axis) => shape[axis]!) : shape;
}

/** Whether both orders are the same bytes: one channel, or one pixel. */
export function isOrderFree(shape: readonly number[]): boolean {
  const [, height, width, channels] = shape;
  return shape.length !== 4 || channels === 1 || (height === 1 && width === 1);
}

/**
 * Turns the axes of a constant round: axis `n` of the result is axis `permutation[n]` of the input. Shapes of fewer
 * than four axes count as having ones in front.
 */
export function permute(
  data: ArrayLike<number>,
  shape: readonly number[],
  permutation: Shape4,
): { readonly data: Float32Array<ArrayBuffer>; readonly dims: readonly number[] } {
  const full = [...Array<number>(4 - shape.length).fill(1), ...shape];
  const strides = full.map((_, axis) => full.slice(axis + 1).reduce((product, side) => product * side, 1));
  const dims = permutation.map((axis) => full[axis]!);
  const [s0, s1, s2, s3] = permutation.map((axis) => strides[axis]!) as [number, number, number, number];
  const [d0, d1, d2, d3] = dims as [number, number, number, number];
  const result = new Float32Array(data.length);
  let at = 0;
  for (let a = 0; a < d0; a++)
    for (let b = 0; b < d1; b++)
      for (let c = 0; c < d2; c++) for (let d = 0; d < d3; d++) result[at++] = data[a * s0 + b * s1 + c * s2 + d * s3]!;
  return { data: result, dims };
}
