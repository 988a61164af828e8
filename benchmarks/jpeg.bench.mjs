// A webcam's JPEG to the working picture, 1280x720, each decoder and chroma sampling, one at a time on one thread. Beside
// them sharp to RGB, and the program ffmpeg (if there is one) fed through a pipe.
//
//   node benchmarks/jpeg.bench.mjs
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import sharp from 'sharp';
import { ClipSource } from '../dist/capture/clip-source.js';
import { demoClipPath } from '../dist/capture/demo-clip.js';
import { FfmpegJpegDecoder } from '../dist/capture/jpeg/ffmpeg-jpeg.js';
import { loadTurboJpeg, TurboJpegDecoder } from '../dist/capture/jpeg/turbo-jpeg.js';
import { i420Layout } from '../dist/frame/i420.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { loadFfmpeg } from '../dist/system/ffmpeg.js';
import { isBrief, measure, report, summarise } from './measure.mjs';

const size = { width: 1280, height: 720 };
const PICTURES = 20;
/** FFmpeg's quality scale: with the noise, a picture has the 80 to 120 kB that webcams send at this size. */
const QUALITY = 4;
/** Standard deviation of a camera's noise in ordinary light, in levels. */
const NOISE = 4;

const ffmpeg = await loadFfmpeg();
const { throwIfError } = ffmpeg.FFmpegError;
const kernels = await Kernels.load(32 << 20);

function newFrame(format, range) {
  const frame = new ffmpeg.Frame();
  frame.alloc();
  Object.assign(frame, { ...size, format, colorRange: range, colorSpace: ffmpeg.AVCOL_SPC_SMPTE170M });
  throwIfError(frame.getBuffer(), 'picture');
  return frame;
}

/** The demo clip with a camera's noise, as JPEG. */
async function makeJpegs(pixelFormat) {
  const source = new ClipSource(demoClipPath(), { ...size, fit: 'crop', loop: true });
  const { layout } = await source.open();
  const data = new Uint8Array(layout.byteLength);
  const limited = newFrame(ffmpeg.AV_PIX_FMT_YUV420P, ffmpeg.AVCOL_RANGE_MPEG);
  const full = newFrame(pixelFormat, ffmpeg.AVCOL_RANGE_JPEG);
  const scaler = new ffmpeg.SoftwareScaleContext();
  scaler.allocContext();
  const encoder = ffmpeg.Codec.findEncoderByName('mjpeg');
  const codec = new ffmpeg.CodecContext();
  codec.allocContext3(encoder);
  Object.assign(codec, { ...size, pixelFormat, threadCount: 1, globalQuality: QUALITY * ffmpeg.FF_QP2LAMBDA });
  codec.colorRange = ffmpeg.AVCOL_RANGE_JPEG;
  codec.timeBase = new ffmpeg.Rational(1, 30);
  codec.setFlags(ffmpeg.AV_CODEC_FLAG_QSCALE);
  codec.setOption('huffman', 'default');
  throwIfError(codec.open2Sync(encoder, null), 'encoder');
  const packet = new ffmpeg.Packet();
  packet.alloc();

  const jpegs = [];
  let state = 1;
  for (let index = 0; index < PICTURES; index++) {
    await source.read(data);
    for (let i = 0; i < layout.offsetU; i++) {
      // The sum of four evenly spread numbers is close to a normal one.
      let sum = 0;
      for (let part = 0; part < 4; part++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        sum += state / 2 ** 32 - 0.5;
      }
      data[i] = Math.min(235, Math.max(16, data[i] + NOISE * Math.sqrt(3) * sum));
    }
    const planes = limited.data;
    const offsets = [layout.offsetY, layout.offsetU, layout.offsetV];
    for (const [plane, offset] of offsets.entries()) {
      const stride = plane === 0 ? layout.strideY : layout.strideUV;
      const rows = plane === 0 ? size.height : layout.heightUV;
      for (let y = 0; y < rows; y++) {
        planes[plane].set(data.subarray(offset + y * stride, offset + (y + 1) * stride), y * limited.linesize[plane]);
      }
    }
    throwIfError(scaler.scaleFrameSync(full, limited), 'scaling');
    full.pts = BigInt(index);
    full.quality = QUALITY * ffmpeg.FF_QP2LAMBDA;
    throwIfError(codec.sendFrameSync(full), 'encoding');
    while (codec.receivePacketSync(packet) >= 0) {
      jpegs.push(new Uint8Array(packet.data));
      packet.unref();
    }
  }
  await source.close();
  for (const held of [limited, full, packet]) held.free();
  codec.freeContext();
  scaler.freeContext();
  return jpegs;
}

