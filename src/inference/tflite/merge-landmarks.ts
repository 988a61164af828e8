import type { Conversion } from './conversion.js';
import { readAttentionRegion } from './custom-operators.js';

const MESH_POINTS = 468;
const IRIS_POINTS = 5;
/** The first points of an eye's subset go round its opening; MediaPipe gives the iris their mean depth. */
const EYE_OPENING_POINTS = 16;

/**
 * Ends the conversion of the landmark model with attention: its six outputs become one, `landmarks` [478, 3] in pixels
 * of the 192x192 crop (z has the scale of x), in which refined lips and eyes take the place of the mesh's and the
 * irises follow; and `presence` [1], the probability that the crop holds a face.
 *
 * Source: mediapipe/modules/face_landmark/tensors_to_face_landmarks_with_attention.pbtxt and
 * LandmarksRefinementCalculator.
 * @throws Error if the model has not the outputs of face_landmark_with_attention.tflite.
 */
export function mergeLandmarks(conversion: Conversion): void {
  const { graph: g, model } = conversion;
  const points = (name: string, count: number, dimensions: number): string => {
    const tensor = model.outputs.find((index) => model.tensors[index]?.name === name);
    if (tensor === undefined) throw new Error(`the landmark model has no output "${name}"`);
    return g.node('Reshape', [conversion.value(tensor), g.integers([count, dimensions])]);
  };
  const regions = model.operators
    .filter((operator) => operator.name === 'Landmarks2TransformMatrix')
    .map((operator) => readAttentionRegion(operator).subset);
  const [lips, leftEye, rightEye] = regions;
  if (!lips || !leftEye || !rightEye) throw new Error('the landmark model has no attention on lips and both eyes');

  const mesh = points('output_mesh_identity', MESH_POINTS, 3);
  const column = (start: number, end: number): string =>
    g.node('Slice', [mesh, g.integers([start]), g.integers([end]), g.integers([1])]);
  const flat = g.node(
    'Concat',
    [
      column(0, 2),
      points('output_lips', lips.length, 2),
      points('output_left_eye', leftEye.length, 2),
      points('output_right_eye', rightEye.length, 2),
      points('output_left_iris', IRIS_POINTS, 2),
      points('output_right_iris', IRIS_POINTS, 2),
    ],
    { axis: 0 },
  );
  const xy = g.node('Gather', [flat, g.integers(sourceRows([lips, leftEye, rightEye]))], { axis: 0 });

  const depth = column(2, 3);
  const irisDepth = (eye: readonly number[]): string => {
    const opening = g.node('Gather', [depth, g.integers(eye.slice(0, EYE_OPENING_POINTS))], { axis: 0 });
    return g.node('ReduceMean', [opening], { axes: [0], keepdims: 1 });
  };
  const left = Array<string>(IRIS_POINTS).fill(irisDepth(leftEye));
  const right = Array<string>(IRIS_POINTS).fill(irisDepth(rightEye));
  const z = g.node('Concat', [depth, ...left, ...right], { axis: 0 });
  g.output('landmarks', [MESH_POINTS + 2 * IRIS_POINTS, 3], g.node('Concat', [xy, z], { axis: 1 }));
  g.output('presence', [1], g.node('Sigmoid', [g.node('Reshape', [points('conv_faceflag', 1, 1), g.integers([1])])]));
}

/** For each merged point its row in mesh, refined regions and irises written one after the other. */
function sourceRows(regions: readonly (readonly number[])[]): number[] {
  const rows = Array.from({ length: MESH_POINTS }, (_, index) => index);
  let next = MESH_POINTS;
  for (const region of regions) for (const index of region) rows[index] = next++;
  for (let iris = 0; iris < 2 * IRIS_POINTS; iris++) rows.push(next++);
  return rows;
}
