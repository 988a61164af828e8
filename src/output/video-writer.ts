/** A file that frames are written into, one after the other. */
export interface VideoWriter {
  /** @param data - I420 of the stream's layout. @param seconds - when it is shown, from the first frame. Never falls. */
  write(data: Uint8Array, seconds: number): void;
  /** Finishes the file. Call once, unless `abandon` was. @throws UserError OUTPUT_FAILED. */
  close(): void;
  /** Lets go of the file as it is. */
  abandon(): void;
}
