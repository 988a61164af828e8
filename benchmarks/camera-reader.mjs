// What benchmarks of cameras share: a program that reads a PipeWire camera, and what frame numbers tell of its frames.
import { fileURLToPath } from 'node:url';

const reader = fileURLToPath(new URL('../test/pipewire/reader.mjs', import.meta.url));

/** Reads frames of a camera in a process of its own; the lines of test/pipewire/reader.mjs. */
export function read(session, { nodeName, frames, fps }) {
  const child = session.spawn(process.execPath, [reader, JSON.stringify({ nodeName, frames, fps })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  return new Promise((resolve) => child.once('close', () => resolve(JSON.parse(printed))));
}

/**
 * What is wrong with frames that were to come each once and whole.
 *
 * @param {{ top: number | null, bottom: number | null }[]} seen
 * @param {(frame: number) => boolean} wasSent a source that is late leaves numbers out: those cannot be missed
 * @returns `missed` were sent and never came, `again` came twice or late, `torn` are two half ones.
 */
export function byNumber(seen, wasSent) {
  const found = { frames: seen.length, missed: 0, again: 0, torn: 0 };
  let last = null;
  for (const { top, bottom } of seen) {
    if (top === null || top !== bottom) found.torn++;
    else if (last !== null && top <= last) found.again++;
    else {
      for (let number = (last ?? top) + 1; number < top; number++) if (wasSent(number)) found.missed++;
      last = top;
    }
  }
  return found;
}
