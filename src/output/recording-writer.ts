/** Writes frames in one file format. Synchronous: a recording has a thread of its own. */
export interface RecordingWriter {
  /**
   * @param data - a frame in the layout that the writer was opened for. @param seconds - when it is shown: 0 for the
   * first one, and growing.
   * @throws UserError OUTPUT_FAILED, or the error of a system call; as does `close`.
   */
  write(data: Uint8Array, seconds: number): void;
  /** Completes the file. */
  close(): void;
  /** Lets go of the file without completing it. Safe to call twice, and after `close`. */
  abandon(): void;
}
