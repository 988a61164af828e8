// A frame to a v4l2loopback device as far as it goes without one: I420 to what the node takes, and its write, here to
// /dev/null; a plain copy beside them. node benchmarks/loopback.bench.mjs
import { closeSync, openSync, writeSync } from 'node:fs';
import { i420Layout } from '../dist/frame/i420.js';
import { PicturePacker } from '../dist/output/picture-packer.js';
import { measure, report } from './measure.mjs';

const [width, height] = [1280, 720];
const layout = i420Layout(width, height);
const oddLayout = i420Layout(width + 1, height + 1);

/** As the engine hands it over: in shared memory. */
function picture({ byteLength }) {
  const frame = new Uint8Array(new SharedArrayBuffer(byteLength));
  for (let i = 0; i < frame.length; i++) frame[i] = (i * 7919) >> 5;
  return frame;
}
const frame = picture(layout);
const oddFrame = picture(oddLayout);
const copy = new Uint8Array(layout.byteLength);

const node = (pixels, w = width, h = height) => ({
  width: w,
  height: h,
  pixels,
  strideBytes: pixels === 'YUYV' ? 2 * w : w,
});
const cases = [
  ['yuyv', await PicturePacker.create(layout, node('YUYV')), frame, 0.2],
  ['i420', await PicturePacker.create(layout, node('YU12')), frame, 0.2],
  ['nv12', await PicturePacker.create(layout, node('NV12')), frame, 0.2],
  ['yuyv-cut-to-even', await PicturePacker.create(oddLayout, node('YUYV')), oddFrame, 0.2],
  ['yuyv-scaled-to-640x480', await PicturePacker.create(layout, node('YUYV', 640, 480)), frame, 2],
];
const sink = openSync('/dev/null', 'w');

report(await measure('loopback/plain-copy', () => copy.set(frame)));
for (const [name, packer, from, budgetMs] of cases) {
  const send = () => {
    packer.pack(from);
    writeSync(sink, packer.picture);
  };
  report(await measure(`loopback/${name}`, send, { budgetMs }));
}
closeSync(sink);
