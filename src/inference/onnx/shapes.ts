import {
  axisOf,
  count,
  int,
  integers,
  ints,
  LARGEST_WINDOW,
  type NodeAt,
  type NodeResult,
  type Shape,
  shapeOf,
  within,
  word,
  wrong,
} from './node-at.js';
import { floatsOf } from './onnx-model.js';

type Rule = (at: NodeAt) => NodeResult;

const of = (shape: Shape, multiplyAccumulates = 0): NodeResult => ({ shape, multiplyAccumulates });

const same: Rule = (at) => of(shapeOf(at, 0));

const broadcast: Rule = (at) => {
  const shapes = at.shapes.map((_, index) => shapeOf(at, index));
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return of(
    Array.from({ length: rank }, (_, side) => {
      const sides = shapes.map((shape) => shape[shape.length - rank + side]).filter((value) => value !== undefined);
      const wide = sides.filter((value) => value !== 1);
      const known = wide.filter((value) => value !== null);
      if (new Set(known).size > 1) throw wrong(at, `has inputs of the sides ${known.join(' and ')}`);
      return wide.length === 0 ? 1 : (known[0] ?? null);
    }),
  );
};

const conv: Rule = (at) => {
  const [batch, channels, ...plane] = picture(at);
  const weights = shapeOf(at, 1);
  const [filters, depth, ...kernel] = weights;
  const groups = int(at, 'group', 1);
  if (weights.length !== 4 || filters == null || depth == null || kernel.includes(null)) {
    throw wrong(at, `has weights of [${weights}], expected 4 known sides`);
  }
  if (groups < 1 || filters % groups !== 0 || (channels !== null && channels !== depth * groups)) {
    throw wrong(at, `has ${channels} channels and weights of [${weights}] in ${groups} groups`);
  }
  const shape = [batch, filters, ...windows(at, plane, kernel as number[])];
  return of(shape, count(shape) * depth * count(kernel));
};

const pool: Rule = (at) => {
  const [batch, channels, ...plane] = picture(at);
  return of([batch, channels, ...windows(at, plane, ints(at, 'kernel_shape', []))]);
};

const globalPool: Rule = (at) => {
  const [batch, channels] = picture(at);
  return of([batch, channels, 1, 1]);
};

const concat: Rule = (at) => {
  const shapes = at.shapes.map((_, index) => shapeOf(at, index));
  const first = shapes[0]!;
  const axis = axisOf(at, int(at, 'axis', 0), first.length);
  if (shapes.some((shape) => shape.length !== first.length)) throw wrong(at, 'joins values of different ranks');
  return of(
    first.map((side, index) => {
      const sides = shapes.map((shape) => shape[index] ?? null);
      if (index === axis) return sides.includes(null) ? null : (sides as number[]).reduce((sum, one) => sum + one, 0);
      const known = sides.filter((value) => value !== null);
      if (new Set(known).size > 1) throw wrong(at, `joins values of the sides ${known.join(' and ')}`);
      return known[0] ?? side;
    }),
  );
};

const slice: Rule = (at) => {
  const shape = [...shapeOf(at, 0)];
  const starts = integers(at, 1);
  const ends = integers(at, 2);
  const axes = integers(at, 3) ?? (at.shapes[3] === undefined ? starts?.map((_, index) => index) : undefined);
  const steps = integers(at, 4) ?? (at.shapes[4] === undefined ? starts?.map(() => 1) : undefined);
  if (!axes) return of(shape.map(() => null));
  axes.forEach((named, index) => {
    const axis = axisOf(at, named, shape.length);
    const side = shape[axis]!;
    const [start, end, step] = [starts?.[index], ends?.[index], steps?.[index]];
    if (side === null || start === undefined || end === undefined || step === undefined) shape[axis] = null;
    else {
      if (step < 1) throw wrong(at, `has the step ${step}, expected 1 or more`);
      const inside = (place: number): number => Math.min(side, Math.max(0, place < 0 ? place + side : place));
      shape[axis] = Math.ceil((inside(end) - inside(start)) / step);
    }
  });
  return of(shape);
};

const depthToSpace: Rule = (at) => {
  const [batch, channels, height, width] = picture(at);
  const block = within(at, 'blocksize', int(at, 'blocksize', 0), 1, 16);
  return of([batch, divide(at, channels, block * block), times(height, block), times(width, block)]);
};

