import type { NetworkInputs } from '../../../src/training/quantize/calibration.js';

/** Smooth pictures that differ, as an avatar's network takes them: a face, and a guide of four planes. */
export function wavyInputs(count: number, size: number, first = 0): NetworkInputs[] {
  const guides = wavyPictures(count, size, first + 50, 4);
  return wavyPictures(count, size, first).map((face, index) => ({ face, guide: guides[index]! }));
}

/** Smooth pictures that differ: [planes, size, size] floats, 0..1, each of a few waves. */
function wavyPictures(count: number, size: number, first = 0, planes = 3): Float32Array[] {
  return Array.from({ length: count }, (_, index) => {
    const turn = 0.7 * (index + first);
    return Float32Array.from({ length: planes * size * size }, (_, at) => {
      const plane = Math.floor(at / (size * size));
      const [x, y] = [(at % size) / size, (Math.floor(at / size) % size) / size];
      const wave = Math.sin(9 * x + turn + plane) * Math.cos(7 * y - 2 * turn) + 0.5 * Math.sin(31 * (x + y) + turn);
      return Math.min(1, Math.max(0, 0.5 + 0.3 * wave));
    });
  });
}
