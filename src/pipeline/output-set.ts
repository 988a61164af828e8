import { ChannelWriter } from '../frame/channel.js';
import type { FrameStamp } from '../frame/frame.js';
import type { OutputHandle } from './messages.js';

interface Output {
  readonly id: string;
  readonly writer: ChannelWriter;
  readonly whenFull: OutputHandle['whenFull'];
}

/** The engine's ways out: any number at once, each a channel to a sink on its own thread. They come and go live. */
export class OutputSet {
  readonly #outputs: Output[] = [];

  add(handle: OutputHandle): void {
    this.#outputs.push({ id: handle.id, writer: new ChannelWriter(handle.channel), whenFull: handle.whenFull });
  }

  /** Ends one output: its sink reads what is left and closes. */
  remove(id: string): void {
    const index = this.#outputs.findIndex((output) => output.id === id);
    if (index < 0) return;
    this.#outputs[index]!.writer.end();
    this.#outputs.splice(index, 1);
  }

  /** Lays the picture before the effects beside the frame to come, for outputs that can show both. */
  writeBefore(pixels: Uint8Array): void {
    for (const { writer } of this.#outputs) writer.slot()?.secondData?.set(pixels);
  }

  /** Copies the frame to every output. Returns a promise only when an output that must not drop has no room yet. */
  write(pixels: Uint8Array, stamp: FrameStamp, hasBefore: boolean): Promise<void> | null {
    let waiting: Promise<void> | null = null;
    for (const output of this.#outputs) {
      if (this.#put(output, pixels, stamp, hasBefore)) continue;
      if (output.whenFull === 'drop') output.writer.countDrop();
      else waiting = this.#putWhenFree(output, pixels, stamp, waiting);
    }
    return waiting;
  }

  /** Ends all outputs. `isWhole`: every frame that was to come has come. */
  end(isWhole: boolean): void {
    for (const { writer } of this.#outputs) isWhole ? writer.end() : writer.breakOff();
    this.#outputs.length = 0;
  }

  stats(): { id: string; written: number; dropped: number }[] {
    return this.#outputs.map(({ id, writer }) => ({ id, written: writer.published, dropped: writer.dropped }));
  }

  #put({ writer }: Output, pixels: Uint8Array, stamp: FrameStamp, hasBefore: boolean): boolean {
    const slot = writer.slot();
    if (slot === null) return false;
    slot.data.set(pixels);
    writer.publish(stamp, hasBefore && slot.secondData !== null);
    return true;
  }

  async #putWhenFree(
    output: Output,
    pixels: Uint8Array,
    stamp: FrameStamp,
    first: Promise<void> | null,
  ): Promise<void> {
    await first;
    // A sink that failed has left; the loop hears of it from its thread.
    if (await output.writer.space()) this.#put(output, pixels, stamp, false);
  }
}
