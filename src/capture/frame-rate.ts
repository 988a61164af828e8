import { UserError } from '../errors.js';
import type { Rate } from '../frame/frame.js';

/** Rates that a source may be asked for, in frames a second. */
const FPS_MIN = 1;
const FPS_MAX = 240;

/**
 * Frames a second as a ratio. 29.97 and its kin become the NTSC ratios (30000/1001) that they stand for.
 *
 * @throws UserError CONFIG_INVALID outside of 1 to 240.
 */
export function rateFromFps(fps: number): Rate {
  if (!(fps >= FPS_MIN && fps <= FPS_MAX)) {
    throw new UserError(
      'CONFIG_INVALID',
      `A rate of ${fps} frames a second was asked for; it must be a number from ${FPS_MIN} to ${FPS_MAX}.`,
      'Give a rate like --fps 30.',
    );
  }
  if (Number.isInteger(fps)) return { num: fps, den: 1 };
  const ntsc = Math.round((fps * 1001) / 1000);
  if (Math.abs((ntsc * 1000) / 1001 - fps) < 0.005) return { num: ntsc * 1000, den: 1001 };
  return { num: Math.round(fps * 1000), den: 1000 };
}

/** Seconds from one frame to the next. */
export function frameInterval(rate: Rate): number {
  return rate.den / rate.num;
}
