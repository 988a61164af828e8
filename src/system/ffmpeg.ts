import type * as constants from 'node-av/constants';
import type * as lib from 'node-av/lib';
import { UserError } from '../errors.js';

/** FFmpeg's libraries through the optional package node-av: its low-level classes and FFmpeg's constants. */
export type Ffmpeg = typeof lib & typeof constants;

let loading: Promise<Ffmpeg> | undefined;

/**
 * Loads FFmpeg on first use, and silences its own log. It is a GPL build and 170 MB of code, so it is an optional
 * dependency that nothing loads until a file is read or recorded.
 *
 * Only `node-av/lib` is loaded: the package's high-level API needs `Promise.withResolvers`, which Node 20 lacks.
 *
 * @throws UserError LIBRARY_MISSING where node-av is not installed or has no binary for this machine.
 */
export function loadFfmpeg(): Promise<Ffmpeg> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Ffmpeg> {
  try {
    const [library, names] = await Promise.all([import('node-av/lib'), import('node-av/constants')]);
    library.Log.setLevel(names.AV_LOG_QUIET);
    return { ...names, ...library };
  } catch (cause) {
    loading = undefined;
    throw new UserError(
      'LIBRARY_MISSING',
      `The package node-av, which reads and records video files, could not be loaded on ${process.platform}-${process.arch}.`,
      'Install it with: npm install --include=optional (.y4m files work without it).',
      { cause },
    );
  }
}

/** FFmpeg's own words for an error code, for the end of a message: "Invalid data found when processing input". */
export function describeFfmpegError(ffmpeg: Ffmpeg, code: number): string {
  return ffmpeg.FFmpegError.strerror(code);
}
