import type { DifferentiableGraph, Value } from './graph.js';

/** Times this, any difference that a picture can show is beyond ±1: a Clip of the product is a step function. */
const STEEP = 1e30;

/** max(x, 0). */
export function relu(graph: DifferentiableGraph, x: Value): Value {
  const y = graph.emit('Relu', [x], x.shape);
  // 1 where the output is positive. From the output, so that the input's memory is free once y is known; and by a Clip,
  // which takes a fraction of the time of Sign or of a comparison with a Cast.
  return graph.record(y, [x], (dy) => [graph.emit('Mul', [dy, stepOf(graph, y, 0)], x.shape)]);
}

/** x limited to [low, high]; outside, its gradient is zero. */
export function clip(graph: DifferentiableGraph, x: Value, low: number, high: number): Value {
  const y = graph.emit('Clip', [x, graph.scalar(low), graph.scalar(high)], x.shape);
  return graph.record(y, [x], (dy) => {
    // The output is strictly inside only where the input is.
    const above = graph.emit('Sub', [y, graph.scalar(low)], x.shape);
    const below = graph.emit('Sub', [graph.scalar(high), y], x.shape);
    const inside = graph.emit('Min', [stepOf(graph, above, 0), stepOf(graph, below, 0)], x.shape);
    return [graph.emit('Mul', [dy, inside], x.shape)];
  });
}

/** 1 / (1 + exp(−x)). */
export function sigmoid(graph: DifferentiableGraph, x: Value): Value {
  const y = graph.emit('Sigmoid', [x], x.shape);
  return graph.record(y, [x], (dy) => {
    const slope = graph.emit('Mul', [y, graph.emit('Sub', [graph.scalar(1), y], x.shape)], x.shape);
    return [graph.emit('Mul', [dy, slope], x.shape)];
  });
}

/** |x|; the gradient at 0 is 0. */
export function abs(graph: DifferentiableGraph, x: Value): Value {
  const y = graph.emit('Abs', [x], x.shape);
  return graph.record(y, [x], (dy) => [graph.emit('Mul', [dy, stepOf(graph, x, -1)], x.shape)]);
}

/** a + b, of one shape. */
export function add(graph: DifferentiableGraph, a: Value, b: Value): Value {
  assertSameShape('add', a, b);
  return graph.record(graph.emit('Add', [a, b], a.shape), [a, b], (dy) => [dy, dy]);
}

/** a − b, of one shape. */
export function subtract(graph: DifferentiableGraph, a: Value, b: Value): Value {
  assertSameShape('subtract', a, b);
  return graph.record(graph.emit('Sub', [a, b], a.shape), [a, b], (dy, wanted) => [
    dy,
    wanted[1] ? graph.emit('Neg', [dy], a.shape) : null,
  ]);
}

/** a · b, element by element, of one shape. */
export function multiply(graph: DifferentiableGraph, a: Value, b: Value): Value {
  assertSameShape('multiply', a, b);
  return graph.record(graph.emit('Mul', [a, b], a.shape), [a, b], (dy, wanted) => [
    wanted[0] ? graph.emit('Mul', [dy, b], a.shape) : null,
    wanted[1] ? graph.emit('Mul', [dy, a], a.shape) : null,
  ]);
}

/** x · factor. */
export function scale(graph: DifferentiableGraph, x: Value, factor: number): Value {
  const constant = graph.scalar(factor);
  return graph.record(graph.emit('Mul', [x, constant], x.shape), [x], (dy) => [
    graph.emit('Mul', [dy, constant], x.shape),
  ]);
}

/** The sum of all elements, a scalar. */
export function sum(graph: DifferentiableGraph, x: Value): Value {
  const y = graph.emit('ReduceSum', [x], [], { keepdims: 0 });
  return graph.record(y, [x], (dy) => [graph.emit('Expand', [dy, graph.integers(x.shape)], x.shape)]);
}

/** 1 where x > 0, `low` where x < 0, 0 at 0. */
function stepOf(graph: DifferentiableGraph, x: Value, low: 0 | -1): Value {
  const steep = graph.emit('Mul', [x, graph.scalar(STEEP)], x.shape);
  return graph.emit('Clip', [steep, graph.scalar(low), graph.scalar(1)], x.shape);
}

function assertSameShape(what: string, a: Value, b: Value): void {
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(`${what} takes two tensors of one shape, not [${a.shape}] and [${b.shape}]`);
  }
}
