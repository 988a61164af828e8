import { ClipSource } from '../../../src/capture/clip-source.js';
import { Y4mWriter } from '../../../src/output/y4m-writer.js';
import { SensorNoise } from '../../../src/tracking/evaluation/sensor-noise.js';

/** A webcam's noise in a lit room, in 8-bit steps of luma; chroma gets two thirds of it. */
const NOISE = 3;
const RATE = { num: 25, den: 1 } as const;

/** Writes a clip in which the first frame of another stands still under a camera's noise. */
export async function writeStillClip(
  from: string,
  into: string,
  size: { readonly width?: number; readonly height?: number },
  frames: number,
): Promise<void> {
  const source = new ClipSource(from, size);
  const { layout } = await source.open();
  const still = new Uint8Array(layout.byteLength);
  await source.read(still);
  await source.close();
  const noise = new SensorNoise(7);
  const writer = new Y4mWriter({ layout, rate: RATE }, into);
  const noisy = new Uint8Array(layout.byteLength);
  for (let frame = 0; frame < frames; frame++) {
    noisy.set(still);
    noise.add(noisy.subarray(0, layout.offsetU), NOISE);
    noise.add(noisy.subarray(layout.offsetU), (NOISE * 2) / 3);
    writer.write(noisy);
  }
  writer.close();
}