/** Goes round the pictures. */
function inTurn(jpegs, decode) {
  let index = 0;
  return () => decode(jpegs[index++ % jpegs.length]);
}

/**
 * Time from one picture to the next out of the program ffmpeg, fed through a pipe as fast as it takes them. It holds a
 * picture back until the next one begins, so that a delay cannot be told. Null without the program.
 */
async function timeProgram(jpegs, pixelFormat, bytes) {
  const options = `-v error -fflags nobuffer -flags low_delay -probesize 32 -analyzeduration 0 -threads 1 -f mjpeg -i pipe:0
    -fps_mode passthrough -f rawvideo -pix_fmt ${pixelFormat} -flush_packets 1 pipe:1`;
  const program = spawn('ffmpeg', options.split(/\s+/), { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => program.once('close', resolve).once('error', () => resolve(null)));
  program.stdin.on('error', () => {});
  const times = [];
  let got = 0;
  program.stdout.on('data', (chunk) => {
    got += chunk.length;
    for (; got >= bytes; got -= bytes) times.push(performance.now());
  });
  const rounds = isBrief ? 20 : 300;
  for (let index = 0; index < rounds && program.pid; index++) {
    if (!program.stdin.write(jpegs[index % jpegs.length])) {
      await Promise.race([once(program.stdin, 'drain'), closed]);
    }
  }
  program.stdin.end();
  await closed;
  return times.length < 10 ? null : Float64Array.from(times.slice(6), (time, index) => time - times[index + 5]);
}

const turbo = loadTurboJpeg();
const layout = i420Layout(size.width, size.height);
const into = { layout, address: kernels.alloc(layout.byteLength) };
const decoders = [
  ...(turbo ? [new TurboJpegDecoder(turbo, kernels, size)] : []),
  new FfmpegJpegDecoder(ffmpeg, kernels, size),
];

for (const [sampling, format, formatName, bytesAPixel] of [
  ['4:2:2', ffmpeg.AV_PIX_FMT_YUVJ422P, 'yuvj422p', 2],
  ['4:2:0', ffmpeg.AV_PIX_FMT_YUVJ420P, 'yuvj420p', 1.5],
]) {
  const jpegs = await makeJpegs(format);
  const kilobytes = Math.round(jpegs.reduce((sum, jpeg) => sum + jpeg.length, 0) / jpegs.length / 1000);
  const name = (what) => `jpeg/1280x720 ${sampling} ${kilobytes} kB, ${what}`;
  for (const decoder of decoders) {
    const decode = inTurn(jpegs, (jpeg) => {
      if (!decoder.decode(jpeg, into)) throw new Error(`${decoder.library} refused a picture`);
    });
    report(await measure(name(`${decoder.library} to I420`), decode, { budgetMs: 3 }));
  }
  const toRgb = inTurn(jpegs, (jpeg) => sharp(jpeg).raw().toBuffer());
  report(await measure(name('sharp to RGB'), toRgb, { warmup: 20, rounds: 100 }));
  const times = await timeProgram(jpegs, formatName, size.width * size.height * bytesAPixel);
  if (times) report(summarise(name('the program ffmpeg, a pipe, picture to picture'), times));
}
for (const decoder of decoders) decoder.close();
