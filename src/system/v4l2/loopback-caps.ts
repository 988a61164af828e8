import { CAP } from './structs.js';

const BOTH_SIDES = CAP.VIDEO_CAPTURE | CAP.VIDEO_OUTPUT;

/**
 * Whether a v4l2loopback device was made with exclusive_caps: with it, a device never shows itself as camera and as
 * output at once; without it, always. Source: v4l2loopback.c, `vidioc_querycap`, 0.12.7 to 0.15.
 *
 * @param caps - of its node, as VIDIOC_QUERYCAP tells them.
 */
export function isExclusive(caps: number): boolean {
  return (caps & BOTH_SIDES) !== BOTH_SIDES;
}
