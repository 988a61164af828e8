import { basename, extname } from 'node:path';
import { UserError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import type { RecordingPreset } from './h264-encoder.js';
import { MOVIE_FORMATS, MovieWriter } from './movie-writer.js';
import { OutputFile, outputFailed } from './output-file.js';
import type { RecordingWriter } from './recording-writer.js';
import type { FrameSink, StreamFormat } from './sink.js';
import { Y4mWriter } from './y4m-writer.js';

const Y4M = '.y4m';

/** How a recording is made. */
export interface RecordingOptions {
  /**
   * `live`: little processor time; times are those of capture; the file grows in its place, and what is there plays even
   * if the process is killed. `offline`: smaller files; times are those of the source; the file appears under its name
   * only when it is complete.
   */
  readonly preset: RecordingPreset;
  /** Whether an existing file may be replaced. Default: false. */
  readonly overwrite?: boolean | undefined;
  /** A media file whose sound is put beside the pictures, in sync with its first picture. Not for y4m. */
  readonly copyAudioFrom?: string | null | undefined;
}

/**
 * Records frames to a file, in the format that its name ends in: .mp4, .m4v, .mov, .mkv (H.264) or .y4m. H.264 has only even
 * sides: a picture with an odd one grows by a column or row, the last one shown twice.
 */
export class RecordingSink implements FrameSink {
  readonly name: string;
  readonly #path: string;
  readonly #preset: RecordingPreset;
  readonly #audioFrom: string | null;
  readonly #file: OutputFile;
  #writer: RecordingWriter | null = null;
  /** Seconds of the source's clock that are the film's zero; set by the first frame. */
  #zero = Number.NaN;
  #lastSeconds = Number.NEGATIVE_INFINITY;
  #intervalS = 0;

  constructor(path: string, { preset, overwrite = false, copyAudioFrom = null }: RecordingOptions) {
    this.name = `recording ${basename(path)}`;
    this.#path = path;
    this.#preset = preset;
    this.#audioFrom = copyAudioFrom;
    this.#file = new OutputFile(path, { overwrite, isAtomic: preset === 'offline', input: copyAudioFrom });
  }

  async open(format: StreamFormat): Promise<void> {
    const extension = extname(this.#path).toLowerCase();
    if (extension !== Y4M) requireMovieFormat(this.#path, extension);
    this.#file.create();
    try {
      this.#writer = await this.#openWriter(format, extension);
    } catch (error) {
      this.#file.discard(true);
      throw this.#explain(error);
    }
    this.#intervalS = format.rate.den / format.rate.num;
  }

  write(frame: Frame): void {
    if (!this.#writer) return;
    try {
      this.#writer.write(frame.data, this.#filmTime(frame));
    } catch (error) {
      this.discard();
      throw this.#explain(error);
    }
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    if (!writer) return;
    if (this.#lastSeconds < 0) {
      this.discard();
      return;
    }
    this.#writer = null;
    try {
      writer.close();
    } catch (error) {
      this.#file.discard();
      throw this.#explain(error);
    }
    this.#file.commit();
  }

  /** Gives up, in place of `close`: an offline recording, or one without a frame, leaves no file. Safe to call twice. */
  discard(): void {
    this.#writer?.abandon();
    this.#writer = null;
    this.#file.discard(this.#lastSeconds < 0);
  }

  /** A film starts at 0 and never runs back, whatever the source's times do. */
  #filmTime({ capturedAt, pts }: Frame): number {
    const now = this.#preset === 'live' ? capturedAt / 1e6 : pts;
    if (Number.isNaN(this.#zero)) this.#zero = now;
    if (now - this.#zero <= this.#lastSeconds) this.#zero = now - this.#lastSeconds - this.#intervalS;
    this.#lastSeconds = now - this.#zero;
    return this.#lastSeconds;
  }

  async #openWriter(format: StreamFormat, extension: string): Promise<RecordingWriter> {
    const { writePath } = this.#file;
    const preset = this.#preset;
    if (extension === Y4M) return new Y4mWriter(format, writePath, preset === 'live');
    const container = MOVIE_FORMATS[extension]!;
    return MovieWriter.open(format, { path: this.#path, writePath, container, preset, audioFrom: this.#audioFrom });
  }

  #explain(error: unknown): Error {
    return error instanceof UserError ? error : outputFailed(this.#path, error as NodeJS.ErrnoException);
  }
}

function requireMovieFormat(path: string, extension: string): void {
  if (extension in MOVIE_FORMATS) return;
  throw new UserError(
    'CONFIG_INVALID',
    `${path} does not end in the name of a format that can be recorded.`,
    `Give a name that ends in ${Object.keys(MOVIE_FORMATS).join(', ')} or ${Y4M}.`,
  );
}
