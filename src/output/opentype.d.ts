// The part of opentype.js (which ships no types) that the card uses.
declare module 'opentype.js' {
  /** An outline in pixels, y down. `toPathData` writes it as the `d` of an SVG path. */
  export interface Path {
    toPathData(decimals?: number): string;
  }
  export interface Glyph {
    /** In font units, of which `unitsPerEm` make the size. */
    readonly advanceWidth: number;
    getPath(x: number, baseline: number, size: number): Path;
  }
  export interface Font {
    readonly unitsPerEm: number;
    /** 0: the font lacks the character. */
    charToGlyphIndex(character: string): number;
    charToGlyph(character: string): Glyph;
  }
  const opentype: { parse(font: ArrayBuffer): Font };
  // biome-ignore lint/style/noDefaultExport: the package is CommonJS, which Node gives as a default export
  export default opentype;
}
