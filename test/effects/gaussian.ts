/** A plane of floats blurred by a Gaussian, borders repeated. */
export function gaussian(plane: ArrayLike<number>, width: number, height: number, sigma: number): Float64Array {
  const radius = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const total = kernel.reduce((sum, value) => sum + value, 0);
  const pass = (from: ArrayLike<number>, stepX: number, stepY: number): Float64Array => {
    const out = new Float64Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          const px = Math.min(Math.max(x + k * stepX, 0), width - 1);
          const py = Math.min(Math.max(y + k * stepY, 0), height - 1);
          sum += kernel[k + radius]! * from[py * width + px]!;
        }
        out[y * width + x] = sum / total;
      }
    }
    return out;
  };
  return pass(pass(plane, 1, 0), 0, 1);
}
