import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors.js';
import { LEFT_EYE, RIGHT_EYE } from './face-outlines.js';

/** Points of the mesh: the first 468 of a tracked face's; the irises follow them. */
export const MESH_POINTS = 468;
/** Triangles of the mesh. The eyes and the mouth are closed by triangles too. */
export const MESH_TRIANGLES = 898;
/** Points above this move with the skull: nose and upwards, without cheeks and jaw. In cm, y down. */
const RIGID_ABOVE = 2.5;
const SHA256 = '09a3deb6fba6a1b55c05e80eb11e527627ef51e03db3f8be3e3427cce80f519b';
const FILE = fileURLToPath(new URL('../../models/cache/canonical-face.bin', import.meta.url));

/** The mesh of a mean face, looking at the camera. Shared: only read. */
export interface CanonicalFace {
  /** MESH_POINTS × (x, y, z) in cm: x to the right of the picture, y down, z away from the camera. */
  readonly points: Float32Array;
  /** MESH_TRIANGLES × three point numbers, counter-clockwise on screen where they face the camera. */
  readonly triangles: Uint16Array;
  /** The points that move with the skull, whatever the face does. */
  readonly rigid: Uint16Array;
}

let loaded: CanonicalFace | null = null;

/**
 * The mesh of a mean face, read at the first call.
 * Source: MediaPipe's face_geometry, geometry_pipeline_metadata_landmarks (Apache-2.0).
 *
 * @throws UserError MODEL_MISSING if set-up has not made it, MODEL_CHANGED if its bytes are not the known ones.
 */
export function canonicalFace(): CanonicalFace {
  loaded ??= read();
  return loaded;
}

function read(): CanonicalFace {
  const remedy = 'Make it again with: npm run build';
  let file: Buffer;
  try {
    file = readFileSync(FILE);
  } catch (cause) {
    throw new UserError('MODEL_MISSING', `The mesh of a face cannot be read: ${FILE}.`, remedy, { cause });
  }
  const found = createHash('sha256').update(file).digest('hex');
  if (found !== SHA256) {
    throw new UserError('MODEL_CHANGED', `${FILE} has the SHA-256 ${found}, expected ${SHA256}.`, remedy);
  }
  // Copied: a view of floats must be aligned, and the file is little-endian as every machine that Node runs on.
  const bytes = new Uint8Array(file).buffer;
  const points = new Float32Array(bytes, 0, 3 * MESH_POINTS);
  const triangles = new Uint16Array(bytes, points.byteLength, 3 * MESH_TRIANGLES);
  const eyes = new Set<number>([...RIGHT_EYE, ...LEFT_EYE]);
  const rigid = Uint16Array.from(
    Array.from({ length: MESH_POINTS }, (_, point) => point).filter(
      (point) => points[3 * point + 1]! < RIGID_ABOVE && !eyes.has(point),
    ),
  );
  return { points, triangles, rigid };
}