const spaceToDepth: Rule = (at) => {
  const [batch, channels, height, width] = picture(at);
  const block = within(at, 'blocksize', int(at, 'blocksize', 0), 1, 16);
  return of([batch, times(channels, block * block), divide(at, height, block), divide(at, width, block)]);
};

const resize: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const scales = at.constants[2];
  const sizes = integers(at, 3);
  if (sizes && sizes.length === shape.length) return of(sizes);
  const factors = scales?.type === 'float32' ? [...floatsOf(scales)] : [];
  if (factors.length !== shape.length || !factors.every((factor) => factor > 0 && factor <= 16)) {
    throw wrong(at, 'has neither constant sizes nor constant scales of 0 to 16 for each side');
  }
  return of(shape.map((side, index) => (side === null ? null : Math.floor(side * factors[index]!))));
};

const pad: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const pads = integers(at, 1) ?? ints(at, 'pads', []);
  if (pads.length !== 2 * shape.length) throw wrong(at, `pads by [${pads}], expected two constants for each side`);
  for (const one of pads) within(at, 'pads', one, 0, LARGEST_WINDOW);
  return of(shape.map((side, index) => (side === null ? null : side + pads[index]! + pads[index + shape.length]!)));
};

const reshape: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const wanted = integers(at, 1);
  if (!wanted) throw wrong(at, 'has a shape that is no constant');
  const sides = wanted.map((side, index) => (side === 0 ? (shape[index] ?? null) : side));
  const open = sides.filter((side) => side === -1).length;
  if (open > 1) throw wrong(at, `wants the shape [${wanted}]`);
  if (sides.includes(null) || shape.includes(null)) return of(sides.map((side) => (side === -1 ? null : side)));
  const rest = count(sides.filter((side) => side !== -1));
  const filled = sides.map((side) => (side === -1 ? count(shape) / rest : side));
  if (count(filled) !== count(shape)) throw wrong(at, `makes [${wanted}] of [${shape}]`);
  return of(filled);
};

const flatten: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const axis = int(at, 'axis', 1);
  const join = (sides: Shape): number | null => (sides.includes(null) ? null : count(sides));
  return of([join(shape.slice(0, axis)), join(shape.slice(axis))]);
};

const transpose: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const order = ints(
    at,
    'perm',
    shape.map((_, index) => shape.length - 1 - index),
  );
  if ([...order].sort((a, b) => a - b).some((side, index) => side !== index) || order.length !== shape.length) {
    throw wrong(at, `has the order [${order}] for ${shape.length} sides`);
  }
  return of(order.map((side) => shape[side]!));
};

const matMul: Rule = (at) => {
  const [left, right] = [shapeOf(at, 0), shapeOf(at, 1)];
  if (left.length < 2 || right.length !== 2) throw wrong(at, `multiplies [${left}] and [${right}]`);
  return product(at, left.slice(0, -1), left.at(-1)!, right[0]!, right[1]!);
};

const gemm: Rule = (at) => {
  const [left, right] = [shapeOf(at, 0), shapeOf(at, 1)];
  if (left.length !== 2 || right.length !== 2) throw wrong(at, `multiplies [${left}] and [${right}]`);
  const [rows, inner] = int(at, 'transA', 0) ? [left[1]!, left[0]!] : [left[0]!, left[1]!];
  const [depth, columns] = int(at, 'transB', 0) ? [right[1]!, right[0]!] : [right[0]!, right[1]!];
  return product(at, [rows], inner, depth, columns);
};

const reduce: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const named =
    integers(at, 1) ??
    ints(
      at,
      'axes',
      shape.map((_, index) => index),
    );
  const axes = new Set(named.map((axis) => axisOf(at, axis, shape.length)));
  const kept = shape.map((side, index) => (axes.has(index) ? 1 : side));
  return of(int(at, 'keepdims', 1) ? kept : kept.filter((_, index) => !axes.has(index)));
};

const squeeze: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const named = integers(at, 1) ?? ints(at, 'axes', []);
  const axes = new Set(named.map((axis) => axisOf(at, axis, shape.length)));
  return of(shape.filter((_, index) => !axes.has(index)));
};

const unsqueeze: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const named = integers(at, 1) ?? ints(at, 'axes', []);
  const rank = shape.length + named.length;
  const axes = new Set(named.map((axis) => axisOf(at, axis, rank)));
  let from = 0;
  return of(Array.from({ length: rank }, (_, index) => (axes.has(index) ? 1 : (shape[from++] ?? null))));
};

