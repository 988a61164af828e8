import { canonicalFace } from './canonical-face.js';

/**
 * Where a head is and how it is turned: frame = scale · rotation · canonical + translation. Frame space is that of
 * tracked points: pixels, x right, y down, z away from the camera in the scale of x.
 */
export interface FacePose {
  /** Pixels a cm. */
  scale: number;
  /** 3×3, row-major. */
  readonly rotation: Float64Array;
  /** Where the canonical origin lies, in pixels: (x, y, z). */
  readonly translation: Float64Array;
}

/** A pose to be written into: canonical cm are pixels until then. */
export function createPose(): FacePose {
  return { scale: 1, rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), translation: new Float64Array(3) };
}

/** (matrix squared) so often: the largest eigenvalue then outweighs the next by its 4096th power. */
const SQUARINGS = 12;

const covariance = new Float64Array(9);
const square = new Float64Array(16);
const product = new Float64Array(16);

/**
 * The pose that carries the canonical face's rigid points onto tracked ones with the least squared error; the scale is
 * the ratio of both sets' spreads. Allocates nothing when given `into`.
 * Source: Horn, "Closed-form solution of absolute orientation using unit quaternions", JOSA A 4 (1987).
 *
 * @param points - at least MESH_POINTS × (x, y, z), of a frame.
 */
export function fitPose(points: Float32Array, into: FacePose = createPose()): FacePose {
  const { points: canonical, rigid } = canonicalFace();
  let [px, py, pz, qx, qy, qz] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < rigid.length; i++) {
    const at = 3 * rigid[i]!;
    px += canonical[at]! / rigid.length;
    py += canonical[at + 1]! / rigid.length;
    pz += canonical[at + 2]! / rigid.length;
    qx += points[at]! / rigid.length;
    qy += points[at + 1]! / rigid.length;
    qz += points[at + 2]! / rigid.length;
  }
  let spreadP = 0;
  let spreadQ = 0;
  covariance.fill(0);
  for (let i = 0; i < rigid.length; i++) {
    const at = 3 * rigid[i]!;
    const ax = canonical[at]! - px;
    const ay = canonical[at + 1]! - py;
    const az = canonical[at + 2]! - pz;
    const bx = points[at]! - qx;
    const by = points[at + 1]! - qy;
    const bz = points[at + 2]! - qz;
    spreadP += ax * ax + ay * ay + az * az;
    spreadQ += bx * bx + by * by + bz * bz;
    addOuter(ax, ay, az, bx, by, bz);
  }
  rotationOf(covariance, into.rotation);
  into.scale = Math.sqrt(spreadQ / spreadP);
  const { rotation: r, scale, translation } = into;
  translation[0] = qx - scale * (r[0]! * px + r[1]! * py + r[2]! * pz);
  translation[1] = qy - scale * (r[3]! * px + r[4]! * py + r[5]! * pz);
  translation[2] = qz - scale * (r[6]! * px + r[7]! * py + r[8]! * pz);
  return into;
}

/**
 * Carries canonical points into the frame.
 *
 * @param shape - (x, y, z) of any number of points, in cm. @param into - as long; may be `shape`.
 */
export function toFrame(pose: FacePose, shape: Float32Array, into: Float32Array): Float32Array {
  const { scale, rotation: r, translation: t } = pose;
  for (let at = 0; at < shape.length; at += 3) {
    const x = shape[at]! * scale;
    const y = shape[at + 1]! * scale;
    const z = shape[at + 2]! * scale;
    into[at] = r[0]! * x + r[1]! * y + r[2]! * z + t[0]!;
    into[at + 1] = r[3]! * x + r[4]! * y + r[5]! * z + t[1]!;
    into[at + 2] = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!;
  }
  return into;
}

