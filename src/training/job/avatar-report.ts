import { LEAST_PSNR_DB } from '../quantize/compare-precision.js';
import type { Report } from '../report.js';
import type { MadeAvatar } from './avatar-manifest.js';
import { type FlatPair, onGrey } from './unseen-pictures.js';

/** Columns of the report. */
const SHOWN_PICTURES = 6;
/** Letters of a file's name that there is room for. */
const NAME_LENGTH = 48;

/** The sheet of a finished avatar: what was aimed at and what it makes, on frames that it never learnt from. */
export function reportOf({ job, training, notes, measured }: MadeAvatar, unseen: readonly FlatPair[]): Report {
  const { targetDb, int8Db, fp32Ms, int8Ms, avatars } = measured;
  const shown = Array.from({ length: Math.min(SHOWN_PICTURES, unseen.length) }, (_, at) =>
    Math.floor(((at + 0.5) * unseen.length) / SHOWN_PICTURES),
  );
  const row = (label: string, pictures: (at: number) => Float32Array) => ({
    label,
    pictures: shown.map((at) => onGrey(pictures(at), job.size)),
  });
  const figure = (name: string, value: string, isReached: boolean | null = null) => ({ name, value, isReached });
  const minutes = (training.elapsedMs / 60_000).toFixed(1);
  return {
    title: job.title,
    subtitle: `${job.size} px, ${minutes} minutes, ${training.step} steps, ${notes.trainedOn[0]!.slice(0, NAME_LENGTH)}`,
    rows: [row('target', (at) => unseen[at]!.target), row('result', (at) => avatars[at]!)],
    figures: [
      figure('PSNR on unseen frames', `${targetDb.toFixed(1)} dB`),
      figure('PSNR of INT8 to fp32', `${int8Db.toFixed(1)} dB`, int8Db >= LEAST_PSNR_DB),
      figure('a frame, fp32 / INT8', `${fp32Ms.toFixed(1)} / ${int8Ms.toFixed(1)} ms`),
      figure('pairs learnt from', String(notes.pairs)),
    ],
  };
}
