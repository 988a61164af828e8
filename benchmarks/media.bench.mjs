// Reading and recording on their threads, one frame at a time at 1280x720: decoding and scaling the demo clip, and each
// way of encoding it (milliseconds, quality and size). What `mien process` can reach is set by the slowest of its threads.
//
//   node benchmarks/media.bench.mjs             what mien does
//   node benchmarks/media.bench.mjs --presets   beside it, what else x264 offers: the table that its settings come from
//   CLIP=film.mp4 node benchmarks/media.bench.mjs --presets     the same with another film (cropped to 1280x720)
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ClipSource } from '../dist/capture/clip-source.js';
import { demoClipPath } from '../dist/capture/demo-clip.js';
import { RecordingSink } from '../dist/output/recording-sink.js';
import { loadFfmpeg } from '../dist/system/ffmpeg.js';
import { report, summarise } from './measure.mjs';

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES = process.env.MIEN_BENCH_ROUNDS ? 30 : 250;
const WARM_UP = 10;
const rate = { num: 25, den: 1 };
const clip = process.env.CLIP ?? demoClipPath();
const LEAN = 'mbtree=1:rc-lookahead=10';
const DRESSED = 'cabac=1:deblock=0,0:aq-mode=1:8x8dct=1:partitions=i8x8,i4x4';
/** Other ways to encode, to compare with. */
const PRESETS = [
  { preset: 'ultrafast', crf: 20, params: `${DRESSED}:${LEAN}`, threads: 2 },
  { preset: 'superfast', crf: 20, threads: 2 },
  { preset: 'superfast', crf: 20, params: LEAN, threads: 1 },
  { preset: 'superfast', crf: 20, params: LEAN, threads: 2 },
  { preset: 'superfast', crf: 20, params: `${LEAN}:bframes=0`, threads: 2 },
  { preset: 'veryfast', crf: 20, threads: 2 },
  { preset: 'ultrafast', crf: 21, tune: 'zerolatency', params: DRESSED, threads: 1 },
  { preset: 'superfast', crf: 21, tune: 'zerolatency', threads: 1 },
];
const ffmpeg = await loadFfmpeg();
const folder = mkdtempSync(join(tmpdir(), 'mien-media-'));

const milliseconds = (since) => Number(process.hrtime.bigint() - since) / 1e6;

/** Frames of a clip and what each cost to read. */
async function readFrames(path, count, options) {
  const source = new ClipSource(path, options);
  const { layout } = await source.open();
  const frames = [];
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const data = new Uint8Array(layout.byteLength);
    const started = process.hrtime.bigint();
    if (!(await source.read(data))) throw new Error(`${path} has only ${index} frames`);
    times[index] = milliseconds(started);
    frames.push(data);
  }
  await source.close();
  return { layout, frames, times: times.subarray(WARM_UP) };
}

/** Luma PSNR in dB of a recording against what went in. */
async function lumaPsnr(path, frames, layout) {
  const source = new ClipSource(path);
  await source.open();
  const data = new Uint8Array(layout.byteLength);
  let squares = 0;
  let count = 0;
  for (let index = 0; await source.read(data); index++) {
    if (index % 10 !== 0) continue;
    for (let i = 0; i < layout.offsetU; i++) squares += (data[i] - frames[index][i]) ** 2;
    count += layout.offsetU;
  }
  await source.close();
  return 10 * Math.log10(255 ** 2 / (squares / count));
}

async function measureRecording(name, { layout, frames }) {
  const path = join(folder, `${name}.mp4`);
  const sink = new RecordingSink(path, { preset: name });
  await sink.open({ layout, rate });
  const times = new Float64Array(frames.length);
  const cpu = process.cpuUsage();
  for (const [index, data] of frames.entries()) {
    const started = process.hrtime.bigint();
    sink.write({ layout, data, sequence: index, capturedAt: index * 40_000, pts: index / 25 }, null);
    times[index] = milliseconds(started);
  }
  await sink.close();
  const { user, system } = process.cpuUsage(cpu);
  report({
    ...summarise(`record/1280x720 ${name}`, times.subarray(WARM_UP)),
    cpuMsAFrame: Number(((user + system) / 1000 / frames.length).toFixed(2)),
    psnr: Number((await lumaPsnr(path, frames, layout)).toFixed(2)),
    kbAFrame: Number((statSync(path).size / frames.length / 1000).toFixed(2)),
  });
}

