import { accessSync, constants as fsConstants, type Stats, statSync } from 'node:fs';
import type { FormatContext } from 'node-av/lib';
import { UserError } from '../errors.js';
import { describeFfmpegError, type Ffmpeg, loadFfmpeg } from './ffmpeg.js';

/** FFmpeg shows any text as a film of a terminal: such a "video" is a mistake of the user's. */
const TEXT_FORMATS = new Set(['tty', 'bin', 'xbin', 'adf', 'idf']);

/**
 * Checks that a path is a file with something in it, which may be read.
 *
 * @returns its size in bytes.
 * @throws UserError INPUT_MISSING or INPUT_INVALID.
 */
export function requireReadableFile(path: string): number {
  let stats: Stats;
  try {
    stats = statSync(path);
    accessSync(path, fsConstants.R_OK);
  } catch (cause) {
    throw unreadable(path, cause as NodeJS.ErrnoException);
  }
  if (stats.isDirectory()) {
    throw new UserError('INPUT_INVALID', `${path} is a folder, not a video file.`, 'Name a file in it.');
  }
  if (!stats.isFile()) {
    throw new UserError(
      'INPUT_INVALID',
      `${path} is not a file but a device, pipe or socket.`,
      'Save the video to a file first, and name that.',
    );
  }
  if (stats.size === 0) {
    throw new UserError('INPUT_INVALID', `${path} is empty (0 bytes).`, 'Copy or record the file again.');
  }
  return stats.size;
}

function unreadable(path: string, cause: NodeJS.ErrnoException): UserError {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    return new UserError(
      'INPUT_MISSING',
      `There is no file ${path}.`,
      'Check the spelling, and that the path starts from the folder you are in.',
      { cause },
    );
  }
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    return new UserError(
      'INPUT_INVALID',
      `The file ${path} may not be read by this user.`,
      `Allow it with: chmod u+r '${path}' (and u+x on the folders above it).`,
      { cause },
    );
  }
  return new UserError('INPUT_INVALID', `The file ${path} cannot be read: ${cause.message}.`, 'Name another file.', {
    cause,
  });
}

/**
 * Opens a local media file and finds its streams. Never reaches for the network, whatever a playlist in it says. The
 * caller closes it with `closeInputSync`.
 *
 * @throws UserError INPUT_MISSING or INPUT_INVALID.
 */
export function openMediaFile(ffmpeg: Ffmpeg, path: string): FormatContext {
  requireReadableFile(path);
  const format = new ffmpeg.FormatContext();
  format.allocContext();
  format.setOption('protocol_whitelist', 'file');
  const opened = format.openInputSync(`file:${path}`, null, null);
  if (opened < 0) throw notMedia(path, describeFfmpegError(ffmpeg, opened));
  if (TEXT_FORMATS.has(format.iformat?.name ?? '')) {
    format.closeInputSync();
    throw notMedia(path, 'it holds text');
  }
  const found = format.findStreamInfoSync(null);
  if (found < 0) {
    format.closeInputSync();
    throw notMedia(path, describeFfmpegError(ffmpeg, found));
  }
  return format;
}

/** Whether a media file has a sound track. @throws UserError INPUT_MISSING, INPUT_INVALID or LIBRARY_MISSING. */
export async function hasSound(path: string): Promise<boolean> {
  if (path.toLowerCase().endsWith('.y4m')) return false; // read without FFmpeg, which may be missing
  const ffmpeg = await loadFfmpeg();
  const format = openMediaFile(ffmpeg, path);
  try {
    return format.streams.some(({ codecpar }) => codecpar.codecType === ffmpeg.AVMEDIA_TYPE_AUDIO);
  } finally {
    format.closeInputSync();
  }
}

function notMedia(path: string, reason: string): UserError {
  return new UserError(
    'INPUT_INVALID',
    `${path} is not a video file, or it is damaged or cut short (${reason}).`,
    'Check that it plays in a video player; mp4, mkv, webm, mov, gif and y4m files are among those that can be read.',
  );
}
