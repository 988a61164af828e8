// Records a synthetic picture into argv[2], live, says so after argv[3] frames, and waits to be killed.
import { SyntheticSource } from '../../dist/capture/synthetic-source.js';
import { RecordingSink } from '../../dist/output/recording-sink.js';

const [path, frames] = process.argv.slice(2);
const source = new SyntheticSource({ width: 320, height: 240, fps: 25 });
const { layout, rate } = await source.open();
const sink = new RecordingSink(path, { preset: 'live' });
await sink.open({ layout, rate });
const data = new Uint8Array(layout.byteLength);
for (let index = 0; index < Number(frames); index++) {
  const stamp = await source.read(data);
  sink.write({ ...stamp, capturedAt: stamp.pts * 1e6, layout, data }, null);
}
console.log('recorded');
setInterval(() => {}, 1000);
