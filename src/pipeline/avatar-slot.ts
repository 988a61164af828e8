import type { AvatarEffect, AvatarFiles, OpenAvatar } from '../effects/avatar-effect.js';
import type { EffectContext } from '../effects/effect.js';
import type { Kernels } from '../kernels/kernels.js';

/** Address space for the tensors and planes of one avatar: fixed, and by pixel of the frame. The system backs what is touched. */
const BLOCK_BYTES_FIXED = 24 << 20;
const BLOCK_BYTES_PER_PIXEL = 16;

/** Blocks in use at once: of the avatar worn, of one being loaded, and of one not closed yet. */
const BLOCKS = 3;

/** Kernel memory for one avatar in a stream of this many pixels. */
function blockBytes(pixels: number): number {
  return BLOCK_BYTES_FIXED + BLOCK_BYTES_PER_PIXEL * pixels;
}

/** Kernel memory that wearing and changing avatars takes in a stream of this many pixels. */
export function avatarBytes(pixels: number): number {
  return BLOCKS * blockBytes(pixels);
}

/** A block of memory, and the mark that frees all of it. */
interface Block {
  readonly kernels: Kernels;
  readonly mark: number;
}

interface Loaded {
  readonly effect: AvatarEffect;
  readonly block: Block;
}

/**
 * The avatar that is worn, and the one that is to take its place: it is loaded beside the old one, which is worn until the
 * new one is ready. Whoever asks last has their way.
 */
export class AvatarSlot {
  readonly #open: OpenAvatar;
  readonly #context: EffectContext;
  readonly #onFailed: (error: unknown) => void;
  /** Blocks of memory that no avatar is using, with nothing allocated in them. */
  readonly #free: Block[] = [];
  #worn: Loaded | null = null;
  #ready: Loaded | null = null;
  /** What is to be worn, the newest wish; null for nothing. */
  #wish: AvatarFiles | null = null;
  /** Loading and closing, one after the other. */
  #work: Promise<void> = Promise.resolve();

  /** @param onFailed - called when an avatar that was asked for could not be loaded: nothing is worn then. */
  constructor(open: OpenAvatar, context: EffectContext, onFailed: (error: unknown) => void) {
    this.#open = open;
    this.#context = context;
    this.#onFailed = onFailed;
  }

  /** Asks for an avatar. */
  wear(files: AvatarFiles): void {
    this.#wish = files;
    this.#work = this.#work.then(() => this.#load(files));
  }

  /** Resolves when all that was asked for until now is ready, has failed, or was given up. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Takes the avatar off, and gives up one that is being loaded. Call it between two frames. */
  takeOff(): void {
    this.#wish = null;
    this.#retire(this.#ready);
    this.#retire(this.#worn);
    this.#ready = null;
    this.#worn = null;
  }

  /** The avatar for the next frame: a new one takes its place here, between two frames, and nowhere else. */
  next(): AvatarEffect | null {
    if (this.#ready) {
      this.#retire(this.#worn);
      this.#worn = this.#ready;
      this.#ready = null;
    }
    return this.#worn?.effect ?? null;
  }

  async close(): Promise<void> {
    this.takeOff();
    await this.#work;
  }

  async #load(files: AvatarFiles): Promise<void> {
    if (this.#wish !== files) return;
    const unworn = this.#ready;
    this.#ready = null;
    await this.#close(unworn);
    const block = this.#free.pop() ?? this.#newBlock();
    let effect: AvatarEffect | null = null;
    try {
      effect = await this.#open(block.kernels, files);
      effect.configure({ ...this.#context, kernels: block.kernels });
    } catch (error) {
      await effect?.close();
      this.#reuse(block);
      if (this.#wish !== files) return;
      this.takeOff();
      this.#onFailed(error);
      return;
    }
    if (this.#wish !== files) {
      await this.#close({ effect, block });
      return;
    }
    this.#ready = { effect, block };
    this.#wish = null;
  }

  #newBlock(): Block {
    const { kernels, frame } = this.#context;
    const block = kernels.block(blockBytes(frame.layout.width * frame.layout.height));
    return { kernels: block, mark: block.mark() };
  }

  #reuse(block: Block): void {
    block.kernels.release(block.mark);
    this.#free.push(block);
  }

  #retire(loaded: Loaded | null): void {
    this.#work = this.#work.then(() => this.#close(loaded));
  }

  async #close(loaded: Loaded | null): Promise<void> {
    if (!loaded) return;
    await loaded.effect.close();
    this.#reuse(loaded.block);
  }
}
