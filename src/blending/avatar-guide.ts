import type { Kernels } from '../kernels/kernels.js';
import { DrawnMesh, type TextureAt } from '../kernels/triangles.js';
import { canonicalFace, MESH_POINTS } from './canonical-face.js';
import { LEFT_EYE_PARTS, LIP_PAIRS, MOUTH_CORNERS, RIGHT_EYE_PARTS } from './expression.js';
import { createPose, type FacePose, fitPose, toCanonical, toFrame } from './face-pose.js';
import { insetRim, RimFade } from './face-rim.js';
import { type FaceWindow, frameToTensor, mapPoints } from './face-window.js';
import { FOREHEAD_POINTS, foreheadTriangles, raiseForehead } from './forehead.js';
import { GuideEye } from './guide-eye.js';
import { type MeshPart, separateParts } from './mesh-parts.js';
import { Retargeter } from './retarget.js';

/** The guide is drawn with so many pixels a side for each of its own, and averaged. */
const FINE = 2;
/** The forehead's raised points are the vertices behind those of the mesh; the edges of the eyes follow. */
const FOREHEAD_FIRST = MESH_POINTS;
/** After so many rounds the pose of a face whose depth is not told moves no more. */
const POSE_ROUNDS = 12;

/** A portrait that is seen from the front. */
export interface GuidePortrait {
  /** RGBA bytes in kernel memory. */
  readonly texture: TextureAt;
  /** Where the face's points lie: MESH_POINTS × (u, v) in pixels of the texture. */
  readonly points: Float32Array;
  /** The avatar's face at rest, at least MESH_POINTS × (x, y, z) in canonical cm. */
  readonly avatar: Float32Array;
}

/** The kernels of assembly/triangles.ts that are used beside the mesh. */
interface GuideExports {
  halveToPlanes(picture: number, side: number, planes: number): void;
}

/**
 * Draws the portrait where the user's face moves it, for the network to copy: not lit, its own eyes looking to the side to
 * which the user's look, and without the inside of an opened mouth, which the network has to paint. Allocates in the
 * constructor only.
 */
export class AvatarGuide {
  readonly #run: GuideExports;
  readonly #texture: TextureAt;
  readonly #mesh: DrawnMesh;
  readonly #retargeter: Retargeter;
  readonly #user = new Float32Array(3 * MESH_POINTS);
  readonly #seen = new Float32Array(3 * MESH_POINTS);
  readonly #shape = new Float32Array(3 * MESH_POINTS);
  readonly #raised = new Float32Array(3 * FOREHEAD_POINTS);
  readonly #eyes: readonly GuideEye[];
  readonly #rim = new RimFade();
  readonly #canvas: TextureAt;
  readonly #pixels: Uint8Array;
  readonly #side: number;

  /**
   * @param kernels - its memory takes 16 · side² bytes for the picture, and the mesh.
   * @param side - of the guide in pixels, even.
   * @throws RangeError if kernel memory runs out, or the side is odd.
   */
  constructor(kernels: Kernels, { texture, points, avatar }: GuidePortrait, side: number) {
    if (side % 2 !== 0) throw new RangeError(`a guide has an even side, not ${side} pixels`);
    this.#run = kernels.bind<GuideExports>(['halveToPlanes']);
    this.#texture = texture;
    const right = new GuideEye(RIGHT_EYE_PARTS, points, FOREHEAD_FIRST + FOREHEAD_POINTS);
    const left = new GuideEye(LEFT_EYE_PARTS, points, right.first + right.edge.length);
    this.#eyes = [right, left];
    this.#mesh = new DrawnMesh(kernels, left.first + left.edge.length, guideTriangles(this.#eyes));
    const neutral = avatar.slice(0, 3 * MESH_POINTS);
    this.#retargeter = new Retargeter(this.#user, neutral);
    const fine = FINE * side;
    this.#canvas = { address: kernels.alloc(4 * fine * fine), width: fine, height: fine };
    this.#pixels = kernels.u8(this.#canvas.address, 4 * fine * fine);
    this.#side = side;
    this.#place(points, neutral);
  }

