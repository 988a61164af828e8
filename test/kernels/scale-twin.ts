// A plain TypeScript twin of `scalePlane`: slow, obvious, the oracle of its test.
import type { AxisWeights } from '../../src/kernels/resampling.js';

/** Writes into `dst`, whose other bytes stay. */
export function scalePlane(
  src: { readonly bytes: Uint8Array; readonly stride: number; readonly width: number; readonly height: number },
  rows: AxisWeights,
  columns: AxisWeights,
  dst: { readonly bytes: Uint8Array; readonly stride: number },
): void {
  const sum = (axis: AxisWeights, place: number, sample: (index: number) => number): number => {
    let total = 0;
    for (let tap = 0; tap < axis.taps; tap++) {
      const weight = axis.weights[place * axis.taps + tap]!;
      if (weight !== 0) total += weight * sample(axis.first[place]! + tap);
    }
    return total;
  };
  for (let y = 0; y < rows.first.length; y++) {
    const row = Array.from({ length: src.width }, (_, x) => {
      return (sum(rows, y, (index) => src.bytes[index * src.stride + x]!) + 128) >> 8;
    });
    for (let x = 0; x < columns.first.length; x++) {
      const value = (sum(columns, x, (index) => row[index]!) + (1 << 19)) >> 20;
      dst.bytes[y * dst.stride + x] = Math.max(0, Math.min(255, value));
    }
  }
}
