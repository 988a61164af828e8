/**
 * Peak signal to noise ratio of two pictures with values 0 to 1, in dB; infinite where they are the same.
 *
 * @param values - `channels` planes one after the other. @param reference - as many.
 * @param mask - one plane of weights, 0 to 1. Without: every pixel counts.
 */
export function psnr(
  values: Float32Array,
  reference: Float32Array,
  mask?: Float32Array,
  channels = mask ? values.length / mask.length : 1,
): number {
  const pixels = values.length / channels;
  let error = 0;
  let weights = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const weight = mask ? mask[pixel]! : 1;
    if (weight === 0) continue;
    for (let channel = 0; channel < channels; channel++) {
      const at = channel * pixels + pixel;
      error += weight * (values[at]! - reference[at]!) ** 2;
    }
    weights += weight * channels;
  }
  return -10 * Math.log10(error / weights);
}
