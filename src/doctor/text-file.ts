import { readFileSync } from 'node:fs';

/** A small file, blanks at its ends left out; null where there is none, or it may not be read: for facts both mean "unknown". */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null; // not there, or not for this user
  }
}
