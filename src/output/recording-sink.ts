import { existsSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { UserError } from '../errors.js';
import type { Micros } from '../frame/clock.js';
import type { Frame } from '../frame/frame.js';
import { type EncoderPreset, H264Writer } from './h264-writer.js';
import type { FrameSink, StreamFormat } from './sink.js';
import type { VideoWriter } from './video-writer.js';
import { Y4mWriter } from './y4m-writer.js';

/** FFmpeg's names of the containers, by extension. */
const CONTAINERS: Readonly<Record<string, string>> = {
  '.mp4': 'mp4',
  '.m4v': 'mp4',
  '.mov': 'mov',
  '.mkv': 'matroska',
};

/** How to record. */
export interface RecordingOptions {
  /**
   * `live`: times are those of capture, and what is on disk plays at any moment, even after a kill.
   * `offline`: times are those of the source, and the file appears under its name only when it is complete.
   */
  readonly preset: EncoderPreset;
  /** Replace a file that exists. */
  readonly overwrite: boolean;
  /** A file whose sound goes along; null for none. */
  readonly copyAudioFrom: string | null;
}

/** Records frames into a file: H.264 in .mp4, .mov or .mkv, or uncompressed .y4m. */
export class RecordingSink implements FrameSink {
  readonly name: string;
  readonly #path: string;
  readonly #options: RecordingOptions;
  /** Where the file grows. */
  readonly #partPath: string;
  #writer: VideoWriter | null = null;
  #startedAt: Micros | null = null;
  #startPts: number | null = null;
  #written = 0;

  constructor(path: string, options: RecordingOptions) {
    this.name = `recording ${basename(path)}`;
    this.#path = path;
    this.#options = options;
    this.#partPath = options.preset === 'offline' ? `${path}.part` : path;
  }

  /** @throws UserError CONFIG_INVALID for another extension, OUTPUT_FAILED, LIBRARY_MISSING. */
  async open(format: StreamFormat): Promise<void> {
    this.#refuseOverwriting();
    const extension = extname(this.#path).toLowerCase();
    if (extension === '.y4m') {
      this.#writer = new Y4mWriter(format, this.#partPath);
      return;
    }
    const container = CONTAINERS[extension];
    if (container === undefined) {
      throw new UserError(
        'CONFIG_INVALID',
        `${this.#path} ends in "${extension}", which is no kind of file that mien records.`,
        'Name a file that ends in .mp4, .mov, .mkv or .y4m.',
      );
    }
    const { preset, copyAudioFrom } = this.#options;
    this.#writer = await H264Writer.open(format, { path: this.#partPath, container, preset, copyAudioFrom });
  }

  write(frame: Frame): void {
    if (!this.#writer) throw new Error('the recording is not open');
    this.#startedAt ??= frame.capturedAt;
    this.#startPts ??= frame.pts;
    const seconds =
      this.#options.preset === 'live' ? (frame.capturedAt - this.#startedAt) / 1e6 : frame.pts - this.#startPts;
    this.#writer.write(frame.data, seconds);
    this.#written++;
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = null;
    if (!writer) return;
    if (this.#written === 0) {
      writer.abandon();
      rmSync(this.#partPath, { force: true });
      return;
    }
    writer.close();
    if (this.#partPath !== this.#path) renameSync(this.#partPath, this.#path);
  }

  #refuseOverwriting(): void {
    if (!existsSync(this.#path)) return;
    const source = this.#options.copyAudioFrom;
    if (source !== null && existsSync(source) && realpathSync(source) === realpathSync(this.#path)) {
      throw new UserError(
        'OUTPUT_FAILED',
        `${this.#path} is the input: it would be destroyed while it is read.`,
        'Name another file as the output.',
      );
    }
    if (this.#options.overwrite) return;
    throw new UserError(
      'OUTPUT_FAILED',
      `${this.#path} exists already.`,
      'Name another file, or add --overwrite where the command has it.',
    );
  }
}
