import { once } from 'node:events';
import { WebSocket } from 'ws';
import { nowMicros } from '../../src/frame/clock.js';
import type { Frame } from '../../src/frame/frame.js';
import { type I420Layout, i420Layout } from '../../src/frame/i420.js';
import { pictureHeaderBytes } from '../../src/output/preview-protocol.js';

export const layout: I420Layout = i420Layout(320, 180);
export const rate = { num: 30, den: 1 };

/** A frame of one colour, given as Y, U, V. */
export function plainFrame([y, u, v]: readonly [number, number, number], sequence = 0, of = layout): Frame {
  const data = new Uint8Array(of.byteLength).fill(y, 0, of.offsetU);
  data.fill(u, of.offsetU, of.offsetV).fill(v, of.offsetV);
  return { layout: of, data, sequence, capturedAt: nowMicros(), pts: sequence / 30 };
}

export interface Picture {
  readonly number: number;
  readonly flags: number;
  readonly takenAtMs: number;
  readonly jpeg: Buffer;
}

/** What a page does, without a browser: keeps what it was sent and acknowledges if told to. */
export class PageClient {
  readonly pictures: Picture[] = [];
  readonly messages: { readonly type: string; readonly [key: string]: unknown }[] = [];
  readonly socket: WebSocket;

  constructor(
    address: string,
    readonly acknowledges: boolean,
    headers: Readonly<Record<string, string>> = { origin: new URL(address).origin },
  ) {
    this.socket = new WebSocket(new URL('socket', address.replace(/^http/, 'ws')), { headers });
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) {
        this.messages.push(JSON.parse(data.toString()));
        return;
      }
      const picture = {
        number: data.readUInt32LE(0),
        flags: data.readUInt32LE(4),
        takenAtMs: data.readDoubleLE(8),
        jpeg: data.subarray(pictureHeaderBytes),
      };
      this.pictures.push(picture);
      if (acknowledges) this.acknowledge(picture.number);
    });
    this.socket.on('error', () => {}); // a refusal is looked at through `opened`
  }

  /** Resolves with null once open, or with the HTTP status that it was refused with. */
  async opened(): Promise<number | null> {
    const refused = new Promise<number>((resolve) => {
      this.socket.once('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
    });
    return Promise.race([once(this.socket, 'open').then(() => null), refused]);
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Resolves once the sink has read everything said so far: it answers what it does not understand, in order. */
  async heard(): Promise<void> {
    const before = this.errors().length;
    this.say('anybody there?');
    await until(() => this.errors().length > before);
  }

  acknowledge(picture: number): void {
    this.say({ type: 'ack', picture });
  }

  errors(): string[] {
    return this.messages.filter((message) => message['severity'] === 'error').map((message) => String(message['text']));
  }
}

/** Waits until the condition holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
