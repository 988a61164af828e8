import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const TensorFacts = z.strictObject({
  name: z.string(),
  shape: z.array(z.number().int().positive()),
  /** Lowest and highest value; null where the network sets no bound. */
  range: z.tuple([z.number(), z.number()]).nullable(),
  meaning: z.string(),
});

const Source = z.strictObject({
  package: z.string(),
  version: z.string(),
  /** A file of the package, and where in it the entry lies. */
  file: z.string(),
  entry: z.string(),
  offset: z.number().int().nonnegative(),
  length: z.number().int().positive(),
  sha256: Sha256,
});

const ModelFacts = z.strictObject({
  id: z.enum(['face-detector', 'face-landmarks', 'person-mask', 'person-mask-landscape']),
  source: Source,
  license: z.literal('Apache-2.0'),
  provenance: z.strictObject({ author: z.string(), model: z.string(), publication: z.string(), training: z.string() }),
  form: z.enum(['plain', 'merged-landmarks']),
  input: TensorFacts,
  outputs: z.array(TensorFacts).min(1),
  /** Of the converted model, which the converter makes byte for byte. */
  onnxSha256: Sha256,
});

const MeshFacts = z.strictObject({
  id: z.literal('canonical-face'),
  source: Source,
  license: z.literal('Apache-2.0'),
  meaning: z.string(),
});

const AvatarFacts = z.strictObject({
  /** Its folder in models/avatars. */
  name: z.string(),
  /** Of what training made; the face itself is free, as its provenance tells. */
  license: z.literal('Apache-2.0'),
  provenance: z.strictObject({ face: z.string(), drivers: z.string(), command: z.string() }),
  /** SHA-256 of its networks and pictures, by file. */
  files: z.record(z.string(), Sha256),
});

const Manifest = z.strictObject({
  about: z.string(),
  models: z.array(ModelFacts),
  mesh: MeshFacts,
  avatars: z.array(AvatarFacts),
});

/** What mien knows of one network: where it comes from, what it takes and gives. */
export type ModelFacts = z.infer<typeof ModelFacts>;
/** The networks of the manifest. */
export type ModelId = ModelFacts['id'];

/** What mien knows of the mesh of a mean face: where it comes from. */
export type MeshFacts = z.infer<typeof MeshFacts>;

/** What mien knows of an avatar that it ships: where its weights come from. */
export type AvatarFacts = z.infer<typeof AvatarFacts>;

/** The folder of manifest.json and the model cards. */
export const modelsFolder = fileURLToPath(new URL('../../models/', import.meta.url));

/** Reads models/manifest.json. @throws ZodError if it does not fit the schema. */
export function readManifest(): readonly ModelFacts[] {
  return parseManifest().models;
}

/** The mesh of the manifest. @throws ZodError if the manifest does not fit the schema. */
export function meshFacts(): MeshFacts {
  return parseManifest().mesh;
}

/** The avatars that the project made and ships. @throws ZodError if the manifest does not fit the schema. */
export function avatarFacts(): readonly AvatarFacts[] {
  return parseManifest().avatars;
}

/** One model of the manifest. @throws Error if it is not listed. */
export function modelFacts(id: ModelId): ModelFacts {
  const facts = readManifest().find((model) => model.id === id);
  if (!facts) throw new Error(`models/manifest.json does not list ${id}`);
  return facts;
}

function parseManifest(): z.infer<typeof Manifest> {
  return Manifest.parse(JSON.parse(readFileSync(`${modelsFolder}manifest.json`, 'utf8')));
}