  /**
   * Draws the guide of a frame.
   *
   * @param points - the user's, irises included: (x, y, z) in pixels of the frame.
   * @param userNeutral - their face at rest, at least MESH_POINTS × (x, y, z) in canonical cm.
   * @param window - what the network sees of the frame.
   * @param into - address of [4, side, side] floats: red, green and blue, black where nothing is drawn, and the coverage; 0..1.
   */
  draw(points: Float32Array, userNeutral: Float32Array, window: FaceWindow, into: number): void {
    const seen = this.#seen;
    for (let i = 0; i < this.#user.length; i++) this.#user[i] = userNeutral[i]!;
    const pose = this.#retargeter.apply(points, seen);
    const shape = toCanonical(pose, seen, this.#shape);
    raiseForehead(shape, this.#raised);
    toFrame(pose, this.#raised, this.#raised);
    const toCanvas = frameToTensor(window, FINE * this.#side);
    mapPoints(toCanvas, seen);
    mapPoints(toCanvas, this.#raised);
    const mesh = this.#mesh;
    mesh.points.set(seen);
    mesh.points.set(this.#raised, 3 * FOREHEAD_FIRST);
    this.#placeEyes(points, shape, pose);
    this.#rim.apply(seen, shape, mesh.source);
    mesh.sort();
    this.#pixels.fill(0);
    mesh.draw(this.#texture, this.#canvas);
    this.#run.halveToPlanes(this.#canvas.address, this.#side, into);
  }

  /** The eyes' edges lie where the lids do, and show what the gaze says. */
  #placeEyes(user: Float32Array, shape: Float32Array, pose: FacePose): void {
    const { points, source } = this.#mesh;
    for (const eye of this.#eyes) {
      for (let i = 0; i < eye.edge.length; i++) {
        const from = 3 * eye.edge[i]!;
        for (let axis = 0; axis < 3; axis++) points[3 * (eye.first + i) + axis] = points[from + axis]!;
      }
      eye.look(user, shape, pose, source);
    }
  }

  /** Puts the face's points into the texture, as `TargetMaker` does. */
  #place(points: Float32Array, avatar: Float32Array): void {
    const { source } = this.#mesh;
    for (let point = 0; point < MESH_POINTS; point++) {
      source[3 * point] = points[2 * point]!;
      source[3 * point + 1] = points[2 * point + 1]!;
    }
    const pose = flatPose(points, avatar);
    insetRim(source);
    raiseForehead(avatar, this.#raised);
    toFrame(pose, this.#raised, this.#raised);
    for (let i = 0; i < FOREHEAD_POINTS; i++) {
      source[3 * (FOREHEAD_FIRST + i)] = this.#raised[3 * i]!;
      source[3 * (FOREHEAD_FIRST + i) + 1] = this.#raised[3 * i + 1]!;
    }
  }
}

/**
 * The pose of a face of which only two coordinates are told: the third is that of the shape in the pose itself, found in
 * rounds. Source: the idea of DeMenthon & Davis 1995, Model-based object pose in 25 lines of code.
 */
function flatPose(points: Float32Array, shape: Float32Array): FacePose {
  const full = new Float32Array(shape.length);
  const posed = new Float32Array(shape.length);
  const pose = createPose();
  for (let round = 0; round < POSE_ROUNDS; round++) {
    for (let i = 0; i < MESH_POINTS; i++) full.set([points[2 * i]!, points[2 * i + 1]!, posed[3 * i + 2]!], 3 * i);
    toFrame(fitPose(full, pose), shape, posed);
  }
  return pose;
}

/** The mesh without what closes the mouth, its eyes apart, and the forehead up to the hair line. */
function guideTriangles(eyes: readonly MeshPart[]): Uint16Array {
  const triangles = separateParts(canonicalFace().triangles.slice(), eyes);
  const mouth = new Set<number>([...MOUTH_CORNERS, ...LIP_PAIRS.flat()]);
  const kept: number[] = [];
  for (let i = 0; i < triangles.length; i += 3) {
    const corners = triangles.subarray(i, i + 3);
    if (!corners.every((corner) => mouth.has(corner))) kept.push(...corners);
  }
  return Uint16Array.of(...kept, ...foreheadTriangles(FOREHEAD_FIRST));
}
