import { MESH_POINTS } from '../blending/canonical-face.js';
import { type FacePose, toFrame } from '../blending/face-pose.js';
import { FOREHEAD_POINTS, raiseForehead } from '../blending/forehead.js';
import { Kernels } from '../kernels/kernels.js';
import { DrawnMesh, type TextureAt } from '../kernels/triangles.js';
import { fillUnknown, type Picture } from './picture.js';
import {
  FOREHEAD_FIRST,
  LEFT_EYE_PART,
  MOUTH_PART,
  RIGHT_EYE_PART,
  TARGET_VERTICES,
  targetTriangles,
} from './target-mesh.js';

/** Radians: a head turned by less shows both sides of its face well, one turned by more hides much of one. */
const LITTLE = 0.1;
const MUCH = 0.22;
/** The far side begins to be the near one's mirror picture so far (cm) from the middle of the face, and is it all here. */
const BAND = 1;

/** A face and the points on it. */
export interface FacePicture {
  readonly texture: Picture;
  /** LANDMARK_COUNT × (x, y, z) in pixels of the texture. */
  readonly points: Float32Array;
  /** In canonical cm. */
  readonly shape: Float32Array;
  /** From there to pixels of the texture. */
  readonly pose: FacePose;
}

/**
 * The face of a turned head as it would be seen from the front: the side that is turned away, which is seen foreshortened
 * and behind the nose, is replaced by the mirror picture of the other. A head that is hardly turned stays as it is.
 *
 * @param even - the face's shape with both sides alike. @param yaw - how the head is turned, radians.
 */
export async function frontView(face: FacePicture, even: Float32Array, yaw: number): Promise<FacePicture> {
  const share = Math.min((Math.abs(yaw) - LITTLE) / (MUCH - LITTLE), 1);
  if (share <= 0) return face;
  const { width: side } = face.texture;
  const pose = facing(face, side);
  const points = toFrame(pose, even, new Float32Array(even.length));
  const texture = await unroll(face, even, pose, points);
  mirrorFarSide(texture, pose, share, yaw);
  return { texture, points, shape: even, pose };
}

/** The same place and size, looking at the camera. */
function facing({ pose }: FacePicture, side: number): FacePose {
  const middle = Float32Array.of(0, 0.6, -3);
  return {
    scale: pose.scale,
    rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    translation: Float64Array.from(middle, (value) => side / 2 - pose.scale * value),
  };
}

/** The face drawn in another pose; what lies beside it is filled from it. */
async function unroll(face: FacePicture, even: Float32Array, pose: FacePose, points: Float32Array): Promise<Picture> {
  const { width, height, rgba } = face.texture;
  const kernels = await Kernels.load(8 * width * height + (1 << 20));
  const mesh = new DrawnMesh(kernels, TARGET_VERTICES, targetTriangles());
  place(mesh.points, points, even, pose);
  place(mesh.source, face.points, face.shape, face.pose);
  for (let at = 2; at < mesh.source.length; at += 3) mesh.source[at] = 1;
  const from: TextureAt = { address: kernels.alloc(rgba.length), width, height };
  const to: TextureAt = { address: kernels.alloc(rgba.length), width, height };
  kernels.u8(from.address, rgba.length).set(rgba);
  kernels.u8(to.address, rgba.length).fill(0);
  mesh.sort();
  mesh.draw(from, to);
  const drawn = { width, height, rgba: kernels.u8(to.address, rgba.length).slice() };
  fillUnknown(
    drawn,
    Uint8Array.from({ length: width * height }, (_, i) => drawn.rgba[4 * i + 3]!),
  );
  return drawn;
}

/** Writes where the mesh's vertices lie: the points, the doubled edges of eyes and mouth, and the raised forehead. */
function place(into: Float32Array, points: Float32Array, shape: Float32Array, pose: FacePose): void {
  into.set(points.subarray(0, 3 * MESH_POINTS));
  for (const { edge, first } of [RIGHT_EYE_PART, LEFT_EYE_PART, MOUTH_PART]) {
    edge.forEach((point, i) => {
      into.set(points.subarray(3 * point, 3 * point + 3), 3 * (first + i));
    });
  }
  const raised = new Float32Array(3 * FOREHEAD_POINTS);
  raiseForehead(shape, raised);
  into.set(toFrame(pose, raised, raised), 3 * FOREHEAD_FIRST);
}

/** Replaces the far side of a face that looks at the camera: with a positive yaw that is the right of the picture. */
function mirrorFarSide({ width, height, rgba }: Picture, pose: FacePose, share: number, yaw: number): void {
  const axis = pose.translation[0]!;
  const band = BAND * pose.scale;
  const original = rgba.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const beyond = Math.sign(yaw) * (x + 0.5 - axis);
      const weight = share * smooth(beyond / band);
      const other = Math.round(2 * axis - x - 1);
      if (weight === 0 || other < 0 || other >= width) continue;
      for (let k = 0; k < 3; k++) {
        const at = 4 * (y * width + x) + k;
        rgba[at] = original[at]! + weight * (original[4 * (y * width + other) + k]! - original[at]!) + 0.5;
      }
    }
  }
}

function smooth(x: number): number {
  const t = Math.min(Math.max(x, 0), 1);
  return t * t * (3 - 2 * t);
}
