import koffi from 'koffi';
import { packedBytes } from '../picture-packer.js';
import { OutputGone, type StreamFormat } from '../sink.js';
import { cameraParams, cameraProperties, nv12Format } from './camera-params.js';
import {
  type Address,
  DIRECTION_OUTPUT,
  FLAG_DRIVER,
  FLAG_MAP_BUFFERS,
  ID_ANY,
  libpipewire,
  STATE_CONNECTING,
  STATE_PAUSED,
  STATE_STREAMING,
  STATE_UNCONNECTED,
} from './libpipewire.js';
import { linedPods, type Pod } from './spa-pod.js';
import { StreamBuffers } from './stream-buffers.js';

/** How a stream is: `idle` has no consumer; `gone` lost its daemon and never comes back. */
export type StreamState = 'connecting' | 'idle' | 'streaming' | 'gone';

/** What became of a frame: taken, or left out since nobody watches or all buffers are on their way. */
export type SendResult = 'sent' | 'idle' | 'no-buffer';

/** What to call the camera. */
export interface CameraName {
  /** `node.name`: what programs remember it by. */
  readonly nodeName: string;
  /** `node.description`: what people choose it by. */
  readonly description: string;
}

/**
 * A connection to the PipeWire daemon and one video source on it. The library works on a thread of its own; all calls
 * here take its lock for some microseconds, and none waits for a consumer.
 */
export class CameraStream {
  readonly #pipewire = libpipewire();
  readonly #buffers = new StreamBuffers();
  readonly #stride: number;
  readonly #byteLength: number;
  #sequence = 0n;
  #lastPts = 0n;
  /** Released in reverse order. */
  #loop: Address = 0;
  #context: Address = 0;
  #core: Address = 0;
  #stream: Address = 0;

  /**
   * Connects. The node is there once `state` has left 'connecting'.
   *
   * @throws UserError LIBRARY_MISSING, or Error if the daemon cannot be reached.
   */
  constructor({ nodeName, description }: CameraName, format: StreamFormat) {
    const packed = nv12Format(format.layout);
    this.#stride = packed.strideBytes;
    this.#byteLength = packedBytes(packed);
    try {
      this.#connect(nodeName, description, cameraParams(format));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #connect(nodeName: string, description: string, params: readonly Pod[]): void {
    const pipewire = this.#pipewire;
    this.#loop = made('pw_thread_loop_new', pipewire.loopNew('mien-pipewire', null));
    this.#context = made('pw_context_new', pipewire.contextNew(pipewire.loopGet(this.#loop), null, 0));
    // Nothing else runs on the loop before it is started: no lock is needed so far.
    this.#core = made('pw_context_connect', pipewire.contextConnect(this.#context, null, 0));
    const properties = pipewire.propertiesFrom(cameraProperties(nodeName, description));
    this.#stream = made('pw_stream_new', pipewire.streamNew(this.#core, nodeName, properties));
    const flags = FLAG_MAP_BUFFERS | FLAG_DRIVER;
    const { memory, addresses } = linedPods(params);
    const result = pipewire.streamConnect(this.#stream, DIRECTION_OUTPUT, ID_ANY, flags, addresses, params.length);
    if (result < 0) throw new Error(`pw_stream_connect with ${memory.byteLength} bytes of offers: error ${-result}`);
    const started = pipewire.loopStart(this.#loop);
    if (started < 0) throw new Error(`pw_thread_loop_start: error ${-started}`);
  }

  /** Cheap: reads one word of the library's, without its lock. */
  get state(): StreamState {
    const state = this.#stream === 0 ? STATE_UNCONNECTED : this.#pipewire.streamState(this.#stream, null);
    switch (state) {
      case STATE_CONNECTING:
        return 'connecting';
      case STATE_PAUSED:
        return 'idle';
      case STATE_STREAMING:
        return 'streaming';
      default:
        return 'gone';
    }
  }

  /**
   * Sends one packed picture (`nv12Format`), or leaves it out: it never waits for a consumer.
   *
   * @throws OutputGone if the buffers are not what was offered.
   * @param pts - nanoseconds on CLOCK_MONOTONIC; moved on where it is not later than the last one.
   */
  send(nv12: Uint8Array, pts: bigint): SendResult {
    if (this.state !== 'streaming') {
      this.#buffers.forget();
      return 'idle';
    }
    const pipewire = this.#pipewire;
    pipewire.loopLock(this.#loop);
    try {
      const buffer = pipewire.streamDequeue(this.#stream);
      if (buffer === 0) return 'no-buffer';
      const pixels = this.#buffers.pixels(buffer, this.#byteLength);
      if (pixels === null) throw new OutputGone(`PipeWire gave a buffer without ${this.#byteLength} bytes of memory`);
      pixels.set(nv12);
      this.#lastPts = pts > this.#lastPts ? pts : this.#lastPts + 1n;
      this.#buffers.stamp(buffer, {
        byteLength: this.#byteLength,
        stride: this.#stride,
        pts: this.#lastPts,
        sequence: this.#sequence++,
      });
      // What goes wrong from here on shows in the state, before the next frame.
      pipewire.streamQueue(this.#stream, buffer);
      pipewire.streamTrigger(this.#stream);
      return 'sent';
    } finally {
      pipewire.loopUnlock(this.#loop);
    }
  }

  /** Takes the node away. Safe to call twice. */
  close(): void {
    const pipewire = this.#pipewire;
    if (this.#loop !== 0) pipewire.loopStop(this.#loop); // from here on nothing else runs on it
    if (this.#stream !== 0) pipewire.streamDestroy(this.#stream);
    if (this.#core !== 0) pipewire.coreDisconnect(this.#core);
    if (this.#context !== 0) pipewire.contextDestroy(this.#context);
    if (this.#loop !== 0) pipewire.loopDestroy(this.#loop);
    this.#stream = 0;
    this.#core = 0;
    this.#context = 0;
    this.#loop = 0;
    this.#buffers.forget();
  }
}

/** A pointer that the library made, or the reason why it did not. */
function made(call: string, address: Address): Address {
  if (address === 0) throw new Error(`${call}: error ${koffi.errno()}`);
  return address;
}
