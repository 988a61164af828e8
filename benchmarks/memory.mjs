// Memory of the running camera: RSS every 10 s over 10 minutes (or the minutes given), and its slope after the first
// minute. To reach: 400 MB at most, and flat. Not part of all.mjs: it takes its time.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const minutes = Number(process.argv[2] ?? 10);
const bin = fileURLToPath(new URL('../bin/mien.js', import.meta.url));
const mien = spawn(process.execPath, [bin, '--json', '--size', '1280x720'], { stdio: ['ignore', 'pipe', 'inherit'] });

const samples = [];
let printedAt = 0;
for await (const line of createInterface({ input: mien.stdout })) {
  const { rssMb, uptimeS, frames, total } = JSON.parse(line);
  samples.push({ minutes: uptimeS / 60, rssMb });
  if (uptimeS - printedAt >= 10) {
    printedAt = uptimeS;
    console.log(
      `${uptimeS.toFixed(0).padStart(5)} s  ${rssMb.toFixed(0)} MB  ${frames.written} frames  p50 ${total.p50} ms`,
    );
  }
  if (uptimeS >= minutes * 60) break;
}
mien.kill('SIGTERM');

const settled = samples.filter((sample) => sample.minutes >= Math.min(1, minutes / 2));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const [x, y] = [mean(settled.map((sample) => sample.minutes)), mean(settled.map((sample) => sample.rssMb))];
const slope =
  settled.reduce((sum, sample) => sum + (sample.minutes - x) * (sample.rssMb - y), 0) /
  settled.reduce((sum, sample) => sum + (sample.minutes - x) ** 2, 0);
const largest = Math.max(...samples.map((sample) => sample.rssMb));
console.log(JSON.stringify({ bench: 'memory', minutes, largestMb: largest, slopeMbPerMinute: slope, targetMb: 400 }));
if (largest > 400) process.exitCode = 1;
