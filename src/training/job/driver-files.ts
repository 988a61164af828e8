import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { UserError } from '../../errors.js';

const CLIPS: ReadonlySet<string> = new Set(['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.gif', '.y4m']);
const STILLS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** What lies in a folder of faces, sorted, so that the same folder gives the same avatar. */
export interface DriverFiles {
  readonly clips: readonly string[];
  readonly stills: readonly string[];
}

/**
 * Finds the clips and pictures in a folder and those in it.
 * @throws UserError INPUT_MISSING without such a folder, INPUT_INVALID if there are none in it.
 */
export function findDriverFiles(folder: string): DriverFiles {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(
      'INPUT_MISSING',
      `There is no folder ${folder}.`,
      'Name a folder with pictures and clips of many faces.',
    );
  }
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const ofKind = (endings: ReadonlySet<string>) =>
    names.filter((name) => endings.has(extname(name).toLowerCase())).map((name) => join(folder, name));
  const files = { clips: ofKind(CLIPS), stills: ofKind(STILLS) };
  if (files.clips.length + files.stills.length > 0) return files;
  throw new UserError(
    'INPUT_INVALID',
    `${folder} holds neither pictures nor clips.`,
    `Put some there, each of one face: ${[...STILLS, ...CLIPS].join(', ')}.`,
  );
}
