import { type DifferentiableGraph, type Shape, sizeOf, type Value } from './graph.js';

// Operators that only move elements, or average them in blocks of 2x2.

/** The same elements in another shape. @throws RangeError if that has another number of elements. */
export function reshape(graph: DifferentiableGraph, x: Value, shape: Shape): Value {
  if (sizeOf(shape) !== sizeOf(x.shape)) throw new RangeError(`[${x.shape}] cannot be reshaped to [${shape}]`);
  const y = graph.emit('Reshape', [x, graph.integers(shape)], shape);
  return graph.record(y, [x], (dy) => [graph.emit('Reshape', [dy, graph.integers(x.shape)], x.shape)]);
}

/** The part of each axis from `start` up to `end`. @throws RangeError if the part leaves the tensor or is empty. */
export function slice(
  graph: DifferentiableGraph,
  x: Value,
  parts: readonly { readonly axis: number; readonly start: number; readonly end: number }[],
): Value {
  const shape = [...x.shape];
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  for (const { axis, start, end } of parts) {
    const side = x.shape[axis];
    if (side === undefined || start < 0 || end > side || start >= end) {
      throw new RangeError(`[${x.shape}] has no part ${start} to ${end} of axis ${axis}`);
    }
    shape[axis] = end - start;
    before[axis] = start;
    after[axis] = side - end;
  }
  const integers = (of: 'start' | 'end' | 'axis') => graph.integers(parts.map((part) => part[of]));
  const y = graph.emit('Slice', [x, integers('start'), integers('end'), integers('axis')], shape);
  return graph.record(y, [x], (dy) => [graph.emit('Pad', [dy, graph.integers([...before, ...after])], x.shape)]);
}

/** The channels of all parts, one after the other. @throws RangeError if the parts differ in more than their channels. */
export function concatChannels(graph: DifferentiableGraph, ...parts: readonly Value[]): Value {
  const [images, , ...rest] = parts[0]!.shape as [number, number, ...number[]];
  const starts: number[] = [];
  let channels = 0;
  for (const { shape } of parts) {
    if ([shape[0], ...shape.slice(2)].join() !== [images, ...rest].join()) {
      throw new RangeError(`[${parts[0]!.shape}] and [${shape}] differ in more than their channels`);
    }
    starts.push(channels);
    channels += shape[1]!;
  }
  const y = graph.emit('Concat', parts, [images, channels, ...rest], { axis: 1 });
  const part = (dy: Value, start: number, shape: Shape) => {
    const [from, to, axis] = [[start], [start + shape[1]!], [1]].map((numbers) => graph.integers(numbers));
    return graph.emit('Slice', [dy, from!, to!, axis!], shape);
  };
  return graph.record(y, parts, (dy, wanted) =>
    parts.map(({ shape }, i) => (wanted[i] ? part(dy, starts[i]!, shape) : null)),
  );
}

/** Every four channels become 2x2 pixels: [n, 4c, h, w] to [n, c, 2h, 2w], ONNX mode DCR. */
export function depthToSpace(graph: DifferentiableGraph, x: Value): Value {
  const [images, channels, rows, columns] = x.shape as [number, number, number, number];
  const shape = [images, channels / 4, 2 * rows, 2 * columns];
  const y = graph.emit('DepthToSpace', [x], shape, { blocksize: 2, mode: 'DCR' });
  return graph.record(y, [x], (dy) => [graph.emit('SpaceToDepth', [dy], x.shape, { blocksize: 2 })]);
}

/** Each block of 2x2 pixels becomes four times the channels: the inverse of `depthToSpace`. Sides must be even. */
export function spaceToDepth(graph: DifferentiableGraph, x: Value): Value {
  const [images, channels, rows, columns] = x.shape as [number, number, number, number];
  const y = graph.emit('SpaceToDepth', [x], [images, 4 * channels, rows / 2, columns / 2], { blocksize: 2 });
  return graph.record(y, [x], (dy) => [graph.emit('DepthToSpace', [dy], x.shape, { blocksize: 2, mode: 'DCR' })]);
}

/** Means of blocks of 2x2 pixels. Sides must be even. */
export function halve(graph: DifferentiableGraph, x: Value): Value {
  const [images, channels, rows, columns] = x.shape as [number, number, number, number];
  const y = meansOfBlocks(graph, x, [images, channels, rows / 2, columns / 2]);
  return graph.record(y, [x], (dy) => {
    const quarter = graph.emit('Mul', [dy, graph.scalar(0.25)], y.shape);
    return [repeated(graph, quarter, x.shape)];
  });
}

/** Each pixel becomes 2x2 of itself. */
export function double(graph: DifferentiableGraph, x: Value): Value {
  const [images, channels, rows, columns] = x.shape as [number, number, number, number];
  const y = repeated(graph, x, [images, channels, 2 * rows, 2 * columns]);
  return graph.record(y, [x], (dy) => {
    return [graph.emit('Mul', [meansOfBlocks(graph, dy, x.shape), graph.scalar(4)], x.shape)];
  });
}

function meansOfBlocks(graph: DifferentiableGraph, x: Value, shape: Shape): Value {
  return graph.emit('AveragePool', [x], shape, { kernel_shape: [2, 2], strides: [2, 2] });
}

function repeated(graph: DifferentiableGraph, x: Value, shape: Shape): Value {
  return graph.emit('Resize', [x, null, graph.floats([4], [1, 1, 2, 2])], shape, {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
}
