// Development: writes a contact sheet of the touch-up. Each picture is a row: before, each strength, difference x 8, mask.
//
//   node scripts/look.mjs OUT.png [--strength 60,100] [--zoom 1] [--tile 360] [--frames 0,10,20] [--size 1280x720] FILE...
//
// FILE is a still, or a clip when --frames names frames of it; clips also get the change since the frame before x 8.
// Needs a build (npm run build).
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { ClipSource } from '../dist/capture/clip-source.js';
import { TouchUp } from '../dist/effects/touch-up.js';
import { i420Layout } from '../dist/frame/i420.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { FaceTracker } from '../dist/tracking/face-tracker.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    strength: { type: 'string', default: '60,100' },
    zoom: { type: 'string', default: '1' },
    tile: { type: 'string', default: '360' },
    frames: { type: 'string' },
    size: { type: 'string' },
  },
});
const [out, ...files] = positionals;
if (!out || files.length === 0) {
  console.error('usage: node scripts/look.mjs OUT.png [--strength 60,100] [--zoom 1] [--frames 0,10] FILE...');
  process.exit(1);
}
const strengths = values.strength.split(',').map(Number);
const tile = Number(values.tile);

const rows = [];
for (const file of files) {
  if (values.frames) rows.push(...(await clipRows(file, values.frames.split(',').map(Number))));
  else rows.push(await stillRow(file));
}
const columns = Math.max(...rows.map((row) => row.length));
await sharp({ create: { width: columns * tile, height: rows.length * tile, channels: 3, background: '#000' } })
  .composite(rows.flatMap((row, y) => row.map((input, x) => ({ input, left: x * tile, top: y * tile }))))
  .png()
  .toFile(out);

/** A frame in kernel memory with a tracker over it and one touch-up a strength. */
async function openBench(width, height) {
  const layout = i420Layout(width, height);
  const kernels = await Kernels.load(layout.byteLength + (32 << 20) + strengths.length * (12 << 20));
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const effects = strengths.map(() => {
    const effect = new TouchUp();
    effect.configure({ kernels, frame, rate: { num: 30, den: 1 } });
    return effect;
  });
  const tracker = await FaceTracker.open(kernels);
  return { layout, frame, effects, tracker, pixels: kernels.u8(frame.address, layout.byteLength) };
}

/** The touched-up copies of the frame, one a strength, in I420. The frame itself is left as it was. */
function touchUpAll(bench, face) {
  const before = bench.pixels.slice();
  return bench.effects.map((effect, i) => {
    bench.pixels.set(before);
    if (effect.prepare(face, { effect: 'touch-up', strength: strengths[i] })) effect.blend();
    const after = bench.pixels.slice();
    bench.pixels.set(before);
    return after;
  });
}

async function stillRow(file) {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const bench = await openBench(info.width, info.height);
  rgbToI420(data, bench.layout, bench.pixels);
  const face = await bench.tracker.track(bench.frame, 0);
  if (!face) console.error(`${file}: no face found`);
  const row = await tiles(bench, face, bench.pixels.slice(), touchUpAll(bench, face), null);
  await bench.tracker.close();
  return row;
}

async function clipRows(file, wanted) {
  const [width, height] = values.size?.split('x').map(Number) ?? [];
  const source = new ClipSource(file, { width, height, fit: 'letterbox', loop: false, paced: false });
  const { layout } = await source.open();
  const bench = await openBench(layout.width, layout.height);
  const found = [];
  let last = null;
  for (let index = 0; index <= Math.max(...wanted); index++) {
    const stamp = await source.read(bench.pixels);
    if (!stamp) break;
    const face = await bench.tracker.track(bench.frame, stamp.pts * 1e6);
    const after = touchUpAll(bench, face);
    if (wanted.includes(index)) found.push(await tiles(bench, face, bench.pixels.slice(), after, last));
    last = after[0];
  }
  await bench.tracker.close();
  await source.close();
  return found;
}

async function tiles({ layout, effects }, face, before, after, last) {
  const box = faceBox(face, layout);
  const cut = (rgb) =>
    sharp(rgb, { raw: { width: layout.width, height: layout.height, channels: 3 } })
      .extract(box)
      .toBuffer({ resolveWithObject: true })
      .then(({ data, info }) =>
        sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
          .resize(tile, tile, { kernel: 'cubic' })
          .png()
          .toBuffer(),
      );
  const original = i420ToRgb(before, layout);
  const touched = after.map((picture) => i420ToRgb(picture, layout));
  const mask = face ? drawMask(original, layout, effects[0].mask) : original;
  const pictures = [original, ...touched, difference(original, touched[0]), mask];
  if (last) pictures.push(difference(i420ToRgb(last, layout), touched[0]));
  return Promise.all(pictures.map(cut));
}

