/** Twin of the box filters: the mean of the pixels of the window that lie in the plane, in double precision. */
export function boxFilter(src: ArrayLike<number>, stride: number, width: number, height: number, radius: number) {
  const out = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let count = 0;
      for (let j = Math.max(0, y - radius); j <= Math.min(height - 1, y + radius); j++) {
        for (let i = Math.max(0, x - radius); i <= Math.min(width - 1, x + radius); i++) {
          sum += src[j * stride + i]!;
          count++;
        }
      }
      out[y * width + x] = sum / count;
    }
  }
  return out;
}

/** Twin of the guided filter in double precision, not rounded. `radius` counts cells of `subsample` pixels. */
export function guidedFilter(
  src: ArrayLike<number>,
  stride: number,
  width: number,
  height: number,
  radius: number,
  epsilon: number,
  subsample: number,
): Float64Array {
  const columns = Math.ceil(width / subsample);
  const rows = Math.ceil(height / subsample);
  const small = new Float64Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      let count = 0;
      for (let j = y * subsample; j < Math.min(height, (y + 1) * subsample); j++) {
        for (let i = x * subsample; i < Math.min(width, (x + 1) * subsample); i++) {
          sum += src[j * stride + i]!;
          count++;
        }
      }
      small[y * columns + x] = sum / count;
    }
  }
  const mean = boxFilter(small, columns, columns, rows, radius);
  const squares = boxFilter(
    small.map((value) => value * value),
    columns,
    columns,
    rows,
    radius,
  );
  const a = squares.map((square, i) => {
    const variance = square - mean[i]! ** 2;
    return variance / (variance + epsilon);
  });
  const meanA = boxFilter(a, columns, columns, rows, radius);
  const meanB = boxFilter(
    mean.map((value, i) => value * (1 - a[i]!)),
    columns,
    columns,
    rows,
    radius,
  );

  const out = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cellX = Math.max(0, (x + 0.5) / subsample - 0.5);
      const cellY = Math.max(0, (y + 0.5) / subsample - 0.5);
      const [left, top] = [Math.floor(cellX), Math.floor(cellY)];
      const [right, bottom] = [Math.min(columns - 1, left + 1), Math.min(rows - 1, top + 1)];
      const [fx, fy] = [cellX - left, cellY - top];
      const between = (plane: Float64Array): number =>
        (plane[top * columns + left]! * (1 - fx) + plane[top * columns + right]! * fx) * (1 - fy) +
        (plane[bottom * columns + left]! * (1 - fx) + plane[bottom * columns + right]! * fx) * fy;
      out[y * width + x] = between(meanA) * src[y * stride + x]! + between(meanB);
    }
  }
  return out;
}
