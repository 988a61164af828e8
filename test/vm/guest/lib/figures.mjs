/** @typedef {import('./viewer.mjs').Seen} Seen */

/** One frame interval of the rates used here. */
const IN_TIME_MS = 40;

/**
 * Whether a frame was read before the driver could write over it: v4l2loopback hands out pictures that it soon writes
 * over again, be they read by then or not. What a viewer reads later may be another picture, or two in one.
 *
 * @param {Pick<Seen, 'writtenMs' | 'gotMs'>} frame
 */
export function isInTime({ writtenMs, gotMs }) {
  return gotMs - writtenMs <= IN_TIME_MS;
}

/**
 * What a viewer's frames tell of the output, from one moment to another.
 *
 * @param {Seen[]} seen
 * @param {number} fromMs
 * @param {number} toMs
 */
export function figures(seen, fromMs, toMs) {
  const frames = seen.filter(({ writtenMs }) => writtenMs >= fromMs && writtenMs <= toMs);
  const count = (kind) => frames.filter((frame) => frame.kind === kind).length;
  return {
    seconds: round((toMs - fromMs) / 1000),
    frames: frames.length,
    live: count('live'),
    cards: [...new Set(frames.flatMap(({ card }) => card ?? []))],
    torn: count('torn'),
    black: count('black'),
    other: count('other'),
    overtaken: count('overtaken'),
    ...orderOf(frames),
    longestPauseMs: round(longestGap([fromMs, ...frames.map(({ writtenMs }) => writtenMs), toMs])),
  };
}

/**
 * Order of the numbers of the live frames that were read in time. A camera that was opened anew may begin to count anew: `setBacks`.
 *
 * @param {Seen[]} frames
 */
export function orderOf(frames) {
  const numbers = frames.filter(isInTime).flatMap(({ number }) => number ?? []);
  const steps = numbers.slice(1).map((number, at) => number - numbers[at]);
  return {
    distinct: new Set(numbers).size,
    repeated: steps.filter((step) => step === 0).length,
    setBacks: steps.filter((step) => step < 0).length,
    skipped: steps.filter((step) => step > 1).reduce((sum, step) => sum + step - 1, 0),
  };
}

/**
 * Repeats that the policy of the output does not allow: a frame may be sent again only when the next one is more than
 * half an interval late, so not sooner than 1.5 intervals after it, then once an interval. Where the viewer missed a
 * frame, nobody knows when the number was first sent: such are not judged.
 *
 * @param {Seen[]} seen
 * @param {number} intervalMs
 */
export function earlyRepeats(seen, intervalMs, slackMs = 2) {
  let firstMs = Number.NEGATIVE_INFINITY;
  let early = 0;
  seen.forEach(({ number, writtenMs, sequence }, at) => {
    const before = seen[at - 1];
    const isNext = before !== undefined && sequence === before.sequence + 1;
    if (number === null || number !== before?.number) firstMs = isNext ? writtenMs : Number.NEGATIVE_INFINITY;
    else if (writtenMs - firstMs < 1.5 * intervalMs - slackMs) early++;
  });
  return early;
}

export const round = (value) => Math.round(value * 10) / 10;

function longestGap(times) {
  return Math.max(...times.slice(1).map((time, at) => time - times[at]));
}
