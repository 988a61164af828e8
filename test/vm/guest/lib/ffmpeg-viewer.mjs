import { spawn } from 'node:child_process';
import { nowMs } from './waiting.mjs';

/**
 * Reads frames of the virtual camera with ffmpeg, which knows neither when they were written nor their numbers: the time
 * is that of their coming.
 *
 * @param {import('./viewer.mjs').PictureReader} pictures
 * @param {number} count
 * @returns {Promise<{ frames: import('./viewer.mjs').Seen[], errors: string }>}
 */
export async function readWithFfmpeg(pictures, count, path = '/dev/video10') {
  const { width, height } = pictures.size;
  const input = [
    '-f',
    'v4l2',
    '-i',
    path,
    '-frames:v',
    String(count),
    '-fps_mode',
    'passthrough',
    '-enc_time_base',
    '1/1000000',
  ];
  const child = spawn('ffmpeg', ['-loglevel', 'error', ...input, '-f', 'rawvideo', '-pix_fmt', 'yuyv422', '-'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const frameBytes = width * height * 2;
  const frames = [];
  let bytes = Buffer.alloc(0);
  for await (const chunk of child.stdout) {
    bytes = Buffer.concat([bytes, chunk]);
    for (; bytes.length >= frameBytes; bytes = bytes.subarray(frameBytes)) {
      const at = nowMs();
      frames.push({
        ...pictures.read(bytes.subarray(0, frameBytes)),
        sequence: frames.length,
        writtenMs: at,
        gotMs: at,
      });
    }
  }
  return { frames, errors };
}
