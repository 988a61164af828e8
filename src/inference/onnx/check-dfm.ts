import { checkGraph, expectShape, type GraphLimits, tell } from './check-graph.js';
import { invalidModel } from './invalid-model.js';

const MEBI = 1 << 20;

/** A network of DeepFaceLab that may be worn. */
export interface DfmGraph {
  /** S: the side of its square input and outputs in pixels. */
  readonly size: number;
  /** Does it take `morph_value:0`, how far to go from the user's face to the avatar's? Those of the kind AMP do. */
  readonly isMorphing: boolean;
  /** Of one run, as far as the shapes are known before it. */
  readonly multiplyAccumulates: number;
}

/**
 * Limits of a `.dfm`. Public ones have 224 to 320 px, 700 MB of weights in the largest, 300 to 800 nodes and up to some
 * 100 G multiply-accumulates: on a processor alone that is a second a frame, and it is for the user to see how it does.
 */
const DFM_LIMITS: GraphLimits = {
  // What DeepFaceLab's layers come out as when TensorFlow's graph is turned into ONNX, and PyTorch's.
  operators: new Set([
    ...[
      'Abs',
      'Add',
      'AveragePool',
      'Cast',
      'Clip',
      'Concat',
      'Conv',
      'DepthToSpace',
      'Div',
      'Exp',
      'Flatten',
      'Floor',
    ],
    ...['Gemm', 'GlobalAveragePool', 'Identity', 'LeakyRelu', 'MatMul', 'Max', 'MaxPool', 'Min', 'Mul', 'Neg', 'PRelu'],
    ...['Pad', 'Pow', 'Reciprocal', 'ReduceMean', 'Relu', 'Reshape', 'Resize', 'Sigmoid', 'Slice', 'Softmax'],
    ...['SpaceToDepth', 'Sqrt', 'Squeeze', 'Sub', 'Tanh', 'Tile', 'Transpose', 'Unsqueeze'],
  ]),
  opsets: [9, 21],
  fileBytes: 1024 * MEBI,
  nodes: 4000,
  valueElements: 64 * MEBI,
  totalElements: 1024 * MEBI,
  multiplyAccumulates: 400e9,
};

/**
 * Checks a `.dfm` of untrusted bytes as `checkAvatarGraph` does an avatar's network, with a wider list of operators:
 * `in_face:0` float32 [batch, S, S, 3], optional `morph_value:0` [1], and `out_face_mask:0` [batch, S, S, 1],
 * `out_celeb_face:0` [batch, S, S, 3], `out_celeb_face_mask:0` [batch, S, S, 1], S from 64 to 512.
 *
 * @throws UserError MODEL_INVALID that says what was found.
 */
export function checkDfmGraph(bytes: Uint8Array): DfmGraph {
  const facts = checkGraph(bytes, DFM_LIMITS);
  const { inputs, outputs, constants } = facts.model;
  const given = inputs.filter(({ name }) => !constants.has(name));
  const face = given.find(({ name }) => name === 'in_face:0');
  const size = face?.dims[1] ?? 0;
  const isSquare = face?.dims.length === 4 && face.dims[2] === size && face.dims[3] === 3 && face.type === 'float32';
  if (!isSquare || size < 64 || size > 512) {
    throw invalidModel(
      `it takes ${tell(given) || 'nothing'}, expected in_face:0 float32[?, S, S, 3] with an S of 64 to 512`,
    );
  }
  const others = given.filter((value) => value !== face);
  const isMorphing = others.length === 1 && tell(others) === 'morph_value:0 float32[1]';
  if (others.length > 0 && !isMorphing)
    throw invalidModel(`it also takes ${tell(others)}, expected morph_value:0 float32[1] at most`);
  const found = outputs.map(({ name }) => name).sort();
  if (found.join() !== 'out_celeb_face:0,out_celeb_face_mask:0,out_face_mask:0') {
    throw invalidModel(
      `it gives ${found.join(', ')}, expected out_face_mask:0, out_celeb_face:0 and out_celeb_face_mask:0`,
    );
  }
  expectShape(facts, 'out_face_mask:0', [1, size, size, 1]);
  expectShape(facts, 'out_celeb_face:0', [1, size, size, 3]);
  expectShape(facts, 'out_celeb_face_mask:0', [1, size, size, 1]);
  return { size, isMorphing, multiplyAccumulates: facts.multiplyAccumulates };
}
