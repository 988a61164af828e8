import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Kernels } from '../kernels/kernels.js';

/** Name and shape of a float32 input or output. */
export interface TensorPlace {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * A network whose inputs and outputs lie in kernel memory for good: kernels write the ones and read the others, and
 * nothing is copied. `run` blocks the thread in spite of its promise.
 */
export class BoundNetwork {
  /** Views of the inputs in kernel memory, in the order given to `open`. */
  readonly inputs: readonly Float32Array[];
  /** Views of the outputs, likewise; each run overwrites them. */
  readonly outputs: readonly Float32Array[];
  readonly #session: InferenceSession;
  readonly #feeds: Readonly<Record<string, Tensor>>;
  readonly #fetches: Readonly<Record<string, Tensor>>;
  #isClosed = false;

  private constructor(
    kernels: Kernels,
    session: InferenceSession,
    inputs: readonly TensorPlace[],
    outputs: readonly TensorPlace[],
  ) {
    const place = ({ shape }: TensorPlace): Float32Array => {
      const length = shape.reduce((product, side) => product * side, 1);
      return kernels.f32(kernels.alloc(4 * length), length).fill(0);
    };
    const bind = (places: readonly TensorPlace[], views: readonly Float32Array[]) =>
      Object.fromEntries(places.map(({ name, shape }, index) => [name, new Tensor('float32', views[index]!, shape)]));
    this.inputs = inputs.map(place);
    this.outputs = outputs.map(place);
    this.#session = session;
    this.#feeds = bind(inputs, this.inputs);
    this.#fetches = bind(outputs, this.outputs);
  }

  /**
   * Opens a network with one thread, and runs it once on zeros: the first run allocates what later ones use.
   *
   * @param kernels - its memory takes the tensors and keeps them; closing does not free them.
   * @param model - an ONNX file's bytes. They must be trusted, or checked.
   * @throws Error if the runtime refuses the model, or its inputs and outputs are not those given.
   */
  static async open(
    kernels: Kernels,
    model: Uint8Array,
    inputs: readonly TensorPlace[],
    outputs: readonly TensorPlace[],
  ): Promise<BoundNetwork> {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // What goes wrong is thrown as well; printed, it would tear the terminal's picture.
      logSeverityLevel: 4,
    });
    const network = new BoundNetwork(kernels, session, inputs, outputs);
    try {
      await network.run();
    } catch (error) {
      await network.close();
      throw error;
    }
    return network;
  }

  /** Runs the network on what lies in the inputs. */
  async run(): Promise<void> {
    await this.#session.run(this.#feeds, this.#fetches);
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#session.release();
  }
}
