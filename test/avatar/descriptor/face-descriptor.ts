import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { AffineMatrix } from '../../../src/kernels/kernels.js';
import { type RgbPicture, resamplePicture } from '../../../src/training/evaluation/picture.js';
import { buildDescriptorNetwork, CHIP_SIDE } from './network.js';
import { readWeights } from './weights.js';

/** Pairs of corners, and all: what the alignment goes by. */
const RIGHT_EYE = [33, 133] as const;
const LEFT_EYE = [362, 263] as const;
const MOUTH = [61, 291] as const;
/** From the eyes to the mouth, and how far below the middle of the three its centre lies, in sides of the chip. */
const EYE_TO_MOUTH = 0.45;
const DROP = 0.07;

/** dlib's 128 numbers of a face: less than about 0.6 apart means the same person. */
export class FaceDescriptor {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async open(): Promise<FaceDescriptor> {
    const model = buildDescriptorNetwork(readWeights());
    return new FaceDescriptor(await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 }));
  }

  /** Describes a face in a picture. @param points - LANDMARK_COUNT × (x, y, z), pixels of the picture. */
  async describe(picture: RgbPicture, points: Float32Array): Promise<Float32Array> {
    return this.describeChip(resamplePicture(picture, chipMatrix(points), CHIP_SIDE, CHIP_SIDE));
  }

  /** Describes a face that is aligned already, CHIP_SIDE pixels on each side. */
  async describeChip({ data }: RgbPicture): Promise<Float32Array> {
    const pixels = CHIP_SIDE * CHIP_SIDE;
    const planes = new Float32Array(3 * pixels);
    for (let i = 0; i < 3 * pixels; i++) planes[(i % 3) * pixels + Math.floor(i / 3)] = data[i]!;
    const { descriptor } = await this.#session.run({
      rgb: new Tensor('float32', planes, [1, 3, CHIP_SIDE, CHIP_SIDE]),
    });
    return (descriptor!.data as Float32Array).slice();
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Euclidean distance of two descriptors. */
export function descriptorDistance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, index) => value - b[index]!));
}

/** Takes pixels of the chip to pixels of the picture: eyes level, eyes and mouth where dlib's training had them. */
export function chipMatrix(points: Float32Array): AffineMatrix {
  const right = middle(points, RIGHT_EYE);
  const left = middle(points, LEFT_EYE);
  const mouth = middle(points, MOUTH);
  const roll = Math.atan2(left.y - right.y, left.x - right.x);
  const reach = (Math.hypot(right.x - mouth.x, right.y - mouth.y) + Math.hypot(left.x - mouth.x, left.y - mouth.y)) / 2;
  const size = reach / EYE_TO_MOUTH;
  const cos = (Math.cos(roll) * size) / CHIP_SIDE;
  const sin = (Math.sin(roll) * size) / CHIP_SIDE;
  const down = DROP * CHIP_SIDE - CHIP_SIDE / 2;
  const across = -CHIP_SIDE / 2;
  const centreX = (right.x + left.x + mouth.x) / 3;
  const centreY = (right.y + left.y + mouth.y) / 3;
  return [cos, -sin, centreX + cos * across - sin * down, sin, cos, centreY + sin * across + cos * down];
}

function middle(points: Float32Array, [a, b]: readonly [number, number]): { x: number; y: number } {
  return { x: (points[3 * a]! + points[3 * b]!) / 2, y: (points[3 * a + 1]! + points[3 * b + 1]!) / 2 };
}
