import { OnnxGraph } from '../../../src/inference/onnx/onnx-writer.js';
import type { Weight } from './weights.js';

/** Pixels on each side of the picture of a face that the network takes. */
export const CHIP_SIDE = 150;
export const DESCRIPTOR_LENGTH = 128;

/** Mean of the training pictures, taken off the input. Source: dlib, dnn_face_recognition_ex.cpp. */
const MEAN_RGB = [122.782, 117.001, 104.298] as const;

/** The residual blocks in their order; those that end in `down` halve the picture and widen it to 64, 128 or 256. */
const BLOCKS = [
  ['conv32_1', 'conv32_2', 'conv32_3'],
  ['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ['conv128_down', 'conv128_1', 'conv128_2'],
  ['conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
].flat();

/** A value of the graph and the shape of its picture. */
interface Value {
  readonly name: string;
  readonly channels: number;
  readonly side: number;
}

/**
 * dlib's face recognition ResNet as an ONNX model: `rgb` float32 [1,3,150,150] of 0 to 255 to `descriptor` [1,128].
 * Source: dlib, dnn_face_recognition_ex.cpp (structure); face-api, faceRecognitionNet (names and layout of the weights).
 */
export function buildDescriptorNetwork(weights: ReadonlyMap<string, Weight>): Uint8Array<ArrayBuffer> {
  const network = new Network(weights);
  return network.write();
}

class Network {
  readonly #graph = new OnnxGraph('face-descriptor');
  readonly #weights: ReadonlyMap<string, Weight>;

  constructor(weights: ReadonlyMap<string, Weight>) {
    this.#weights = weights;
  }

  write(): Uint8Array<ArrayBuffer> {
    const graph = this.#graph;
    const input = { name: graph.input('rgb', [1, 3, CHIP_SIDE, CHIP_SIDE]), channels: 3, side: CHIP_SIDE };
    let value = this.#relu(this.#convolve(input, 'conv32_down', 2, 0, MEAN_RGB));
    value = this.#pool(value, 'MaxPool', 3);
    for (const block of BLOCKS) value = block.includes('_down') ? this.#down(value, block) : this.#keep(value, block);
    const flat = graph.node('Flatten', [graph.node('GlobalAveragePool', [value.name])]);
    const { dims, values } = this.#weight('fc');
    const descriptor = graph.node('MatMul', [flat, graph.floats(dims, values)]);
    graph.output('descriptor', [1, DESCRIPTOR_LENGTH], descriptor);
    return graph.serialize();
  }

  #keep(x: Value, block: string): Value {
    const first = this.#relu(this.#convolve(x, `${block}/conv1`, 1, 1));
    return this.#add(this.#convolve(first, `${block}/conv2`, 1, 1), x);
  }

  /** The way around the convolutions is the mean of 2 × 2, filled up with zeros to their shape (and they to its). */
  #down(x: Value, block: string): Value {
    const first = this.#relu(this.#convolve(x, `${block}/conv1`, 2, 0));
    const second = this.#convolve(first, `${block}/conv2`, 1, 1);
    const around = this.#pool(x, 'AveragePool', 2);
    const channels = Math.max(second.channels, around.channels);
    const side = Math.max(second.side, around.side);
    return this.#add(this.#fill(second, channels, side), this.#fill(around, channels, side));
  }

  /** A convolution and the scale that follows it, as one. @param mean - taken off the input, which is then / 255. */
  #convolve(x: Value, name: string, stride: number, pad: number, mean?: readonly number[]): Value {
    const { dims, values } = this.#weight(`${name}/conv/filters`); // height, width, in, out
    const [rows, columns, inputs, outputs] = dims as [number, number, number, number];
    const bias = this.#weight(`${name}/conv/bias`).values;
    const scale = this.#weight(`${name}/scale/weights`).values;
    const shift = this.#weight(`${name}/scale/biases`).values;
    const kernel = new Float32Array(values.length); // out, in, height, width
    const offset = Float64Array.from(bias);
    for (let place = 0; place < rows * columns; place++) {
      for (let input = 0; input < inputs; input++) {
        for (let output = 0; output < outputs; output++) {
          const weight = values[(place * inputs + input) * outputs + output]! / (mean ? 255 : 1);
          kernel[(output * inputs + input) * rows * columns + place] = weight * scale[output]!;
          if (mean) offset[output]! -= weight * mean[input]!;
        }
      }
    }
    const constants = [
      this.#graph.floats([outputs, inputs, rows, columns], kernel),
      this.#graph.floats(
        [outputs],
        offset.map((value, output) => value * scale[output]! + shift[output]!),
      ),
    ];
    const convolved = this.#graph.node('Conv', [x.name, ...constants], {
      kernel_shape: [rows, columns],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
    const side = Math.floor((x.side + 2 * pad - rows) / stride) + 1;
    return { name: convolved, channels: outputs, side };
  }

  #pool(x: Value, operator: 'MaxPool' | 'AveragePool', kernel: number): Value {
    const name = this.#graph.node(operator, [x.name], { kernel_shape: [kernel, kernel], strides: [2, 2] });
    return { ...x, name, side: Math.floor((x.side - kernel) / 2) + 1 };
  }

  #fill(x: Value, channels: number, side: number): Value {
    if (x.channels === channels && x.side === side) return x;
    const after = this.#graph.integers([0, 0, 0, 0, 0, channels - x.channels, side - x.side, side - x.side]);
    return { name: this.#graph.node('Pad', [x.name, after]), channels, side };
  }

  #add(a: Value, b: Value): Value {
    return this.#relu({ ...a, name: this.#graph.node('Add', [a.name, b.name]) });
  }

  #relu(x: Value): Value {
    return { ...x, name: this.#graph.node('Relu', [x.name]) };
  }

  #weight(name: string): Weight {
    const weight = this.#weights.get(name);
    if (!weight) throw new Error(`the package has no weights called ${name}`);
    return weight;
  }
}
