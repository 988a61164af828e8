import { noVariation, Sampler } from './augmentation.js';
import { Random } from './random.js';
import type { StepSession } from './step-session.js';
import type { TrainingSet } from './training-set.js';

/** How far a training is, to look at: RGB bytes, [size, size, 3] each. */
export interface PreviewPicture {
  /** The user as the network sees it. */
  readonly input: Uint8Array;
  /** The user with the avatar that is aimed at. */
  readonly target: Uint8Array;
  /** The user with what the network makes now. */
  readonly result: Uint8Array;
}

/** A few pictures of the set, always the same ones, so that two previews can be compared. */
export interface Preview {
  readonly step: number;
  readonly size: number;
  readonly pictures: readonly PreviewPicture[];
}

/**
 * Runs the network once on unvaried pictures of the set, spread over all of it. Uses the session's tensors.
 *
 * @param average - the weights to make them with.
 */
export async function makePreview(
  session: StepSession,
  set: TrainingSet,
  average: Float32Array,
  step: number,
): Promise<Preview> {
  const random = new Random(0);
  const sampler = new Sampler(set, noVariation, random);
  const { samples, avatars } = session;
  for (const [index, sample] of samples.entries()) {
    sampler.sample(Math.floor(((index + 0.5) * set.count) / samples.length), random, sample);
  }
  session.weights.set(average);
  await session.run();
  const area = set.size * set.size;
  const pictures = samples.map(({ face, target }, index) => ({
    input: packed(face, area),
    target: worn(face, target, area),
    result: worn(face, avatars.subarray(index * 4 * area, (index + 1) * 4 * area), area),
  }));
  return { step, size: set.size, pictures };
}

/** The avatar over the user, by its mask. */
function worn(face: Float32Array, avatar: Float32Array, area: number): Uint8Array {
  const mask = avatar.subarray(3 * area);
  return packed(
    face.map((value, i) => value + (avatar[i]! - value) * mask[i % area]!),
    area,
  );
}

/** Three planes of 0..1 to packed bytes. */
function packed(planes: Float32Array, area: number): Uint8Array {
  return Uint8Array.from({ length: 3 * area }, (_, i) => Math.round(planes[(i % 3) * area + Math.floor(i / 3)]! * 255));
}
