/** Deepest nesting of objects and lists in a document of a pack. */
const MAX_DEPTH = 8;

/**
 * The one text of a JSON value: keys sorted by code unit, no white space. What is signed is this text, so that the same
 * content has the same signature however it was laid out.
 *
 * @throws RangeError on what JSON cannot tell: NaN, Infinity, undefined in a list, functions.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} is not a JSON number`);
  const text = JSON.stringify(value);
  if (text === undefined) throw new RangeError(`${typeof value} is not a JSON value`);
  return text;
}

/** What came of reading a JSON document that may have been written by anybody. */
export type ParsedJson =
  | { readonly kind: 'value'; readonly value: unknown }
  /** `problem` follows "it": "is not JSON: …". */
  | { readonly kind: 'broken'; readonly problem: string };

/** Reads UTF-8 JSON, not nested deeper than any document of a pack is. Never throws. */
export function parseJson(bytes: Uint8Array): ParsedJson {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { kind: 'broken', problem: 'is not UTF-8 text' };
  }
  // Before anything walks the value: a walk of deep nesting would end with the stack.
  if (isDeep(text)) return { kind: 'broken', problem: `is nested deeper than ${MAX_DEPTH} levels` };
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch (error) {
    return { kind: 'broken', problem: `is not JSON: ${printable((error as Error).message)}` };
  }
}

/** Counts brackets outside of strings; exact for JSON, and what is not JSON is refused by its parser. */
function isDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (inString) {
      if (letter === '\\') i++;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '[' || letter === '{') {
      if (++depth > MAX_DEPTH) return true;
    } else if (letter === ']' || letter === '}') depth--;
  }
  return false;
}

/** Text of others for a message: on one line, without control characters, 120 letters at most. */
export function printable(text: string): string {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
  return clean.length > 120 ? `${clean.slice(0, 119)}…` : clean;
}
