import { blur } from './gaussian.js';
import { boundsOf, crop, type Plane } from './picture.js';

/** Noise changes from pixel to pixel, skin and lashes do not: what is finer than this is not counted, in pixels. */
const FINEST_SIGMA = 1;
/** Pixels beside the mask that reach into it through the Gaussian and the gradient. */
const REACH = 5;

/**
 * How much detail a picture has within a mask: the mean of |∇(Gσ * luma)|² at σ = 1 px, over the square of the mean
 * luma. The Gaussian takes away the noise of a sensor (white noise of σₙ keeps σₙ² / 4π); the division makes a face in
 * dim light as sharp as one in bright light.
 *
 * @param mask - weights of the pixels, 0 to 1. @returns NaN for an empty mask.
 */
export function gradientEnergy(luma: Plane, mask: Plane): number {
  const box = boundsOf(mask, REACH);
  const { width, height, data } = blur(crop(luma, box), FINEST_SIGMA);
  const weights = crop(mask, box).data;
  let energy = 0;
  let brightness = 0;
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const weight = weights[at]!;
      if (weight === 0) continue;
      const dx = (data[at + 1]! - data[at - 1]!) / 2;
      const dy = (data[at + width]! - data[at - width]!) / 2;
      energy += weight * (dx * dx + dy * dy);
      brightness += weight * data[at]!;
      sum += weight;
    }
  }
  return (energy * sum) / (brightness * brightness);
}

/** Sharpness of a face against the portrait in the same place and size: 1 as sharp, less where it is blurred. */
export function relativeSharpness(luma: Plane, portrait: Plane, mask: Plane): number {
  return gradientEnergy(luma, mask) / gradientEnergy(portrait, mask);
}