/** Carries points of the frame into canonical space: the inverse of `toFrame`. @param into - may be `points`. */
export function toCanonical(pose: FacePose, points: Float32Array, into: Float32Array): Float32Array {
  const { scale, rotation: r, translation: t } = pose;
  for (let at = 0; at < points.length; at += 3) {
    const x = (points[at]! - t[0]!) / scale;
    const y = (points[at + 1]! - t[1]!) / scale;
    const z = (points[at + 2]! - t[2]!) / scale;
    into[at] = r[0]! * x + r[3]! * y + r[6]! * z;
    into[at + 1] = r[1]! * x + r[4]! * y + r[7]! * z;
    into[at + 2] = r[2]! * x + r[5]! * y + r[8]! * z;
  }
  return into;
}

/** How a head is turned, in radians; all 0 when it looks at the camera upright. */
export interface HeadAngles {
  /** Positive when the nose points to the right of the picture. */
  readonly yaw: number;
  /** Positive when the nose points up. */
  readonly pitch: number;
  /** Positive when the head leans clockwise on screen. */
  readonly roll: number;
}

/** The angles of a pose: roll is that of the eye line on screen, yaw and pitch where the nose points once it is level. */
export function headAngles({ rotation: r }: FacePose): HeadAngles {
  const roll = Math.atan2(r[3]!, r[0]!);
  // The nose points along −z of the canonical face.
  const x = -r[2]! * Math.cos(roll) - r[5]! * Math.sin(roll);
  const y = r[2]! * Math.sin(roll) - r[5]! * Math.cos(roll);
  return { yaw: Math.atan2(x, r[8]!), pitch: Math.atan2(-y, Math.hypot(x, r[8]!)), roll };
}

function addOuter(ax: number, ay: number, az: number, bx: number, by: number, bz: number): void {
  covariance[0]! += ax * bx;
  covariance[1]! += ax * by;
  covariance[2]! += ax * bz;
  covariance[3]! += ay * bx;
  covariance[4]! += ay * by;
  covariance[5]! += ay * bz;
  covariance[6]! += az * bx;
  covariance[7]! += az * by;
  covariance[8]! += az * bz;
}

/** Horn's quaternion: the eigenvector of the largest eigenvalue of a symmetric 4×4 matrix made of the covariance. */
function rotationOf(m: Float64Array, into: Float64Array): void {
  const [xx = 0, xy = 0, xz = 0, yx = 0, yy = 0, yz = 0, zx = 0, zy = 0, zz = 0] = m;
  square.set([
    xx + yy + zz,
    yz - zy,
    zx - xz,
    xy - yx,
    yz - zy,
    xx - yy - zz,
    xy + yx,
    zx + xz,
    zx - xz,
    xy + yx,
    yy - xx - zz,
    yz + zy,
    xy - yx,
    zx + xz,
    yz + zy,
    zz - xx - yy,
  ]);
  // Shifted, so that the largest eigenvalue is also the one of the largest size.
  const shift = Math.hypot(...square);
  for (let i = 0; i < 16; i += 5) square[i]! += shift;
  for (let round = 0; round < SQUARINGS; round++) squareUp();
  // Every column of the limit is the eigenvector times one of its own entries: the longest is the most exact.
  let column = 0;
  for (let i = 1; i < 4; i++) if (square[5 * i]! > square[5 * column]!) column = i;
  const length = Math.hypot(square[column]!, square[4 + column]!, square[8 + column]!, square[12 + column]!);
  const w = square[column]! / length;
  const x = square[4 + column]! / length;
  const y = square[8 + column]! / length;
  const z = square[12 + column]! / length;
  into[0] = 1 - 2 * (y * y + z * z);
  into[1] = 2 * (x * y - w * z);
  into[2] = 2 * (x * z + w * y);
  into[3] = 2 * (x * y + w * z);
  into[4] = 1 - 2 * (x * x + z * z);
  into[5] = 2 * (y * z - w * x);
  into[6] = 2 * (x * z - w * y);
  into[7] = 2 * (y * z + w * x);
  into[8] = 1 - 2 * (x * x + y * y);
}

/** `square` becomes its own square, divided by its trace. */
function squareUp(): void {
  let trace = 0;
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += square[4 * row + k]! * square[4 * k + column]!;
      product[4 * row + column] = sum;
    }
    trace += product[5 * row]!;
  }
  for (let i = 0; i < 16; i++) square[i] = product[i]! / trace;
}
