import { basename, extname } from 'node:path';
import { UserError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import type { RecordingPreset } from './h264-encoder.js';
import { MOVIE_FORMATS, MovieWriter } from './movie-writer.js';
import { OutputFile, outputFailed } from './output-file.js';
import type { RecordingWriter } from './recording-writer.js';
import type { FrameSink, StreamFormat } from './sink.js';
import { Y4mWriter } from './y4m-writer.js';

/** How a recording is made. */
export interface RecordingOptions {
  /**
   * `live` costs little processor time and writes the file in its place: what was recorded stays, whatever happens.
   * `offline` makes smaller files, and puts a file in its place only when it is complete.
   */
  readonly preset: RecordingPreset;
  /** Whether an existing file may be replaced. Default: false. */
  readonly overwrite?: boolean | undefined;
  /** A media file whose sound is put beside the pictures, in sync with its first picture. Not for y4m. */
  readonly copyAudioFrom?: string | null | undefined;
}

/** Records frames to a file, in the format that its name ends in: .mp4, .m4v, .mov, .mkv (H.264) or .y4m. */
export class RecordingSink implements FrameSink {
  readonly name: string;
  readonly #path: string;
  readonly #preset: RecordingPreset;
  readonly #audioFrom: string | null;
  readonly #file: OutputFile;
  #writer: RecordingWriter | null = null;

  constructor(path: string, { preset, overwrite = false, copyAudioFrom = null }: RecordingOptions) {
    this.name = `recording ${basename(path)}`;
    this.#path = path;
    this.#preset = preset;
    this.#audioFrom = copyAudioFrom;
    this.#file = new OutputFile(path, { overwrite, isAtomic: preset === 'offline', input: copyAudioFrom });
  }

  async open(format: StreamFormat): Promise<void> {
    const writer = this.#makeWriter();
    this.#file.create();
    try {
      await writer.open(format);
    } catch (error) {
      this.#file.discard();
      throw this.#explain(error);
    }
    this.#writer = writer;
  }

  write(frame: Frame): void {
    if (!this.#writer) return;
    try {
      this.#writer.write(frame);
    } catch (error) {
      this.discard();
      throw this.#explain(error);
    }
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    if (!writer) return;
    this.#writer = null;
    try {
      writer.finish();
    } catch (error) {
      this.#file.discard();
      throw this.#explain(error);
    }
    this.#file.commit();
  }

  /** Gives up, in place of `close`: an offline recording leaves no file. Safe to call twice. */
  discard(): void {
    this.#writer?.abort();
    this.#writer = null;
    this.#file.discard();
  }

  #makeWriter(): RecordingWriter {
    const extension = extname(this.#path).toLowerCase();
    const { writePath } = this.#file;
    if (extension === '.y4m') return new Y4mWriter(writePath, this.#preset === 'live');
    const container = MOVIE_FORMATS[extension];
    if (container === undefined) {
      throw new UserError(
        'OUTPUT_FAILED',
        `${this.#path} does not end in the name of a format that can be recorded.`,
        `Give a name that ends in ${Object.keys(MOVIE_FORMATS).join(', ')} or .y4m.`,
      );
    }
    return new MovieWriter({
      path: this.#path,
      writePath,
      container,
      preset: this.#preset,
      audioFrom: this.#audioFrom,
    });
  }

  #explain(error: unknown): Error {
    return error instanceof UserError ? error : outputFailed(this.#path, error as NodeJS.ErrnoException);
  }
}
