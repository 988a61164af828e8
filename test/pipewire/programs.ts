import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { i420Layout } from '../../src/frame/i420.js';
import type { PrivateSession } from './private-session.mjs';

/** How long a program may take for what takes it some tenths of a second when the machine is quiet. */
const PATIENCE_MS = 60_000;

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What producer.mjs is told. */
export interface ProducerOptions {
  readonly nodeName?: string;
  readonly description?: string;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  readonly stamps?: boolean;
}

/** What producer.mjs tells of itself four times a second. */
export interface ProducerStatus {
  readonly sent: number;
  readonly dropped: number;
  readonly watchers: number;
  readonly frame: number;
  readonly files: number;
  readonly threads: number;
  readonly rssMb: number;
}

/** A line of producer.mjs. */
export interface ProducerLine {
  readonly event?: 'opened' | 'gone' | 'refused';
  readonly code?: string;
  readonly message?: string;
  readonly remedy?: string;
  readonly status?: ProducerStatus;
  readonly frame?: number;
  readonly capturedAt?: number;
}

/** A running producer.mjs and what it said. */
export class Producer {
  readonly child: ChildProcess;
  readonly lines: ProducerLine[] = [];
  #rest = '';

  constructor(session: PrivateSession, options: ProducerOptions = {}) {
    this.child = session.spawn(process.execPath, [file('producer.mjs'), JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout!.on('data', (chunk: Buffer) => {
      const lines = `${this.#rest}${chunk}`.split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.lines.push(JSON.parse(line) as ProducerLine);
    });
  }

  /** The next line, from now on, for which `isIt` holds. */
  async next(isIt: (line: ProducerLine) => boolean, from = this.lines.length): Promise<ProducerLine> {
    const end = Date.now() + PATIENCE_MS;
    for (let at = from; ; ) {
      while (at < this.lines.length) {
        const line = this.lines[at++]!;
        if (isIt(line)) return line;
      }
      if (Date.now() > end || this.child.exitCode !== null) {
        throw new Error(
          `the producer (exit code ${this.child.exitCode}) said only ${JSON.stringify(this.lines.slice(-5))}`,
        );
      }
      await pause(20);
    }
  }

  /** The first event that was not asked for before. */
  async event(): Promise<ProducerLine> {
    const line = await this.next(({ event }) => event !== undefined, this.#eventsSeen);
    this.#eventsSeen = this.lines.indexOf(line) + 1;
    return line;
  }
  #eventsSeen = 0;

  /** The next status for which `isIt` holds. */
  async status(isIt: (status: ProducerStatus) => boolean = () => true): Promise<ProducerStatus> {
    return (await this.next(({ status }) => status !== undefined && isIt(status))).status!;
  }

  /** Ends it and waits for that. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const exited = exit(this.child);
    this.child.kill(signal);
    await exited;
  }
}

/**
 * A frame as reader.mjs saw it: the numbers at the top and at the bottom, or the SHA-1 of a picture without them; when it
 * was read and captured, in ms.
 */
export interface SeenFrame {
  readonly top: number | null;
  readonly bottom: number | null;
  readonly hash: string | null;
  readonly at: number;
  readonly capturedAt: number | null;
}

/** A running reader.mjs; `seen` resolves once it has read all its frames. */
export interface Reader {
  readonly child: ChildProcess;
  seen(): Promise<SeenFrame[]>;
}

/** What reader.mjs is told. */
export interface ReaderOptions {
  readonly frames: number;
  /** Comes and goes so many times. */
  readonly rounds?: number;
  /** Those of the camera: others get nothing. */
  readonly fps?: number;
  readonly width?: number;
  readonly height?: number;
}

/** Starts a reader.mjs that ends after so many frames. */
export function startReader(session: PrivateSession, options: ReaderOptions | number): Reader {
  const told = JSON.stringify(typeof options === 'number' ? { frames: options } : options);
  const child = session.spawn(process.execPath, [file('reader.mjs'), told], { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = output(child);
  return { child, seen: async () => JSON.parse((await printed).toString()) as SeenFrame[] };
}

/** GStreamer as a consumer: so many whole NV12 frames of 1280x720, as they arrived. */
export async function framesOfGstreamer(
  session: PrivateSession,
  count: number,
  nodeName = 'mien',
): Promise<Uint8Array[]> {
  const { byteLength } = i420Layout(1280, 720);
  const source = ['pipewiresrc', `target-object=${nodeName}`, `num-buffers=${count}`];
  const child = session.spawn(
    'gst-launch-1.0',
    ['-q', ...source, '!', 'video/x-raw,format=NV12,width=1280,height=720', '!', 'fdsink', 'fd=1', 'sync=false'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const bytes = await output(child);
  return Array.from({ length: Math.floor(bytes.length / byteLength) }, (_, i) =>
    bytes.subarray(i * byteLength, (i + 1) * byteLength),
  );
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function output(child: ChildProcess): Promise<Buffer> {
  const chunks: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once('close', resolve));
  return Buffer.concat(chunks);
}

/** Resolves to the exit code, or null after a signal. */
export function exit(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}