/** The same frames through x264 alone, with other settings. */
function measurePreset({ layout, frames }, { preset, crf, tune, params, threads }) {
  const encoder = ffmpeg.Codec.findEncoderByName('libx264');
  const codec = new ffmpeg.CodecContext();
  codec.allocContext3(encoder);
  Object.assign(codec, { width: WIDTH, height: HEIGHT, pixelFormat: ffmpeg.AV_PIX_FMT_YUV420P, threadCount: threads });
  codec.timeBase = new ffmpeg.Rational(1, 25);
  codec.framerate = new ffmpeg.Rational(25, 1);
  codec.gopSize = 125;
  codec.setOption('preset', preset);
  codec.setOption('crf', `${crf}`);
  if (tune) codec.setOption('tune', tune);
  if (params) codec.setOption('x264-params', params);
  ffmpeg.FFmpegError.throwIfError(codec.open2Sync(encoder, null), preset);
  const decoder = new ffmpeg.CodecContext();
  const h264 = ffmpeg.Codec.findDecoder(ffmpeg.AV_CODEC_ID_H264);
  decoder.allocContext3(h264);
  decoder.open2Sync(h264, null);
  const packet = new ffmpeg.Packet();
  packet.alloc();
  const decoded = new ffmpeg.Frame();
  decoded.alloc();
  let bytes = 0;
  let squares = 0;
  let compared = 0;
  const compare = () => {
    while (decoder.receiveFrameSync(decoded) >= 0) {
      const index = Number(decoded.pts);
      if (index % 10 !== 0) continue;
      const [luma] = decoded.data;
      const stride = decoded.linesize[0];
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) squares += (luma[y * stride + x] - frames[index][y * WIDTH + x]) ** 2;
      }
      compared += WIDTH * HEIGHT;
    }
  };
  const kept = [];
  const cpu = process.cpuUsage();
  const started = process.hrtime.bigint();
  const send = (picture) => {
    ffmpeg.FFmpegError.throwIfError(codec.sendFrameSync(picture), 'encoding');
    while (codec.receivePacketSync(packet) >= 0) {
      bytes += packet.size;
      kept.push(packet.clone());
    }
  };
  const picture = new ffmpeg.Frame();
  picture.alloc();
  Object.assign(picture, { width: WIDTH, height: HEIGHT, format: ffmpeg.AV_PIX_FMT_YUV420P });
  picture.getBuffer(1);
  for (const [index, data] of frames.entries()) {
    picture.makeWritable();
    const planes = picture.data;
    planes[0].set(data.subarray(0, layout.offsetU));
    planes[1].set(data.subarray(layout.offsetU, layout.offsetV));
    planes[2].set(data.subarray(layout.offsetV, layout.byteLength));
    picture.pts = BigInt(index);
    send(picture);
  }
  send(null);
  const wallMs = milliseconds(started) / frames.length;
  const { user, system } = process.cpuUsage(cpu);
  for (const one of kept) {
    decoder.sendPacketSync(one);
    one.free();
    compare();
  }
  decoder.sendPacketSync(null);
  compare();
  for (const context of [codec, decoder]) context.freeContext();
  for (const held of [picture, decoded, packet]) held.free();
  console.log(
    JSON.stringify({
      bench: `x264 ${preset} crf ${crf} ${tune ?? ''} ${params ?? ''} threads ${threads}`.replace(/ +/g, ' '),
      wallMs: Number(wallMs.toFixed(2)),
      cpuMs: Number(((user + system) / 1000 / frames.length).toFixed(2)),
      psnr: Number((10 * Math.log10(255 ** 2 / (squares / compared))).toFixed(2)),
      kbAFrame: Number((bytes / frames.length / 1000).toFixed(2)),
    }),
  );
}

try {
  const demo = await readFrames(clip, FRAMES, { width: WIDTH, height: HEIGHT, fit: 'crop', loop: true });
  report({ ...summarise(`read/${basename(clip)} to 1280x720`, demo.times), budgetMs: 5 });
  for (const name of ['live', 'offline']) await measureRecording(name, demo);
  // What a phone or a webcam gives: a 1280x720 file that needs no scaling.
  report({
    ...summarise('read/1280x720', (await readFrames(join(folder, 'offline.mp4'), FRAMES, {})).times),
    budgetMs: 5,
  });
  if (process.argv.includes('--presets')) {
    for (const settings of PRESETS) measurePreset(demo, settings);
  }
} finally {
  rmSync(folder, { recursive: true });
}
