// The whole loop as `mien bench` measures it: capture, engine and a counting sink on their own threads, the demo clip with
// touch-up, frame in memory to frame written.
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isBrief } from './measure.mjs';

const bin = fileURLToPath(new URL('../bin/mien.js', import.meta.url));
const seconds = isBrief ? '2' : '10';

const cases = [
  { bench: 'loop/1280x720 touch-up', args: ['--size', '1280x720'], budgetP50: 8, budgetP99: 16 },
  { bench: 'loop/1920x1080 touch-up', args: ['--size', '1920x1080'], budgetP50: 14, budgetP99: null },
  {
    bench: 'loop/1280x720 no effect',
    args: ['--size', '1280x720', '--effect', 'none'],
    budgetP50: null,
    budgetP99: null,
  },
];

for (const { bench, args, budgetP50, budgetP99 } of cases) {
  const run = spawnSync(process.execPath, [bin, 'bench', '--json', '--seconds', seconds, ...args], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`mien bench failed: ${run.stderr}`);
  const { fps, total, stages, rssMb, face } = JSON.parse(run.stdout);
  const rows = Object.fromEntries(stages.map(({ name, p50 }) => [name, p50]));
  const { p50, p95, p99 } = total;
  const load = loadavg()[0];
  console.log(
    JSON.stringify({ bench, p50, p95, p99, budgetP50, budgetP99, fps, rows, rssMb, face, load, cpu: cpus()[0]?.model }),
  );
  // The median tells of the code; the tail also of the machine, so only a gross miss of the median fails.
  if (!isBrief && budgetP50 !== null && p50 > 2 * budgetP50) process.exitCode = 1;
}
