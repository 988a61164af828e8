import { InferenceSession } from 'onnxruntime-node';
import { readAvatarGraph } from '../../inference/onnx/check-graph.js';
import { feedsOf, type NetworkInputs } from './calibration.js';

/** INT8 that is nearer to fp32 than this cannot be told from it in a face that moves. */
export const LEAST_PSNR_DB = 40;

const RUNTIME = { intraOpNumThreads: 1, logSeverityLevel: 4 } as const;

/** How near an INT8 network is to the one that it was made of. */
export interface PrecisionLoss {
  /** Peak signal to noise of the colours, weighted with fp32's mask, over the pictures. */
  readonly psnrDb: { readonly median: number; readonly least: number };
  /** Root mean square of the masks' difference, 0..1, over all pictures. */
  readonly maskRms: number;
}

/**
 * Runs both networks over pictures and compares what they paint.
 *
 * @param pictures - what the networks take for each; none that the quantization was calibrated on.
 */
export async function comparePrecision(
  fp32: Uint8Array,
  int8: Uint8Array,
  pictures: readonly NetworkInputs[],
): Promise<PrecisionLoss> {
  const { size, model } = readAvatarGraph(fp32);
  const exact = await InferenceSession.create(fp32, RUNTIME);
  const rounded = await InferenceSession.create(int8, RUNTIME);
  const area = size * size;
  const decibels: number[] = [];
  let maskSquares = 0;
  for (const picture of pictures) {
    const feeds = feedsOf(model, picture);
    const one = (await exact.run(feeds))['avatar']!.data as Float32Array;
    const other = (await rounded.run(feeds))['avatar']!.data as Float32Array;
    let squares = 0;
    let weight = 0;
    for (let pixel = 0; pixel < area; pixel++) {
      const mask = one[3 * area + pixel]!;
      weight += 3 * mask;
      for (let plane = 0; plane < 3 * area; plane += area)
        squares += mask * (one[plane + pixel]! - other[plane + pixel]!) ** 2;
      maskSquares += (mask - other[3 * area + pixel]!) ** 2;
    }
    // Where no avatar is painted there is no colour to compare.
    if (weight >= 1) decibels.push(10 * Math.log10(weight / squares));
  }
  await exact.release();
  await rounded.release();
  decibels.sort((a, b) => a - b);
  return {
    psnrDb: { median: decibels[decibels.length >> 1] ?? Number.NaN, least: decibels[0] ?? Number.NaN },
    maskRms: Math.sqrt(maskSquares / (area * pictures.length)),
  };
}

/** Which of the two an avatar is worn with, and the words for it in the training's report. */
export function choosePrecision({ psnrDb }: PrecisionLoss): {
  readonly precision: 'fp32' | 'int8';
  readonly reason: string;
} {
  const found = `INT8 is ${psnrDb.median.toFixed(1)} dB from fp32`;
  if (psnrDb.median >= LEAST_PSNR_DB) return { precision: 'int8', reason: `${found}: it is worn` };
  return { precision: 'fp32', reason: `${found}, less than ${LEAST_PSNR_DB} dB: fp32 is worn, which is slower` };
}
