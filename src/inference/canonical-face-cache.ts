import { join } from 'node:path';
import { readModelSource, writeWhole } from './model-cache.js';
import { defaultCache } from './model-files.js';
import type { MeshFacts } from './model-manifest.js';

/** Field of GeometryPipelineMetadata, and fields of the Mesh3d in it (MediaPipe's face_geometry/protos). */
const CANONICAL_MESH = 1;
const VERTICES = 3;
const INDICES = 4;
/** Floats of a vertex: x right, y up, z towards the camera, in cm; then two of a texture. */
const VERTEX_FLOATS = 5;

/**
 * Writes canonical-face.bin, the mesh of a mean face: (x right, y down, z away from the camera) of each point as float32
 * in cm, then three uint16 a triangle, all little-endian. It is small: made anew each time.
 *
 * @throws UserError MODEL_MISSING or MODEL_CHANGED, as `readModelSource`.
 */
export function cacheCanonicalFace(facts: MeshFacts, cache = defaultCache): void {
  const { vertices, indices } = readMesh(readModelSource(facts));
  const points = vertices.length / VERTEX_FLOATS;
  const file = new DataView(new ArrayBuffer(12 * points + 2 * indices.length));
  for (let i = 0; i < points; i++) {
    file.setFloat32(12 * i, vertices[VERTEX_FLOATS * i]!, true);
    file.setFloat32(12 * i + 4, -vertices[VERTEX_FLOATS * i + 1]!, true);
    file.setFloat32(12 * i + 8, -vertices[VERTEX_FLOATS * i + 2]!, true);
  }
  indices.forEach((index, i) => {
    file.setUint16(12 * points + 2 * i, index, true);
  });
  writeWhole(join(cache, 'canonical-face.bin'), new Uint8Array(file.buffer));
}

/** The vertex floats and the indices of the mesh in a serialized GeometryPipelineMetadata, none of them packed. */
function readMesh(metadata: Uint8Array): { vertices: number[]; indices: number[] } {
  const vertices: number[] = [];
  const indices: number[] = [];
  const mesh = fieldsOf(metadata).find(({ number, bytes }) => number === CANONICAL_MESH && bytes !== null);
  for (const { number, value } of fieldsOf(mesh?.bytes ?? new Uint8Array())) {
    if (number === VERTICES) vertices.push(value);
    if (number === INDICES) indices.push(value);
  }
  return { vertices, indices };
}

interface Field {
  readonly number: number;
  /** Of a varint or a float; 0 for bytes. */
  readonly value: number;
  readonly bytes: Uint8Array | null;
}

/** The fields of a protobuf message. The bytes are known by their hash, so they are well formed. */
function fieldsOf(message: Uint8Array): Field[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = view.getUint8(at++);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const number = tag >> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint(), bytes: null });
        break;
      case 2: {
        const length = varint();
        fields.push({ number, value: 0, bytes: message.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        fields.push({ number, value: view.getFloat32(at, true), bytes: null });
        at += 4;
        break;
      default:
        throw new Error(`the mesh has a field of wire type ${tag & 7}`);
    }
  }
  return fields;
}
