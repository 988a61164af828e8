import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError } from '../errors.js';
import type { Kernels } from '../kernels/kernels.js';
import { cachedModelPath, defaultCache, sha256 } from './model-files.js';
import { type ModelFacts, type ModelId, modelFacts } from './model-manifest.js';

/**
 * One network, ready to run on the calling thread. Its input and outputs lie in kernel memory for good: kernels write
 * the one and read the others, and nothing is copied. `run` blocks the thread in spite of its promise.
 */
export class ModelSession {
  readonly facts: ModelFacts;
  /** Byte address of the input's floats in kernel memory, in the shape that the manifest tells. */
  readonly inputAddress: number;
  /** Views of the outputs in kernel memory, in the manifest's order; each run overwrites them. */
  readonly outputs: readonly Float32Array[];
  readonly #session: InferenceSession;
  readonly #feeds: Readonly<Record<string, Tensor>>;
  readonly #fetches: Readonly<Record<string, Tensor>>;
  #isClosed = false;

  private constructor(kernels: Kernels, facts: ModelFacts, session: InferenceSession) {
    const place = (shape: readonly number[]): Float32Array => {
      const length = shape.reduce((product, side) => product * side, 1);
      return kernels.f32(kernels.alloc(4 * length), length).fill(0);
    };
    const input = place(facts.input.shape);
    this.facts = facts;
    this.inputAddress = input.byteOffset;
    this.outputs = facts.outputs.map(({ shape }) => place(shape));
    this.#session = session;
    this.#feeds = { [facts.input.name]: new Tensor('float32', input, facts.input.shape) };
    this.#fetches = Object.fromEntries(
      facts.outputs.map(({ name, shape }, index) => [name, new Tensor('float32', this.outputs[index]!, shape)]),
    );
  }

  /**
   * Opens a model of the cache, with one thread, and runs it once on zeros: the first run allocates what later ones use.
   *
   * @param kernels - its memory takes the tensors and keeps them; closing does not free them.
   * @throws UserError MODEL_MISSING if the cache has it not, MODEL_CHANGED if its file is not the one of the manifest.
   */
  static async open(kernels: Kernels, id: ModelId, cache = defaultCache): Promise<ModelSession> {
    const facts = modelFacts(id);
    const session = await InferenceSession.create(readCached(facts, cachedModelPath(id, cache)), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    const opened = new ModelSession(kernels, facts, session);
    await opened.run();
    return opened;
  }

  /** Runs the network on what lies in the input. */
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

function readCached(facts: ModelFacts, path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new UserError(
      'MODEL_MISSING',
      `The model ${facts.id} is not at ${path}.`,
      'Convert the models with: npm run build',
      { cause },
    );
  }
  const found = sha256(bytes);
  if (found !== facts.onnxSha256) {
    throw new UserError(
      'MODEL_CHANGED',
      `${path} has the SHA-256 ${found}, not ${facts.onnxSha256} as in models/manifest.json.`,
      `Delete the file and convert it again with: npm run build`,
    );
  }
  return bytes;
}
