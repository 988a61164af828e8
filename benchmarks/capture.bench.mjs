// What a camera's frame costs at 1280x720, from the driver's bytes to the working picture in shared memory, one thread, on
// dist/: node benchmarks/capture.bench.mjs [part of a name]. A plain copy of the raw bytes stands beside it.
import sharp from 'sharp';
import { decoderBytes, FrameDecoder } from '../dist/capture/v4l2/frame-decoder.js';
import { i420Layout } from '../dist/frame/i420.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { measure, report } from './measure.mjs';

const wanted = process.argv[2] ?? '';
const [width, height] = [1280, 720];
const layout = i420Layout(width, height);
const into = new Uint8Array(new SharedArrayBuffer(layout.byteLength));

/** Gradients and noise, as a camera's picture has. */
function picture(bytes) {
  const data = new Uint8Array(bytes);
  let state = 1;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = ((i % width) >> 3) + (state >>> 28) + 32;
  }
  return data;
}

/** As a webcam sends it. */
async function jpegPicture() {
  const raw = { width, height, channels: 3 };
  return sharp(picture(width * height * 3), { raw })
    .jpeg({ quality: 75, chromaSubsampling: '4:2:0' })
    .toBuffer();
}

const packed = picture(width * height * 2);
const planar = picture(layout.byteLength);
const jpeg = await jpegPicture();

const cases = [
  { name: 'copy-yuyv', data: packed, copy: true },
  { name: 'copy-i420', data: planar, copy: true },
  { name: 'i420', pixels: 'YU12', data: planar, budgetMs: 0.3 },
  { name: 'nv12', pixels: 'NV12', data: planar, budgetMs: 0.3 },
  { name: 'yuyv', pixels: 'YUYV', data: packed, budgetMs: 0.4 },
  { name: 'uyvy', pixels: 'UYVY', data: packed, budgetMs: 0.4 },
  { name: 'yuyv-full-range', pixels: 'YUYV', data: packed, isFullRange: true, budgetMs: 0.6 },
  { name: 'yuyv-640x480-cropped', pixels: 'YUYV', data: picture(640 * 480 * 2), size: [640, 480], budgetMs: 3 },
  { name: 'mjpg', pixels: 'MJPG', data: jpeg, budgetMs: 3 },
];

for (const { name, pixels, data, copy, budgetMs, isFullRange = false, size = [width, height] } of cases) {
  if (!name.includes(wanted)) continue;
  if (copy) {
    const target = new Uint8Array(new SharedArrayBuffer(data.length));
    report(await measure(`capture/${name}`, () => target.set(data)));
    continue;
  }
  const format = {
    pixels,
    width: size[0],
    height: size[1],
    strideBytes: 0,
    byteLength: data.length,
    isFullRange,
    fps: 30,
  };
  const kernels = await Kernels.load(decoderBytes(format, layout, 'crop'));
  const decoder = await FrameDecoder.open(kernels, format, layout, 'crop');
  if (!decoder.decode(data, data.length, into)) throw new Error(`${name}: the frame was refused`);
  report(await measure(`capture/${name}`, () => decoder.decode(data, data.length, into), { budgetMs }));
  decoder.close();
}
