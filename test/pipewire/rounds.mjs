// Opens a camera, shows frames and closes it again, over and over, and prints what the process held after the first
// quarter of the rounds and after the last. Run by pipewire-camera.test.ts as `node --expose-gc`, in a private session.
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { i420Layout } from '../../dist/frame/i420.js';
import { PipewireCamera } from '../../dist/output/pipewire/pipewire-camera.js';

const rounds = Number(process.argv[2]);
const layout = i420Layout(640, 360);
const data = new Uint8Array(layout.byteLength).fill(100);
const held = async () => {
  await sleep(50);
  for (let i = 0; i < 3; i++) gc();
  return {
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    files: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
  };
};

let first;
for (let round = 0; round < rounds; round++) {
  const camera = new PipewireCamera({ nodeName: 'mien-rounds' });
  await camera.open({ layout, rate: { num: 30, den: 1 } });
  for (let i = 0; i < 3; i++) {
    camera.write({ layout, data, sequence: i, capturedAt: Number(process.hrtime.bigint() / 1000n), pts: i / 30 });
    camera.repeat();
  }
  await camera.close();
  if (round === Math.floor(rounds / 4)) first = await held();
}
console.log(JSON.stringify({ first, last: await held() }));
