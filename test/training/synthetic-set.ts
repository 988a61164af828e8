import type { AvatarNetwork } from '../../src/training/network.js';
import { Random } from '../../src/training/random.js';
import { createTrainingSet, sideOf, type TrainingSet, WEIGHT_ONE } from '../../src/training/training-set.js';

/** As small as a network may be: for tests that look at how a training runs, not at what it learns. */
export const smallNetwork: AvatarNetwork = {
  size: 64,
  encoder: [8, 12, 16, 16],
  middle: 16,
  decoder: [16, 12, 8],
  skips: [0, 1],
};

/** Large enough to learn the lesson below in seconds. */
export const ableNetwork: AvatarNetwork = {
  size: 64,
  encoder: [16, 24, 32, 32],
  middle: 32,
  decoder: [32, 24, 16],
  skips: [0, 1, 2],
};

/**
 * A lesson that any network of this kind can learn: a round blob somewhere on a grey ground; the target shows it in blue
 * instead of red, and its mask. The guide has it in a duller blue, as a portrait in another light.
 */
export function blobSet(count = 16, size = 64, margin = 8): TrainingSet {
  const set = createTrainingSet(count, size, margin);
  const side = sideOf(set);
  const random = new Random(count, size);
  for (let picture = 0; picture < count; picture++) {
    const [cx, cy, radius] = [random.spread(8), random.spread(8), random.between(0.22, 0.3) * size];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const distance = Math.hypot(x - side / 2 - cx, y - side / 2 - cy);
        const inside = Math.min(Math.max(radius - distance, 0), 1);
        const at = (picture * side + y) * side + x;
        set.inputs.set([90 + 130 * inside, 90 - 40 * inside, 90 - 40 * inside], at * 3);
        set.guides.set([30 * inside, 50 * inside, 160 * inside, 255 * inside], at * 4);
        set.targets.set([40, 70, 220, 255 * inside, WEIGHT_ONE * inside], at * 5);
      }
    }
  }
  return set;
}
