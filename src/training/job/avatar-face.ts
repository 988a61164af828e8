import { ClipSource } from '../../capture/clip-source.js';
import type { Kernels } from '../../kernels/kernels.js';
import { loadDriver } from '../driver.js';
import { pictureOf } from '../evaluation/picture.js';
import type { Picture } from '../picture.js';
import { loadPortrait, type Portrait, readStill } from '../portrait.js';
import { loadRecordedPortraits } from '../recorded-portraits.js';
import { RecordedTargetMaker } from '../recorded-targets.js';
import { TargetMaker, type TargetOptions } from '../targets.js';
import type { JobFolder } from './job-folder.js';

/** Moments of a recording that are worn in turn: each costs a second to cut out, and kernel memory. */
const MOMENTS = 12;

/** The portraits that a job's avatar wears: one, or several moments of a recording, the most restful first. @throws UserError. */
export async function loadAvatarFace(folder: JobFolder): Promise<readonly Portrait[]> {
  const { face } = folder.job;
  return face.kind === 'portrait'
    ? [await loadPortrait(folder.file(face.file))]
    : loadRecordedPortraits(face.path, MOMENTS);
}

/** The first of them alone, and a picture to show of it. @throws UserError. */
export async function loadStillFace(
  folder: JobFolder,
): Promise<{ readonly portrait: Portrait; readonly still: Picture }> {
  const { face } = folder.job;
  if (face.kind === 'portrait') {
    const path = folder.file(face.file);
    return { portrait: await loadPortrait(path), still: await readStill(path) };
  }
  const [portrait] = await loadRecordedPortraits(face.path, 1);
  return { portrait: portrait!, still: await firstSight(face.path) };
}

/** The first frame of a recording that surely shows its face. */
async function firstSight(path: string): Promise<Picture> {
  const { layout, frames } = await loadDriver(path, { maxFrames: 1 });
  const source = new ClipSource(path);
  try {
    await source.open();
    const pixels = new Uint8Array(layout.byteLength);
    for (let frame = 0; frame <= frames[0]!.index; frame++) await source.read(pixels);
    const { width, height, data } = pictureOf(pixels, layout);
    const rgba = new Uint8Array(4 * width * height).fill(255);
    for (let pixel = 0; pixel < width * height; pixel++) rgba.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    return { width, height, rgba };
  } finally {
    await source.close();
  }
}

/** What makes pairs of an avatar's face, of one portrait or of several. @throws RangeError if kernel memory runs out. */
export function pairMaker(
  kernels: Kernels,
  portraits: readonly Portrait[],
  user: Float32Array,
  options: TargetOptions,
): Pick<TargetMaker, 'make'> {
  const [only, ...others] = portraits;
  if (only && others.length === 0) return new TargetMaker(kernels, only, user, options);
  return new RecordedTargetMaker(kernels, portraits, user, options);
}
