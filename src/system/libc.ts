import { constants } from 'node:os';
import koffi from 'koffi';

/** A failed system call: its name, and the error's name as in errno(3), `EBUSY`. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';

  constructor(
    /** What was tried, for people: "VIDIOC_S_FMT on /dev/video0". */
    readonly call: string,
    /** `EBUSY`, `ENODEV`…; `E123` where Node knows no name. */
    readonly code: string,
    readonly errno: number,
  ) {
    super(`${call}: ${code}`);
  }
}

const ERRNO_NAMES = new Map<number, string>(
  Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
);

/** The error for the `errno` that the last foreign call left on this thread. */
export function lastError(call: string): SystemCallError {
  const errno = koffi.errno();
  return new SystemCallError(call, ERRNO_NAMES.get(errno) ?? `E${errno}`, errno);
}

/** The error for a call that Node made and threw of, as those of node:fs. */
export function systemCallError(call: string, thrown: unknown): SystemCallError {
  const { code = 'EIO', errno = 0 } = thrown as NodeJS.ErrnoException;
  return new SystemCallError(call, code, Math.abs(errno));
}

/** What `ask` returns, or null where it fails with one of these errors; any other one is thrown on. */
export function nullOn<T>(codes: readonly string[], ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof SystemCallError && codes.includes(error.code)) return null;
    throw error;
  }
}

/** Linux's numbers, the same on x86-64 and arm64. */
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 1;
export const POLLIN = 1;
export const POLLPRI = 2;
export const POLLERR = 8;
export const POLLHUP = 16;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const IN_CLOSE_WRITE = 0x8;
export const IN_CLOSE_NOWRITE = 0x10;
export const IN_OPEN = 0x20;
export const IN_Q_OVERFLOW = 0x4000;
export const IN_NONBLOCK = 0x800;
export const IN_CLOEXEC = 0x8_0000;

interface LibcFunctions {
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  mmap(length: number, protection: number, flags: number, fd: number, offset: number): Uint8Array;
  munmap(mapped: Uint8Array): void;
  poll(pollfds: Uint8Array, count: number, timeoutMs: number): number;
  flock(fd: number, operation: number): number;
  inotify_init1(flags: number): number;
  inotify_add_watch(fd: number, path: string, mask: number): number;
}

const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

let loaded: LibcFunctions | undefined;

/**
 * The C library's calls that Node lacks. Loaded on first use, so that a run without devices never loads the FFI.
 * All of them block their thread: they belong on capture and sink threads.
 */
export function libc(): LibcFunctions {
  loaded ??= load();
  return loaded;
}

function load(): LibcFunctions {
  const library = koffi.load('libc.so.6');
  const ioctl = library.func('int ioctl(int fd, unsigned long request, void *argument)');
  const mmap = library.func(
    'uintptr_t mmap(void *at, size_t length, int protection, int flags, int fd, int64_t offset)',
  );
  const munmap = library.func('int munmap(uintptr_t address, size_t length)');
  const addresses = new WeakMap<Uint8Array, bigint>();
  return {
    ioctl,
    mmap: (length, protection, flags, fd, offset) => {
      const address = BigInt(mmap(null, length, protection, flags, fd, offset));
      if (address === MAP_FAILED) throw lastError(`mmap of ${length} bytes`);
      // One view a mapping, made once: a view a frame would leave thousands for the collector.
      const view = new Uint8Array(koffi.view(address, length));
      addresses.set(view, address);
      return view;
    },
    munmap: (mapped) => {
      const address = addresses.get(mapped);
      if (address === undefined) return;
      addresses.delete(mapped);
      if (munmap(address, mapped.byteLength) < 0) throw lastError('munmap');
    },
    poll: library.func('int poll(void *pollfds, unsigned long count, int timeout)'),
    flock: library.func('int flock(int fd, int operation)'),
    inotify_init1: library.func('int inotify_init1(int flags)'),
    inotify_add_watch: library.func('int inotify_add_watch(int fd, const char *path, uint32_t mask)'),
  };
}
