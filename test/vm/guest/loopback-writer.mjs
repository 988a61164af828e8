// Another mien on the node: `loopback-writer.mjs WIDTH HEIGHT`. Prints {"opened":…} or {"refused":…}, then writes until killed.
import { i420Layout } from '../../../dist/frame/i420.js';
import { LoopbackCamera } from '../../../dist/output/v4l2loopback/loopback-camera.js';
import { numberedFrame } from './pictures.mjs';

const [width, height] = process.argv.slice(2).map(Number);
const layout = i420Layout(width, height);
const camera = new LoopbackCamera({ path: '/dev/video10', pixels: 'yuyv' });
try {
  await camera.open({ layout, rate: { num: 30, den: 1 } });
} catch ({ code, message, remedy }) {
  console.log(JSON.stringify({ refused: { code, message, remedy } }));
  process.exit(0);
}
console.log(JSON.stringify({ opened: camera.format }));
let sequence = 0;
setInterval(() => camera.write(numberedFrame(layout, sequence++)), 40);
