const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;
/** The averaged weights are about those of the last 200 steps. */
const AVERAGE_DECAY = 0.995;

/** What is trained, and what Adam remembers of it. Arrays of one length, a float a parameter. */
export interface TrainedArrays {
  readonly weights: Float32Array;
  /** Running mean of the gradients. */
  readonly firstMoment: Float32Array;
  /** Running mean of their squares. */
  readonly secondMoment: Float32Array;
  /** Running mean of the weights: what a picture is made with, since single steps are noisy until the rate has fallen. */
  readonly average: Float32Array;
}

/**
 * One step of Adam, in place, on the parameters from `start` up to `end`.
 *
 * @param gradients - one array a worker; their mean is followed. @param step - from 0.
 * Source: Kingma & Ba 2015, arXiv:1412.6980, with the bias corrections moved into the rate.
 */
export function adamStep(
  { weights, firstMoment, secondMoment, average }: TrainedArrays,
  gradients: readonly Float32Array[],
  step: number,
  rate: number,
  start: number,
  end: number,
): void {
  const corrected = (rate * Math.sqrt(1 - SECOND_DECAY ** (step + 1))) / (1 - FIRST_DECAY ** (step + 1));
  // At first over the last ninth of the steps alone: what was learnt in so short a time outdates what was before.
  const kept = Math.min(AVERAGE_DECAY, (1 + step) / (10 + step));
  const share = 1 / gradients.length;
  for (let i = start; i < end; i++) {
    let gradient = 0;
    for (let worker = 0; worker < gradients.length; worker++) gradient += gradients[worker]![i]!;
    gradient *= share;
    const first = FIRST_DECAY * firstMoment[i]! + (1 - FIRST_DECAY) * gradient;
    const second = SECOND_DECAY * secondMoment[i]! + (1 - SECOND_DECAY) * gradient * gradient;
    firstMoment[i] = first;
    secondMoment[i] = second;
    const weight = weights[i]! - (corrected * first) / (Math.sqrt(second) + EPSILON);
    weights[i] = weight;
    average[i] = kept * average[i]! + (1 - kept) * weight;
  }
}
