/** Channels of a target: red, green, blue, mask, weight. */
export const TARGET_CHANNELS = 5;
/** Channels of a guide: red, green, blue, coverage. */
export const GUIDE_CHANNELS = 4;

/** A weight byte of this value counts once; 255 counts three times, as eyes and mouth do. */
export const WEIGHT_ONE = 85;

/**
 * Pictures to learn from: what the network sees, the guide that it is given, and what it is to make of them. In shared memory, so that every
 * worker reads it and nothing is copied. Pictures are squares of `size` and `margin` pixels around them, which turned and
 * shifted samples reach into.
 */
export interface TrainingSet {
  readonly size: number;
  readonly margin: number;
  readonly count: number;
  /** [count, side, side, 3] bytes: red, green, blue of the user. */
  readonly inputs: Uint8Array<SharedArrayBuffer>;
  /** [count, side, side, 4] bytes: red, green, blue of the portrait drawn where the user's face moves it, its coverage. */
  readonly guides: Uint8Array<SharedArrayBuffer>;
  /** [count, side, side, 5] bytes: red, green, blue of the avatar in the same place, its mask, the weight of the pixel. */
  readonly targets: Uint8Array<SharedArrayBuffer>;
}

/** Side of a stored picture. */
export function sideOf({ size, margin }: Pick<TrainingSet, 'size' | 'margin'>): number {
  return size + 2 * margin;
}

/** A set of black pictures to be filled. */
export function createTrainingSet(count: number, size: number, margin: number): TrainingSet {
  const pixels = count * sideOf({ size, margin }) ** 2;
  return {
    size,
    margin,
    count,
    inputs: new Uint8Array(new SharedArrayBuffer(pixels * 3)),
    guides: new Uint8Array(new SharedArrayBuffer(pixels * GUIDE_CHANNELS)),
    targets: new Uint8Array(new SharedArrayBuffer(pixels * TARGET_CHANNELS)),
  };
}
