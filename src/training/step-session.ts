import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { SamplePlanes } from './augmentation.js';
import type { AvatarNetwork } from './network.js';
import type { ParameterLayout } from './parameters.js';
import { buildStepGraph, gradientName } from './step-graph.js';

/** Where a step's arithmetic runs: the processor, or a graphics card through ONNX Runtime's WebGPU provider. */
export type TrainingDevice = 'cpu' | 'webgpu';

/**
 * A step's model, opened, with its tensors: one thread's share of a batch. Fill `samples` and `weights`, run, read the
 * rest. Tensors are made once; ONNX Runtime refuses shared memory, so that gradients have to be copied to be shared.
 */
export class StepSession {
  readonly layout: ParameterLayout;
  /** The tensors of each image. */
  readonly samples: readonly SamplePlanes[];
  /** All parameters, in the order of the layout. */
  readonly weights: Float32Array;
  /** After a run, the loss's gradient by each parameter. */
  readonly gradients: Float32Array;
  /** After a run, what the network made of the images: [images, 4, size, size], 0..1. */
  readonly avatars: Float32Array;
  readonly #loss = new Float32Array(1);
  readonly #session: InferenceSession;
  readonly #feeds: Record<string, Tensor> = {};
  readonly #fetches: Record<string, Tensor> = {};

  private constructor(session: InferenceSession, layout: ParameterLayout, { size }: AvatarNetwork, images: number) {
    this.#session = session;
    this.layout = layout;
    this.weights = new Float32Array(layout.length);
    this.gradients = new Float32Array(layout.length);
    const area = size * size;
    const picture = (channels: number) => new Float32Array(images * channels * area);
    const [face, guide, target, weight] = [picture(3), picture(4), picture(4), picture(4)];
    this.avatars = picture(4);
    const image = (planes: Float32Array, channels: number, index: number) =>
      planes.subarray(index * channels * area, (index + 1) * channels * area);
    this.samples = Array.from({ length: images }, (_, index) => ({
      face: image(face, 3, index),
      guide: image(guide, 4, index),
      target: image(target, 4, index),
      weight: image(weight, 4, index),
    }));
    this.#feeds['face'] = new Tensor('float32', face, [images, 3, size, size]);
    this.#feeds['guide'] = new Tensor('float32', guide, [images, 4, size, size]);
    this.#feeds['target'] = new Tensor('float32', target, [images, 4, size, size]);
    this.#feeds['weight'] = new Tensor('float32', weight, [images, 4, size, size]);
    this.#fetches['loss'] = new Tensor('float32', this.#loss, []);
    this.#fetches['avatar'] = new Tensor('float32', this.avatars, [images, 4, size, size]);
    for (const { name, shape, offset, length } of layout.parameters) {
      this.#feeds[name] = new Tensor('float32', this.weights.subarray(offset, offset + length), shape);
      const gradient = this.gradients.subarray(offset, offset + length);
      this.#fetches[gradientName(name)] = new Tensor('float32', gradient, shape);
    }
  }

  /** Opens the step of a network for so many images. @throws Error if the device cannot run it. */
  static async open(network: AvatarNetwork, images: number, device: TrainingDevice): Promise<StepSession> {
    const { model, layout } = buildStepGraph(network, images);
    const session = await InferenceSession.create(model, {
      executionProviders: [device],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    return new StepSession(session, layout, network, images);
  }

  /** Runs the step on what lies in its tensors. Blocks the thread. @returns the loss. */
  async run(): Promise<number> {
    await this.#session.run(this.#feeds, this.#fetches);
    return this.#loss[0]!;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
