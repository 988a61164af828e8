import { halve, slice } from './graph/arrangement.js';
import { abs, add, multiply, scale, subtract, sum } from './graph/elementwise.js';
import type { DifferentiableGraph, Value } from './graph/graph.js';

/**
 * How far a picture is from its target, a scalar: absolute difference, and absolute difference of neighbouring pixels'
 * differences (edges where the target has them), at full and half size, and the absolute difference at a quarter: light
 * and colour of whole regions. Everything is times `weight`; sums are over channels and means over pixels and images.
 *
 * @param output - [n, channels, s, s], as are `target` and `weight`. @param weight - 0 where the output does not matter.
 */
export function pictureLoss(graph: DifferentiableGraph, output: Value, target: Value, weight: Value): Value {
  const [images, , rows, columns] = output.shape as [number, number, number, number];
  const full = multiply(graph, subtract(graph, output, target), weight);
  const half = halve(graph, full);
  const quarter = halve(graph, half);
  const perPixel = 1 / (images * rows * columns);
  const terms = [
    scale(graph, total(graph, full), perPixel),
    scale(graph, edges(graph, full), perPixel),
    // A pixel of half size stands for four, of quarter size for 16; both scales count half as much as the full one.
    scale(graph, total(graph, half), 2 * perPixel),
    scale(graph, edges(graph, half), 2 * perPixel),
    scale(graph, total(graph, quarter), 8 * perPixel),
  ];
  return terms.reduce((loss, term) => add(graph, loss, term));
}

function total(graph: DifferentiableGraph, x: Value): Value {
  return sum(graph, abs(graph, x));
}

/** The sum of absolute differences between neighbours, along rows and along columns. */
function edges(graph: DifferentiableGraph, x: Value): Value {
  const along = (axis: number) => {
    const side = x.shape[axis]!;
    const later = slice(graph, x, [{ axis, start: 1, end: side }]);
    const earlier = slice(graph, x, [{ axis, start: 0, end: side - 1 }]);
    return total(graph, subtract(graph, later, earlier));
  };
  return add(graph, along(2), along(3));
}
