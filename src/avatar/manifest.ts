import { z } from 'zod';
import { AvatarKind, AvatarName, describeIssue, line, Moment, Source } from './fields.js';
import type { PackFileName } from './pack-layout.js';

/** Vertices of the face mesh. */
export const SHAPE_POINTS = 468;

/** A length in cm: far more than any head measures. */
const centimetre = z.number().min(-100).max(100);
/** A neutral face: 468 vertices (x right, y down, z away from the camera), in cm of the canonical face. */
const Shape = z.array(z.tuple([centimetre, centimetre, centimetre])).length(SHAPE_POINTS);
export type Shape = z.infer<typeof Shape>;

const share = z.number().min(0).max(1);
const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

const Weights = {
  /** Median time of one run on the maker's machine, one thread; null if it was not measured. */
  milliseconds: z.number().positive().max(60_000).nullable(),
};

const Network = z.strictObject({
  /** Side of the input and output squares, in pixels. */
  size: z.number().int().min(64).max(512).multipleOf(16),
  parameters: count.nullable(),
  /** Multiply-adds of one run. */
  macs: count.nullable(),
  fp32: z.strictObject({ file: z.literal('fp32.onnx'), ...Weights }),
  int8: z
    .strictObject({
      file: z.literal('int8.onnx'),
      ...Weights,
      /** Likeness of its pictures to those of fp32, on frames that it was not calibrated with. */
      psnrDb: z.number().min(0).max(200),
    })
    .nullable(),
  /** Which of the two is worn. */
  run: z.enum(['fp32', 'int8']),
  /** Why that one: shown to the user. */
  reason: line(200),
});

const ModelCard = z.strictObject({
  /** How it was made, for example "one portrait". */
  recipe: line(80),
  /** Each recording or picture that it learnt from. */
  trainedOn: z.array(line(200)).min(1).max(32),
  minutes: z.number().nonnegative().max(1e6),
  steps: count,
  images: count,
  command: line(1000),
  seed: z.number().int().min(0).max(0xffffffff),
  /** Name to value, for example "PSNR on unseen frames, dB". */
  figures: z
    .record(line(60), z.number())
    .refine((figures) => Object.keys(figures).length <= 40, 'expected 40 figures at most'),
});
export type ModelCard = z.infer<typeof ModelCard>;

/** `avatar.json`: what an avatar is and how it is worn. */
export const AvatarManifest = z
  .strictObject({
    format: z.literal(1),
    name: AvatarName,
    title: line(80),
    kind: AvatarKind,
    created: Moment,
    network: Network,
    /** Which crop the network takes: mien's own window, or DeepFaceLab's whole face. */
    alignment: z.enum(['mien', 'dfl-whole-face']),
    neutral: z.strictObject({
      /** The avatar's face at rest; null where nobody knows it (networks made elsewhere). */
      avatar: Shape.nullable(),
      /** The face at rest of the user whom it was trained for; null if it was for anybody. */
      user: Shape.nullable(),
    }),
    /** The portrait's face for the layer of fine skin, and where in it the 468 points lie (share of width, of height). */
    texture: z
      .strictObject({ file: z.literal('texture.png'), points: z.array(z.tuple([share, share])).length(SHAPE_POINTS) })
      .nullable(),
    /** Width of the band in which the mask fades out, as a share of the window's side. */
    mask: z.strictObject({ feather: z.number().min(0).max(0.5) }),
    /** The avatar's still, shown on cards. */
    preview: z.literal('preview.png').nullable(),
    report: z.literal('report.png').nullable(),
    /** For faces that are nobody's own. */
    source: Source.nullable(),
    /** Null for networks made elsewhere. */
    card: ModelCard.nullable(),
  })
  .refine(
    ({ kind, source }) => (source !== null) === (kind === 'synthetic' || kind === 'public-domain'),
    'expected "source" for kind synthetic and public-domain, and null for self and person',
  )
  .refine(
    ({ alignment, neutral }) => alignment !== 'mien' || neutral.avatar !== null,
    'expected "neutral.avatar" with alignment mien',
  )
  .refine(({ network }) => network.run === 'fp32' || network.int8 !== null, 'expected "network.int8" to be run');
export type AvatarManifest = z.infer<typeof AvatarManifest>;

/** A manifest, or what is wrong with it in words. Never throws. */
export function parseManifest(value: unknown): AvatarManifest | string {
  const { success, data, error } = AvatarManifest.safeParse(value);
  return success ? data : describeIssue(error);
}

/** The files that a manifest speaks of, besides itself, sorted. */
export function filesOf({ network, texture, preview, report }: AvatarManifest): readonly PackFileName[] {
  const files = [network.fp32.file, network.int8?.file, texture?.file, preview, report];
  return files.filter((file) => file !== null && file !== undefined).sort();
}
