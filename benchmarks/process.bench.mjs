// `mien process` on the demo clip at 1280x720: decoding, scaling, tracking, touch-up and H.264, end to end. To reach: 100
// frames a second. Beside it: the same without an effect, which is what decoding, scaling and H.264 alone cost.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBrief } from './measure.mjs';

const bin = fileURLToPath(new URL('../bin/mien.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mien-process-'));
const rounds = isBrief ? 1 : 3;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

try {
  for (const effect of ['touch-up', 'none']) {
    const runs = [];
    for (let round = 0; round < rounds; round++) {
      const out = join(folder, `${effect}-${round}.mp4`);
      const args = [bin, 'process', 'demo', out, '--size', '1280x720', '--effect', effect, '--json'];
      const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (run.status !== 0) throw new Error(`mien process failed: ${run.stderr}`);
      runs.push(JSON.parse(run.stdout));
    }
    console.log(
      JSON.stringify({
        bench: `process/1280x720 ${effect}`,
        fps: median(runs.map(({ fps }) => fps)),
        frames: runs[0].frames,
        engineP50: median(runs.map(({ totalP50 }) => totalP50)),
        target: effect === 'touch-up' ? 100 : null,
        load: loadavg()[0],
        cpu: cpus()[0]?.model,
      }),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