/** A square round the face, closer by --zoom; the whole picture's middle where there is none. */
function faceBox(face, { width, height }) {
  const most = Math.min(width, height);
  const size = Math.min(most, Math.round((face ? 1.25 * face.region.size * 0.8 : most) / Number(values.zoom)));
  const center = face ? [face.region.centerX, face.region.centerY - 0.03 * size] : [width / 2, height / 2];
  const place = (at, side) => Math.max(0, Math.min(side - size, Math.round(at - size / 2)));
  return { left: place(center[0], width), top: place(center[1], height), width: size, height: size };
}

function difference(a, b) {
  return Buffer.from(a.map((value, i) => Math.max(0, Math.min(255, 128 + 8 * (b[i] - value)))));
}

function drawMask(rgb, { width, height }, { weights, cols, rows, originX, originY, cell }) {
  const drawn = Buffer.alloc(rgb.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const column = Math.floor((x + 0.5 - originX) / cell);
      const row = Math.floor((y + 0.5 - originY) / cell);
      const inside = column >= 0 && row >= 0 && column < cols && row < rows;
      const weight = inside ? weights[row * cols + column] : 0;
      const i = 3 * (y * width + x);
      drawn[i] = 0.4 * rgb[i] + 153 * weight;
      drawn[i + 1] = 0.4 * rgb[i + 1] + 100 * weight;
      drawn[i + 2] = 0.4 * rgb[i + 2];
    }
  }
  return drawn;
}

function rgbToI420(rgb, { width, height, strideUV, heightUV, offsetU, offsetV }, to) {
  for (let i = 0; i < width * height; i++) {
    to[i] = Math.round(16 + (65.481 * rgb[3 * i] + 128.553 * rgb[3 * i + 1] + 24.966 * rgb[3 * i + 2]) / 255);
  }
  for (let y = 0; y < heightUV; y++) {
    for (let x = 0; x < strideUV; x++) {
      const sum = [0, 0, 0];
      for (let k = 0; k < 4; k++) {
        const at = Math.min(height - 1, 2 * y + (k >> 1)) * width + Math.min(width - 1, 2 * x + (k & 1));
        for (let c = 0; c < 3; c++) sum[c] += rgb[3 * at + c] / 1020;
      }
      const [r, g, b] = sum;
      to[offsetU + y * strideUV + x] = Math.round(128 - 37.797 * r - 74.203 * g + 112 * b);
      to[offsetV + y * strideUV + x] = Math.round(128 + 112 * r - 93.786 * g - 18.214 * b);
    }
  }
}

function i420ToRgb(data, { width, height, strideUV, heightUV, offsetU, offsetV }) {
  const rgb = Buffer.alloc(3 * width * height);
  const byte = (value) => Math.max(0, Math.min(255, Math.round(value)));
  for (let y = 0; y < height; y++) {
    const v = Math.max(0, Math.min(heightUV - 1, (y - 0.5) / 2));
    const top = Math.floor(v);
    const bottom = Math.min(heightUV - 1, top + 1);
    for (let x = 0; x < width; x++) {
      const u = Math.max(0, Math.min(strideUV - 1, (x - 0.5) / 2));
      const left = Math.floor(u);
      const right = Math.min(strideUV - 1, left + 1);
      const sample = (at) =>
        (data[at + top * strideUV + left] * (1 - u + left) + data[at + top * strideUV + right] * (u - left)) *
          (1 - v + top) +
        (data[at + bottom * strideUV + left] * (1 - u + left) + data[at + bottom * strideUV + right] * (u - left)) *
          (v - top);
      const luma = 1.164383 * (data[y * width + x] - 16);
      const cb = sample(offsetU) - 128;
      const cr = sample(offsetV) - 128;
      const i = 3 * (y * width + x);
      rgb[i] = byte(luma + 1.596027 * cr);
      rgb[i + 1] = byte(luma - 0.391762 * cb - 0.812968 * cr);
      rgb[i + 2] = byte(luma + 2.017232 * cb);
    }
  }
  return rgb;
}
