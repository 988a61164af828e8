import type { StyledLine } from './styled-line.js';

/** A part of the screen that is shown whole or not at all. */
export interface Section {
  /** 0 is shown first; the parts with the greatest numbers go when the screen is low. */
  readonly priority: number;
  readonly lines: readonly StyledLine[];
}

/** Where the rows that are left over go: above the messages and keys, which so stay at the bottom. */
export const FILLER = Symbol('filler');

/**
 * Chooses the sections that fit into `rows`, by priority, and puts them in the order given.
 * @param fill - draws the rows left over; must return that many lines.
 * @returns exactly `rows` lines.
 */
export function stack(
  parts: readonly (Section | typeof FILLER)[],
  rows: number,
  fill: (rows: number) => readonly StyledLine[],
): StyledLine[] {
  const sections = parts.filter((part) => part !== FILLER);
  const chosen = new Set<Section>();
  let left = rows;
  for (const section of sections.toSorted((a, b) => a.priority - b.priority)) {
    if (section.lines.length > left) continue;
    chosen.add(section);
    left -= section.lines.length;
  }
  return parts.flatMap((part) => {
    if (part === FILLER) return [...fill(left)];
    return chosen.has(part) ? [...part.lines] : [];
  });
}
