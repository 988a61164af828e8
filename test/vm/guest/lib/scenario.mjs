import { figures } from './figures.mjs';
import { processFacts } from './process-facts.mjs';
import { nowMs } from './waiting.mjs';

/**
 * Runs one scenario and prints what came of it: {"scenario": name, …facts, …figures of what the viewer saw meanwhile}. One
 * that goes wrong prints its error, and the next one has its turn.
 *
 * @param {string} name
 * @param {{ viewer: import('./viewer.mjs').Viewer, mien: import('./mien.mjs').Mien }} at - the act may replace them
 * @param {(sinceMs: number) => Promise<object>} act
 */
export async function scenario(name, at, act) {
  const fromMs = nowMs();
  try {
    const facts = await act(fromMs);
    const { seen, last } = at.viewer; // it may be another one now
    print({ scenario: name, ...facts, ...figures(seen, fromMs, last.writtenMs), held: processFacts(at.mien.pid) });
  } catch (error) {
    print({ scenario: name, error: String(error.message), ...figures(at.viewer.seen, fromMs, nowMs()) });
  }
}

export const print = (object) => console.log(JSON.stringify(object));

/**
 * Does something again and again, and prints what the process holds after each tenth round.
 *
 * @param {string} name
 * @param {{ mien: import('./mien.mjs').Mien }} at
 * @param {(round: number) => Promise<void>} once - ends in the state that it began in
 */
export async function rounds(name, { mien }, once, count = 50) {
  const held = [];
  const fromMs = nowMs();
  try {
    for (let round = 0; round <= count; round++) {
      // The first round is not counted: what is made once is made there.
      await once(round);
      if (round % 10 === 0) held.push(processFacts(mien.pid));
    }
    print({ scenario: name, rounds: count, seconds: Math.round((nowMs() - fromMs) / 1000), held });
  } catch (error) {
    print({ scenario: name, error: String(error.message), held });
  }
}
