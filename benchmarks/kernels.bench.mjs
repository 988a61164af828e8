// The pixel kernels at 1280x720, one thread, on dist/: node benchmarks/kernels.bench.mjs [part of a name]
import { canonicalFace, MESH_POINTS } from '../dist/blending/canonical-face.js';
import { i420Layout } from '../dist/frame/i420.js';
import { placePicture } from '../dist/frame/picture-fit.js';
import { FrameScaler } from '../dist/kernels/frame-scaler.js';
import { Kernels } from '../dist/kernels/kernels.js';
import { MatrixKernels } from '../dist/kernels/matrix.js';
import { RangeKernels } from '../dist/kernels/range.js';
import { DrawnMesh } from '../dist/kernels/triangles.js';
import { measure, report } from './measure.mjs';

const wanted = process.argv[2] ?? '';
const kernels = await Kernels.load(64 << 20);
const [width, height] = [1280, 720];
const layout = i420Layout(width, height);

/** Memory filled with a picture of gradients and noise. */
function picture(bytes) {
  const address = kernels.alloc(bytes);
  const view = kernels.u8(address, bytes);
  let state = 1;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    view[i] = ((i % width) >> 3) + (state >>> 27) + 32;
  }
  return address;
}

const frame = { layout, address: picture(layout.byteLength) };
const other = { layout, address: picture(layout.byteLength) };
const packed = picture(width * height * 3);
const tensor = kernels.alloc(3 * 256 * 256 * 4);

/** The matrix of a turned square, as the tracker asks for. */
function turnedSquare(x, y, size, angle, out) {
  const c = (Math.cos(angle) * size) / out;
  const s = (Math.sin(angle) * size) / out;
  return [c, -s, x - ((c - s) * out) / 2, s, c, y - ((s + c) * out) / 2];
}
const face = turnedSquare(640, 360, 400, 0.2, 192);
const letterbox = turnedSquare(640, 360, 1280, 0, 128);

const patch = kernels.alloc(3 * 256 * 256 * 4);
kernels.f32(patch, 3 * 256 * 256).fill(0.6);
const alpha = kernels.alloc(256 * 256 * 4);
kernels.f32(alpha, 256 * 256).fill(0.5);
/** A patch of `size` pixels over a square of 400. */
const onto = (size) => [size / 400, 0, (-440 * size) / 400, 0, size / 400, (-160 * size) / 400];
const faceBox = { x: 440, y: 160, width: 400, height: 400 };
const blend = (size) => kernels.warpBlend(patch, alpha, size, size, 255, 0, onto(size), frame, faceBox);

const range = new RangeKernels(kernels);
const matrix = new MatrixKernels(kernels);
const half = width / 2;
/** Planes as a JPEG decoder leaves them. */
const planar = (strideUV) => ({
  y: packed,
  u: packed + width * height,
  v: packed + 2 * width * height,
  strideY: width,
  strideUV,
});

/** Scales a whole picture of one size into another. */
function scaling(fromWidth, fromHeight, toWidth, toHeight) {
  const from = i420Layout(fromWidth, fromHeight);
  const to = i420Layout(toWidth, toHeight);
  const src = { layout: from, address: picture(from.byteLength) };
  const dst = { layout: to, address: kernels.alloc(to.byteLength) };
  const scaler = new FrameScaler(kernels, from, to, placePicture(from, to, 'crop'));
  return () => scaler.scale(src, dst);
}

/** The mesh of a face, `size` pixels wide in a square of 400, drawn from a texture of 512. */
function meshOf(size) {
  const { points, triangles } = canonicalFace();
  const mesh = new DrawnMesh(kernels, MESH_POINTS, triangles);
  for (let i = 0; i < points.length; i++) {
    const place = (side) => (points[i] * side) / 15.4 + side * 0.66;
    mesh.points[i] = i % 3 === 2 ? points[i] : place(size);
    mesh.source[i] = i % 3 === 2 ? 1 : place(380);
  }
  return mesh;
}
const texture = { address: picture(4 * 512 * 512), width: 512, height: 512 };
const canvas = { address: picture(4 * 400 * 400), width: 400, height: 400 };
const mesh = meshOf(300);
const drawMesh = (draw) => () => {
  mesh.sort();
  mesh[draw](texture, canvas);
};

