import type { Kernels } from './kernels.js';

type DrawArguments = [
  triangles: number,
  count: number,
  points: number,
  source: number,
  texture: number,
  textureWidth: number,
  textureHeight: number,
  out: number,
  width: number,
  height: number,
];

/** The kernels of assembly/triangles.ts. */
interface TriangleExports {
  drawTriangles(...args: DrawArguments): void;
  drawTrianglesU8(...args: DrawArguments): void;
}

/** A picture in kernel memory without row padding: RGBA or one byte a pixel, as the call says. */
export interface TextureAt {
  readonly address: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A mesh in kernel memory that is drawn from one picture into another. Its owner writes `points` and `source`, sorts and
 * draws; nothing is allocated after the constructor.
 */
export class DrawnMesh {
  /** (x, y, z) of each vertex, in pixels of the picture that is drawn into; z away from the viewer. */
  readonly points: Float32Array;
  /** (u, v, weight) of each vertex, in pixels of the texture; the weight (0 to 1) multiplies alpha, or the byte. */
  readonly source: Float32Array;
  readonly #run: TriangleExports;
  readonly #triangles: Uint16Array;
  readonly #sorted: Uint16Array;
  readonly #buckets = new Int32Array(BUCKETS + 1);
  readonly #bucketOf: Uint16Array;
  #visible = 0;

  /**
   * @param triangles - three vertex numbers each, counter-clockwise on screen when they face the viewer.
   * @throws RangeError if memory runs out, TypeError if the module was built without these kernels.
   */
  constructor(kernels: Kernels, vertices: number, triangles: Uint16Array) {
    this.#run = kernels.bind<TriangleExports>(['drawTriangles', 'drawTrianglesU8']);
    this.#triangles = triangles;
    this.#bucketOf = new Uint16Array(triangles.length / 3);
    this.points = kernels.f32(kernels.alloc(12 * vertices), 3 * vertices).fill(0);
    this.source = kernels.f32(kernels.alloc(12 * vertices), 3 * vertices).fill(1);
    this.#sorted = new Uint16Array(kernels.memory.buffer, kernels.alloc(2 * triangles.length), triangles.length);
  }

  /**
   * Puts the triangles that face the viewer in order, the farthest first, for `points` as they are now. Those with a
   * coordinate that is not a number are left out.
   *
   * @returns how many face the viewer.
   */
  sort(): number {
    const { points } = this;
    const triangles = this.#triangles;
    const buckets = this.#buckets.fill(0);
    let near = Number.POSITIVE_INFINITY;
    let far = Number.NEGATIVE_INFINITY;
    for (let at = 2; at < points.length; at += 3) {
      if (points[at]! < near) near = points[at]!;
      if (points[at]! > far) far = points[at]!;
    }
    const scale = (BUCKETS - 1) / Math.max(far - near, 1e-9);
    for (let i = 0; i < this.#bucketOf.length; i++) {
      const a = 3 * triangles[3 * i]!;
      const b = 3 * triangles[3 * i + 1]!;
      const c = 3 * triangles[3 * i + 2]!;
      const depth = (points[a + 2]! + points[b + 2]! + points[c + 2]!) / 3;
      if (!facesViewer(points, a, b, c) || !Number.isFinite(depth)) {
        this.#bucketOf[i] = BUCKETS;
        continue;
      }
      const bucket = Math.round((far - depth) * scale);
      this.#bucketOf[i] = bucket;
      buckets[bucket + 1]!++;
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++) buckets[bucket + 1]! += buckets[bucket]!;
    for (let i = 0; i < this.#bucketOf.length; i++) {
      const bucket = this.#bucketOf[i]!;
      if (bucket === BUCKETS) continue;
      const to = 3 * buckets[bucket]!++;
      this.#sorted[to] = triangles[3 * i]!;
      this.#sorted[to + 1] = triangles[3 * i + 1]!;
      this.#sorted[to + 2] = triangles[3 * i + 2]!;
    }
    this.#visible = buckets[BUCKETS - 1]!;
    return this.#visible;
  }

  /** Draws what `sort` found, RGBA from RGBA: see assembly/triangles.ts. Pixels beside the mesh stay as they are. */
  draw(texture: TextureAt, out: TextureAt): void {
    this.#run.drawTriangles(...this.#argumentsOf(texture, out));
  }

  /** The same with one byte a pixel. */
  drawU8(texture: TextureAt, out: TextureAt): void {
    this.#run.drawTrianglesU8(...this.#argumentsOf(texture, out));
  }

  #argumentsOf(texture: TextureAt, out: TextureAt): DrawArguments {
    return [
      this.#sorted.byteOffset,
      this.#visible,
      this.points.byteOffset,
      this.source.byteOffset,
      texture.address,
      texture.width,
      texture.height,
      out.address,
      out.width,
      out.height,
    ];
  }
}

/** Depths that are told apart. A face is some 15 cm deep: 0.07 mm. */
const BUCKETS = 2048;

function facesViewer(points: Float32Array, a: number, b: number, c: number): boolean {
  return (
    (points[b]! - points[a]!) * (points[c + 1]! - points[a + 1]!) <
    (points[c]! - points[a]!) * (points[b + 1]! - points[a + 1]!)
  );
}
