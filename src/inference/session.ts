import { readFileSync } from 'node:fs';
import { UserError } from '../errors.js';
import type { Kernels } from '../kernels/kernels.js';
import { BoundNetwork } from './bound-network.js';
import { cachedModelPath, defaultCache, sha256 } from './model-files.js';
import { type ModelFacts, type ModelId, modelFacts } from './model-manifest.js';

/** One network of the manifest, ready to run on the calling thread, its input and outputs in kernel memory. */
export class ModelSession {
  readonly facts: ModelFacts;
  /** Byte address of the input's floats in kernel memory, in the shape that the manifest tells. */
  readonly inputAddress: number;
  /** Views of the outputs in kernel memory, in the manifest's order; each run overwrites them. */
  readonly outputs: readonly Float32Array[];
  readonly #network: BoundNetwork;

  private constructor(facts: ModelFacts, network: BoundNetwork) {
    this.facts = facts;
    this.inputAddress = network.inputs[0]!.byteOffset;
    this.outputs = network.outputs;
    this.#network = network;
  }

  /**
   * Opens a model of the cache, as `BoundNetwork` does.
   *
   * @param kernels - its memory takes the tensors and keeps them; closing does not free them.
   * @throws UserError MODEL_MISSING if the cache has it not, MODEL_CHANGED if its file is not the one of the manifest.
   */
  static async open(kernels: Kernels, id: ModelId, cache = defaultCache): Promise<ModelSession> {
    const facts = modelFacts(id);
    const model = readCached(facts, cachedModelPath(id, cache));
    return new ModelSession(facts, await BoundNetwork.open(kernels, model, [facts.input], facts.outputs));
  }

  /** Runs the network on what lies in the input; blocks the thread in spite of its promise. */
  async run(): Promise<void> {
    await this.#network.run();
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    await this.#network.close();
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
