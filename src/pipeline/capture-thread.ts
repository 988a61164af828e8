import type { SourceSpec } from '../capture/create-source.js';
import type { SourceInfo } from '../capture/source.js';
import type { ChannelHandle } from '../frame/channel.js';
import type { FromCapture, ToCapture } from './messages.js';
import { settledWithin, Thread } from './thread.js';

/** Opening a file or decoding a frame takes less. */
const END_MS = 2000;

/** The source's thread. Like the engine's it is ended between two frames, not inside a library. */
export class CaptureThread extends Thread<ToCapture, FromCapture> {
  /** Settles when the thread is at rest for good. */
  #atRest: Promise<unknown> = Promise.resolve();

  constructor() {
    super('capture', 'capture-worker');
  }

  /** @throws UserError of the source. */
  async open(spec: SourceSpec): Promise<SourceInfo> {
    const opened = this.once('opened');
    this.#atRest = opened;
    this.send({ kind: 'open', spec });
    return (await opened).info;
  }

  /** Lets frames run until the source ends or `finish` is called. */
  start(channel: ChannelHandle): void {
    this.#atRest = this.once('ended');
    this.#atRest.catch(() => {}); // `failed` tells
    this.send({ kind: 'start', channel });
  }

  setWatched(isWatched: boolean): void {
    this.send({ kind: 'watched', isWatched });
  }

  /** Ends the source after the frame at hand. */
  finish(): void {
    this.send({ kind: 'stop' });
  }

  override async stop(): Promise<void> {
    this.finish();
    await settledWithin(this.#atRest, END_MS);
    await super.stop();
  }
}
