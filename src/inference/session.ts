import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError } from '../errors.js';
import type { Kernels } from '../kernels/kernels.js';
import { cachedModelPath, defaultCache, sha256 } from './model-cache.js';
import { type ModelFacts, type ModelId, modelFacts } from './model-manifest.js';

/** A float buffer in kernel memory. */
interface Region {
  readonly name: string;
  readonly shape: readonly number[];
  readonly address: number;
  readonly length: number;
}

/**
 * One network, ready to run on the calling thread. Its input and outputs lie in kernel memory for good: kernels write
 * the one and read the others, and nothing is copied. `run` blocks the thread in spite of its promise.
 */
export class ModelSession {
  readonly facts: ModelFacts;
  /** Byte address of the input's floats in kernel memory, in the shape that the manifest tells. */
  readonly inputAddress: number;
  readonly #kernels: Kernels;
  readonly #session: InferenceSession;
  readonly #input: Region;
  readonly #outputs: readonly Region[];
  #feeds: Record<string, Tensor> = {};
  #fetches: Record<string, Tensor> = {};
  #boundTo: ArrayBufferLike | null = null;

  private constructor(kernels: Kernels, facts: ModelFacts, session: InferenceSession) {
    const place = ({ name, shape }: { name: string; shape: readonly number[] }): Region => {
      const length = shape.reduce((product, side) => product * side, 1);
      return { name, shape, length, address: kernels.alloc(4 * length) };
    };
    this.facts = facts;
    this.#kernels = kernels;
    this.#session = session;
    this.#input = place(facts.input);
    this.#outputs = facts.outputs.map(place);
    this.inputAddress = this.#input.address;
  }

  /**
   * Opens a model of the cache, with one thread, and runs it once on zeros: the first run allocates what later ones use.
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
    if (this.#boundTo !== this.#kernels.memory.buffer) this.#bind();
    await this.#session.run(this.#feeds, this.#fetches);
  }

  /** An output in kernel memory, overwritten by the next run. Ask again after allocating kernel memory. */
  output(index: number): Float32Array {
    const { address, length } = this.#outputs[index]!;
    return this.#kernels.f32(address, length);
  }

  close(): Promise<void> {
    return this.#session.release();
  }

  /** Makes the tensors over kernel memory anew: when the memory has grown, views of the old buffer are void. */
  #bind(): void {
    const tensor = ({ address, length, shape }: Region): Tensor =>
      new Tensor('float32', this.#kernels.f32(address, length), shape);
    this.#feeds = { [this.#input.name]: tensor(this.#input) };
    this.#fetches = Object.fromEntries(this.#outputs.map((region) => [region.name, tensor(region)]));
    this.#boundTo = this.#kernels.memory.buffer;
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
