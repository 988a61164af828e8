import type { Frame } from '../frame/frame.js';
import type { StreamFormat } from './sink.js';

/** Writes frames in one file format. Synchronous: a recording has a thread of its own. */
export interface RecordingWriter {
  /** @throws UserError OUTPUT_FAILED or LIBRARY_MISSING. */
  open(format: StreamFormat): void | Promise<void>;
  /** @throws UserError OUTPUT_FAILED. */
  write(frame: Frame): void;
  /** Completes the file. @throws UserError OUTPUT_FAILED. */
  finish(): void;
  /** Lets go of the file without completing it. */
  abort(): void;
}
