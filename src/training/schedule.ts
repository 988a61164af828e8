/** How long to train: time at work, or steps. Time that an earlier, stopped run spent counts. */
export type Budget =
  | { readonly kind: 'minutes'; readonly minutes: number }
  | { readonly kind: 'steps'; readonly steps: number };

/** The first steps grow to the full rate: Adam knows little of the gradients yet. */
const WARM_UP_STEPS = 100;
/** Share of the budget at the full rate; after it the rate falls along half a cosine. */
const FLAT_SHARE = 0.3;
/** What is left of the rate at the end. */
const LAST_SHARE = 0.005;

/** How much of the budget is spent, 0 to 1. @param elapsedMs - at work, earlier runs included. */
export function progressOf(budget: Budget, step: number, elapsedMs: number): number {
  const spent = budget.kind === 'steps' ? step / budget.steps : elapsedMs / (budget.minutes * 60_000);
  return Math.min(spent, 1);
}

/**
 * The share of the full learning rate at a step. A short budget warms up in a tenth of its steps.
 *
 * @param step - from 0. @param progress - of the budget, 0 to 1.
 */
export function rateAt(budget: Budget, step: number, progress: number): number {
  const warmUp = budget.kind === 'steps' ? Math.min(WARM_UP_STEPS, Math.ceil(budget.steps / 10)) : WARM_UP_STEPS;
  const cooled = Math.max(0, (progress - FLAT_SHARE) / (1 - FLAT_SHARE));
  return Math.min(1, (step + 1) / warmUp) * (LAST_SHARE + (1 - LAST_SHARE) * 0.5 * (1 + Math.cos(Math.PI * cooled)));
}
