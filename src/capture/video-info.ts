import type { FormatContext, Stream } from 'node-av/lib';
import type { Rate } from '../frame/frame.js';

/** Rates above this are time bases in disguise (files of variable rate), not what the file shows. */
const CREDIBLE_FPS = 240;

/** What raw streams without any times are shown at. */
const FALLBACK_RATE: Rate = { num: 25, den: 1 };

/** FFmpeg counts a file's length in microseconds. */
const AV_TIME_BASE = 1_000_000;

/** The average rate of a stream: for files of variable rate, too. */
export function streamRate(stream: Stream): Rate {
  for (const { num, den } of [stream.avgFrameRate, stream.rFrameRate]) {
    if (num > 0 && den > 0 && num / den <= CREDIBLE_FPS) return { num, den };
  }
  return FALLBACK_RATE;
}

/**
 * Frames of a stream: as its file counts them, or from its length; null where neither is known. The count of a fragmented
 * file is that of its first fragment, so the larger number counts.
 */
export function countFrames(format: FormatContext, stream: Stream, rate: Rate): number | null {
  const counted = Number(stream.nbFrames);
  const { num, den } = stream.timeBase;
  const streamLength = (Number(stream.duration) * num) / den;
  const length = streamLength > 0 ? streamLength : Number(format.duration) / AV_TIME_BASE;
  const fromLength = length > 0 ? Math.max(1, Math.round((length * rate.num) / rate.den)) : 0;
  return Math.max(counted, fromLength) || null;
}
