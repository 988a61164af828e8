// Opens, uses and closes the JPEG decoders over and over, damaged pictures among what they decode, and prints the memory
// after a quarter of the rounds and after the last. Run by jpeg-lifetime.test.ts as `node --expose-gc`, on the compiled program.
import { readFileSync } from 'node:fs';
import { FfmpegJpegDecoder } from '../../../dist/capture/jpeg/ffmpeg-jpeg.js';
import { loadTurboJpeg, TurboJpegDecoder } from '../../../dist/capture/jpeg/turbo-jpeg.js';
import { i420Layout } from '../../../dist/frame/i420.js';
import { Kernels } from '../../../dist/kernels/kernels.js';
import { loadFfmpeg } from '../../../dist/system/ffmpeg.js';

const [path, bare, kind, rounds] = [process.argv[2], process.argv[3], process.argv[4], Number(process.argv[5])];
const size = { width: 160, height: 96 };
const kernels = await Kernels.load(1 << 20);
const layout = i420Layout(size.width, size.height);
const into = { layout, address: kernels.alloc(layout.byteLength) };
const empty = kernels.mark();
const jpeg = new Uint8Array(readFileSync(path));
const withoutTables = new Uint8Array(readFileSync(bare));
const ffmpeg = kind === 'FFmpeg' ? await loadFfmpeg() : null;

const rssMb = () => {
  for (let i = 0; i < 3; i++) gc();
  return process.memoryUsage().rss / 2 ** 20;
};

let first = 0;
for (let round = 0; round < rounds; round++) {
  kernels.release(empty);
  const decoder = ffmpeg
    ? new FfmpegJpegDecoder(ffmpeg, kernels, size)
    : new TurboJpegDecoder(loadTurboJpeg(), kernels, size);
  for (let i = 0; i < 20; i++) {
    if (!decoder.decode(jpeg, into) || !decoder.decode(withoutTables, into)) throw new Error('refused');
    if (decoder.decode(jpeg.subarray(0, 100 * i), into)) throw new Error('accepted');
    if (i % 10 === 5) gc();
  }
  decoder.close();
  gc();
  // Finalizers of native objects run between turns of the event loop, as they do in a program that waits for frames.
  await new Promise((resolve) => setImmediate(resolve));
  if (round === Math.floor(rounds / 4)) first = rssMb();
}
console.log(JSON.stringify({ first, last: rssMb() }));
