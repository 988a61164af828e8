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

/** Reads UTF-8 JSON. Never throws; however deep it is nested, reading it does not go down the stack. */
export function parseJson(bytes: Uint8Array): ParsedJson {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { kind: 'broken', problem: 'is not UTF-8 text' };
  }
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch (error) {
    return { kind: 'broken', problem: `is not JSON: ${printable((error as Error).message)}` };
  }
}

/** Text of others for a message: on one line, without control characters, 120 letters at most. */
export function printable(text: string): string {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
  return clean.length > 120 ? `${clean.slice(0, 119)}…` : clean;
}