const benches = [
  ['memory-copy', () => kernels.copyPlane(packed, width, other.address, width, width, 1.5 * height), 0.08],
  ['yuyv-to-i420', () => kernels.yuyvToI420(packed, 2 * width, other), 0.12],
  ['nv12-to-i420', () => kernels.nv12ToI420(packed, width, packed + width * height, width, other), 0.12],
  ['i420-to-yuyv', () => kernels.i420ToYuyv(frame, packed, 2 * width), 0.12],
  ['i420-to-nv12', () => kernels.i420ToNv12(frame, packed, width, packed + width * height, width), 0.12],
  ['i420-to-rgb', () => kernels.i420ToRgb(frame, packed, 3 * width), 0.5],
  ['rgb-to-i420', () => kernels.rgbToI420(packed, 3 * width, other), 1],
  ['full-range-422-to-i420', () => range.planarToI420(planar(half), '4:2:2', other), 0.25],
  ['full-range-420-to-i420', () => range.planarToI420(planar(half), '4:2:0', other), 0.25],
  ['full-range-444-to-i420', () => range.planarToI420(planar(width), '4:4:4', other), 0.35],
  ['limit-frame', () => range.limitFrame(other), 0.25],
  ['bt709-to-bt601', () => matrix.bt709ToBt601(other), 0.3],
  ['scale-1080p-to-720p', scaling(1920, 1080, 1280, 720), 2],
  ['scale-480p-to-720p', scaling(640, 480, 1280, 720), 2],
  ['scale-720p-to-1080p', scaling(1280, 720, 1920, 1080), 3.5],
  ['scale-2160p-to-720p', scaling(3840, 2160, 1280, 720), 4],
  ['mirror', () => kernels.mirrorI420(frame, other), 0.12],
  ['crop-face-400-to-192', () => kernels.cropToTensor(frame, face, 192, 192, 1 / 255, 0, tensor), 0.25],
  ['crop-letterbox-128', () => kernels.cropToTensor(frame, letterbox, 128, 128, 2 / 255, -1, tensor), 0.25],
  ['warp-blend-128-onto-400', () => blend(128), 0.6],
  ['warp-blend-256-onto-400', () => blend(256), 0.6],
  ['blend-plane-400', () => kernels.blendPlane(packed, 400, packed, 400, other.address, width, 400, 400), 0.1],
  ['box-u8-400', () => kernels.boxFilterU8(frame.address, width, packed, 400, 400, 400, 8), 0.3],
  ['box-f32-400', () => kernels.boxFilterF32(patch, 1600, tensor, 1600, 400, 400, 8), 1],
  ['guided-400', () => kernels.guidedFilter(frame.address, width, packed, 400, 400, 400, 8, 100), 1],
  ['guided-400-subsample-2', () => kernels.guidedFilter(frame.address, width, packed, 400, 400, 400, 8, 100, 2), 0.5],
  ['guided-400-subsample-4', () => kernels.guidedFilter(frame.address, width, packed, 400, 400, 400, 8, 100, 4), 0.4],
  ['mesh-sort', () => mesh.sort(), 0.2],
  ['mesh-byte-300', drawMesh('drawU8'), 1],
  ['mesh-rgba-300', drawMesh('draw'), 1.5],
  ['statistics-400', () => kernels.statistics(frame.address, width, 400, 400, { address: packed, stride: 400 }), 0.1],
  ['histogram-400', () => kernels.histogram(frame.address, width, 400, 400, null, tensor), 0.2],
];

for (const [name, fn, budgetMs] of benches) {
  if (name.includes(wanted)) report(await measure(`kernels/${name}`, fn, { budgetMs }));
}
