import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import opentype, { type Font, type Glyph } from 'opentype.js';

/** Weights of Inter that cards are set in. */
export type Weight = 400 | 600;

/** A line of text as outlines: no font is needed to draw it. */
export interface TextLine {
  /** SVG path data; the pen starts at x = 0 on the baseline y = 0. */
  readonly path: (x: number, baseline: number) => string;
  /** Pixels. */
  readonly width: number;
}

/** Inter comes in parts by script. The first that has a character draws it; all but the first are read if needed. */
const scripts = ['latin', 'latin-ext', 'cyrillic', 'greek', 'vietnamese'] as const;
const fonts = new Map<string, Promise<Font>>();

/**
 * Sets one line in Inter. Characters that it has in no script (such as Chinese ones) are left out.
 *
 * @param size - pixels to the em
 * @param tracking - space added after each character, in ems
 */
export async function setLine(text: string, weight: Weight, size: number, tracking = 0): Promise<TextLine> {
  const placed: { readonly glyph: Glyph; readonly x: number }[] = [];
  let x = 0;
  for (const character of text.replace(/\s+/g, ' ')) {
    const found = await findGlyph(character, weight);
    if (!found) continue;
    placed.push({ glyph: found.glyph, x });
    x += (found.glyph.advanceWidth / found.font.unitsPerEm + tracking) * size;
  }
  return {
    width: Math.max(0, x - tracking * size),
    path: (left, baseline) =>
      placed.map(({ glyph, x }) => glyph.getPath(left + x, baseline, size).toPathData(2)).join(''),
  };
}

async function findGlyph(character: string, weight: Weight): Promise<{ glyph: Glyph; font: Font } | null> {
  for (const script of scripts) {
    const font = await loadFont(script, weight);
    if (font.charToGlyphIndex(character) > 0) return { glyph: font.charToGlyph(character), font };
  }
  return null;
}

function loadFont(script: string, weight: Weight): Promise<Font> {
  const file = `@fontsource/inter/files/inter-${script}-${weight}-normal.woff`;
  let font = fonts.get(file);
  if (!font) {
    font = readFile(createRequire(import.meta.url).resolve(file)).then((bytes) =>
      opentype.parse(new Uint8Array(bytes).buffer),
    );
    fonts.set(file, font);
  }
  return font;
}
