import type { TargetPair } from '../targets.js';
import { createTrainingSet, GUIDE_CHANNELS, TARGET_CHANNELS, type TrainingSet } from '../training-set.js';

/** Puts pairs, one after the other, into a training set. */
export class PairCollector {
  readonly #set: TrainingSet;
  #count = 0;

  /** @param most - pairs for which memory is reserved. */
  constructor(most: number, size: number, margin: number) {
    this.#set = createTrainingSet(most, size, margin);
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Adds a pair; nothing once it is full.
   *
   * @param pair - what is to be made of it. @param guide - red, green, blue and coverage, planes of the pair's size.
   * @param worn - a face that the user wears in the picture that is learnt from: the
   * network sees that one in place of the user's own. It must be of the same frame and window.
   */
  add(pair: TargetPair, guide: Uint8Array, worn: TargetPair | null = null): void {
    if (this.#count === this.#set.count) return;
    const area = pair.side * pair.side;
    const { inputs, guides, targets } = this.#set;
    let input = 3 * area * this.#count;
    let guided = GUIDE_CHANNELS * area * this.#count;
    let target = TARGET_CHANNELS * area * this.#count;
    for (let pixel = 0; pixel < area; pixel++) {
      const share = worn === null ? 0 : worn.mask[pixel]! / 255;
      const cover = pair.mask[pixel]! / 255;
      for (let at = pixel; at < 3 * area; at += area) {
        const own = pair.input[at]!;
        const seen = worn === null ? own : own + (worn.target[at]! - own) * share;
        inputs[input++] = seen + 0.5;
        // Beside the avatar the target is the picture, and so the face that is worn in it.
        const aimed = pair.target[at]! + (seen - own) * (1 - cover) + 0.5;
        targets[target++] = Math.min(255, Math.max(0, aimed));
      }
      for (let at = pixel; at < GUIDE_CHANNELS * area; at += area) guides[guided++] = guide[at]!;
      targets[target++] = pair.mask[pixel]!;
      targets[target++] = pair.weight[pixel]!;
    }
    this.#count++;
  }

  /** The pairs so far. The collector is not to be used any more. */
  finish(): TrainingSet {
    const { size, margin, inputs, guides, targets } = this.#set;
    const share = <T extends Uint8Array<SharedArrayBuffer>>(bytes: T) =>
      bytes.subarray(0, (bytes.length / this.#set.count) * this.#count) as T;
    return { size, margin, count: this.#count, inputs: share(inputs), guides: share(guides), targets: share(targets) };
  }
}
