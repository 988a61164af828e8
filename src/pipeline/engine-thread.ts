import type { SourceInfo } from '../capture/source.js';
import { type ChannelHandle, ChannelWriter, createChannel } from '../frame/channel.js';
import type { LoopOptions } from './loop-options.js';
import type { FromEngine, ToEngine } from './messages.js';
import { settledWithin, Thread } from './thread.js';

/** Loading models and one frame take less; only a runtime that hangs takes longer. */
const END_MS = 5000;

type Ended = Extract<FromEngine, { kind: 'ended' }>;

/**
 * The engine's thread. It must be ended between two frames: a thread that is terminated inside ONNX Runtime takes the
 * whole process along (an exception of the runtime's that nobody can catch).
 */
export class EngineThread extends Thread<ToEngine, FromEngine> {
  /** Resolves when the models are loaded; rejects when they cannot be. */
  readonly ready: Promise<unknown>;
  /** Resolves when all frames are through; rejects when one failed for good. */
  readonly ended: Promise<Ended>;
  #input: ChannelHandle | null = null;

  constructor() {
    super('engine', 'engine-worker');
    this.ready = this.once('ready');
    this.ended = this.once('ended');
    for (const promise of [this.ready, this.ended]) promise.catch(() => {}); // who waits for them hears of it
  }

  /** Lets it load its models for frames of this source. @returns the channel that the frames are to come through. */
  start({ layout, rate }: SourceInfo, { mode, settings }: LoopOptions): ChannelHandle {
    this.#input = createChannel(mode === 'live' ? 'newest' : 'every', layout);
    this.send({ kind: 'start', input: this.#input, rate, settings, isOffline: mode === 'offline' });
    return this.#input;
  }

  override async stop(): Promise<void> {
    if (this.#input) {
      new ChannelWriter(this.#input).breakOff(); // of no effect if the source has ended it already
      await settledWithin(this.ended, END_MS);
    }
    await super.stop();
  }
}
