// `npm start` in a clone that is set up: from the command to the first frame written, preview page and all. To reach: 1.5 s.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { isBrief, report, summarise } from './measure.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const rounds = isBrief ? 2 : 20;

/** Milliseconds from spawning to the line that tells of the first frame. */
async function startOnce() {
  const begun = performance.now();
  const npm = spawn('npm', ['start', '--silent', '--', '--plain'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(npm, 'exit');
  let told = '';
  let ms = Number.NaN;
  for await (const chunk of npm.stderr) {
    told += chunk;
    if (Number.isNaN(ms) && told.includes('first frame of')) {
      ms = performance.now() - begun;
      npm.kill('SIGTERM');
    }
  }
  await ended;
  if (Number.isNaN(ms)) throw new Error(`no first frame: ${told}`);
  return ms;
}

await startOnce(); // sets up what is missing, and fills the system's file cache
const times = new Float64Array(rounds);
for (let round = 0; round < rounds; round++) times[round] = await startOnce();
report(summarise('start/npm start to first frame', times, 1500));
