import { ovalMask } from '../../../src/training/evaluation/face-alignment.js';
import { type Flicker, FlickerMeter } from '../../../src/training/evaluation/flicker.js';
import { lumaOf } from '../../../src/training/evaluation/picture.js';
import { FaceWatcher } from '../face-watcher.js';

/** What is smoothed over time has settled by then. */
const SETTLING_FRAMES = 15;
const INNER_FACE = 0.85;

/** Flicker of a worn clip in which nothing moves but the noise. Null without a face. */
export async function measureStillFlicker(input: string, output: string): Promise<Flicker | null> {
  const [inputWatcher, outputWatcher] = await Promise.all([FaceWatcher.open(), FaceWatcher.open()]);
  const meter = new FlickerMeter();
  const outputs = outputWatcher.watch(output);
  try {
    for await (const { sequence, picture, points } of inputWatcher.watch(input)) {
      const { value: after, done } = await outputs.next();
      if (done) throw new Error(`${output} ends at frame ${sequence}, before ${input} does`);
      if (!points || sequence < SETTLING_FRAMES) continue;
      const { width, height } = picture;
      meter.add(lumaOf(picture), lumaOf(after.picture), ovalMask(points, width, height, INNER_FACE));
    }
  } finally {
    await outputs.return(undefined);
    await Promise.all([inputWatcher.close(), outputWatcher.close()]);
  }
  return meter.ratio;
}
