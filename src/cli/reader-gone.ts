/**
 * Whether a failed write to standard output or error means that nobody reads it any more: the other end of the pipe has ended
 * (`mien --help | head -1`: EPIPE), or the terminal's window was closed (EIO). That is no fault of mien.
 */
export function isReaderGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'EIO';
}