const tile: Rule = (at) => {
  const shape = shapeOf(at, 0);
  const repeats = integers(at, 1);
  if (!repeats || repeats.length !== shape.length) throw wrong(at, 'has no constant number of repeats for each side');
  return of(shape.map((side, index) => times(side, within(at, 'repeats', repeats[index]!, 1, 16))));
};

/**
 * What each operator makes of its inputs' shapes. An operator that is not here is known to no list.
 * Source: onnx/docs/Operators.md.
 */
export const SHAPE_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...[
    'Abs',
    'Cast',
    'Clip',
    'DequantizeLinear',
    'Exp',
    'Floor',
    'Identity',
    'LeakyRelu',
    'Neg',
    'PRelu',
    'QuantizeLinear',
  ].map((name) => [name, same] as const),
  ...['Reciprocal', 'Relu', 'Sigmoid', 'Softmax', 'Sqrt', 'Tanh'].map((name) => [name, same] as const),
  ...['Add', 'Div', 'Max', 'Min', 'Mul', 'Pow', 'Sub'].map((name) => [name, broadcast] as const),
  ['AveragePool', pool],
  ['Concat', concat],
  ['Conv', conv],
  ['DepthToSpace', depthToSpace],
  ['Flatten', flatten],
  ['Gemm', gemm],
  ['GlobalAveragePool', globalPool],
  ['MatMul', matMul],
  ['MaxPool', pool],
  ['Pad', pad],
  ['ReduceMean', reduce],
  ['Reshape', reshape],
  ['Resize', resize],
  ['Slice', slice],
  ['SpaceToDepth', spaceToDepth],
  ['Squeeze', squeeze],
  ['Tile', tile],
  ['Transpose', transpose],
  ['Unsqueeze', unsqueeze],
]);

function picture(at: NodeAt): [number | null, number | null, number | null, number | null] {
  const [batch, channels, height, width, ...more] = shapeOf(at, 0);
  if (width === undefined || more.length > 0) throw wrong(at, `takes [${shapeOf(at, 0)}], expected 4 sides`);
  return [batch!, channels!, height!, width];
}

/** The sides of a sliding window's output, as convolutions and pools have it. */
function windows(at: NodeAt, plane: readonly (number | null)[], kernel: readonly number[]): (number | null)[] {
  const strides = ints(at, 'strides', [1, 1]);
  const dilations = ints(at, 'dilations', [1, 1]);
  const pads = ints(at, 'pads', [0, 0, 0, 0]);
  const stated = ints(at, 'kernel_shape', kernel);
  const automatic = word(at, 'auto_pad', 'NOTSET');
  if ([kernel, strides, dilations, stated].some((list) => list.length !== 2) || pads.length !== 4) {
    throw wrong(at, 'is not one over two sides');
  }
  return plane.map((side, axis) => {
    const size = within(at, 'kernel_shape', kernel[axis]!, 1, LARGEST_WINDOW);
    const stride = within(at, 'strides', strides[axis]!, 1, LARGEST_WINDOW);
    const dilation = within(at, 'dilations', dilations[axis]!, 1, LARGEST_WINDOW);
    const before = within(at, 'pads', pads[axis]!, 0, LARGEST_WINDOW);
    const after = within(at, 'pads', pads[axis + 2]!, 0, LARGEST_WINDOW);
    if (stated[axis] !== size) throw wrong(at, `has the kernel [${stated}] and weights of [${kernel}]`);
    if (side === null) return null;
    if (automatic.startsWith('SAME_')) return Math.ceil(side / stride);
    const room = side + (automatic === 'VALID' ? 0 : before + after) - dilation * (size - 1) - 1;
    // A pool may count a window that hangs over the edge.
    return (int(at, 'ceil_mode', 0) ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  });
}

function product(
  at: NodeAt,
  rows: Shape,
  inner: number | null,
  depth: number | null,
  columns: number | null,
): NodeResult {
  if (inner !== null && depth !== null && inner !== depth)
    throw wrong(at, `multiplies ${inner} columns by ${depth} rows`);
  const shape = [...rows, columns];
  return of(shape, count(shape) * (inner ?? depth ?? 1));
}

function times(side: number | null, factor: number): number | null {
  return side === null ? null : side * factor;
}

function divide(at: NodeAt, side: number | null, by: number): number | null {
  if (side !== null && side % by !== 0) throw wrong(at, `divides ${side} by ${by}`);
  return side === null ? null : side / by;
}
