/** Numbers from 0 up to 1, the same for the same seed. Source: Mulberry32 by Tommy Ettinger. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks whole numbers below a count. */
export type Pick = (count: number) => number;

/** Bytes with something wrong in them; now and then the same bytes. */
export function mutateBytes(bytes: Uint8Array, pick: Pick): Buffer {
  const copy = Buffer.from(bytes);
  const at = pick(Math.max(1, copy.length));
  switch (pick(8)) {
    case 0:
      return copy;
    case 1:
      for (let flips = 1 + pick(6); flips > 0 && copy.length > 0; flips--) copy[pick(copy.length)]! ^= 1 << pick(8);
      return copy;
    case 2:
      return copy.subarray(0, at);
    case 3:
      return Buffer.concat([copy, Buffer.alloc(pick(3) === 0 ? 70_000 : 1 + pick(600), pick(256))]);
    case 4: // a piece twice
      return Buffer.concat([copy.subarray(0, at), copy.subarray(pick(at + 1))]);
    case 5: // a piece elsewhere
      copy.copyWithin(pick(copy.length + 1), at, at + 1 + pick(600));
      return copy;
    case 6: // blocks of an archive change places
      copy.copyWithin(512 * pick(1 + (copy.length >> 9)), 512 * pick(1 + (copy.length >> 9)), copy.length);
      return copy;
    default:
      for (let places = 1 + pick(4); places > 0 && copy.length > 0; places--) {
        copy[pick(copy.length)] = [0, 0x0a, 0x22, 0x2e, 0x2f, 0x5c, 0x7b, 0xff][pick(8)]!;
      }
      return copy;
  }
}

/** Names that climb, hide, look like others, or are nothing. */
export const HOSTILE_NAMES = [
  ...[
    '../avatar.json',
    '..',
    '.',
    '',
    '/etc/passwd',
    'a/b',
    'avatar.json\0',
    'AVATAR.JSON',
    'avatar.json ',
    '.avatar.json',
  ],
  ...[
    'con',
    'fp32.onnx.part',
    '__proto__',
    'constructor',
    'toString',
    'ａvatar.json',
    '\u202egnp.x',
    'x'.repeat(70_000),
  ],
] as const;

/** JSON texts that no field expects. `1e999` and the like are JSON, but no number. */
const HOSTILE_JSON = [
  ...[
    'null',
    'true',
    '-1',
    '0',
    '1e999',
    '-1e999',
    '1e-400',
    '0.1',
    '9007199254740993',
    '""',
    '[]',
    '{}',
    '[[]]',
    '[null]',
  ],
  ...['"../x"', '"\\u0000"', '"\\u202e"', '"\\ud800"', '"__proto__"', '{"__proto__":{"x":1}}', '{"constructor":1}'],
  ...['NaN', 'undefined', "'x'", '01', '[1,]', '{"a":1,"a":2}', `"${'y'.repeat(70_000)}"`, `[${'0,'.repeat(20_000)}0]`],
  ...[`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`, '['.repeat(30_000), '['.repeat(9) + ']'.repeat(9)],
] as const;

/** Stands for a place where raw text goes in. */
const PLACE = '@@place@@';

/** The text of a JSON document of which some values are others, are missing, or are too many. */
export function mutateJson(text: string, pick: Pick): string {
  const root = { value: JSON.parse(text) as unknown };
  for (let changes = 1 + pick(2); changes > 1; changes--) changeOne(root, pick, false);
  changeOne(root, pick, true);
  const spaced = pick(4) === 0 ? 2 : undefined;
  const hostile = HOSTILE_JSON[pick(HOSTILE_JSON.length)]!;
  return (JSON.stringify(root.value, null, spaced) ?? '').replace(`"${PLACE}"`, () => hostile);
}

function changeOne(root: { value: unknown }, pick: Pick, isRaw: boolean): void {
  // Down from the top: the deep lists of numbers must not draw all the changes.
  let parent: Record<string, unknown> = root;
  let key = 'value';
  for (;;) {
    const child = parent[key];
    if (typeof child !== 'object' || child === null || pick(6) === 0) break;
    const keys = Object.keys(child);
    if (keys.length === 0) break;
    parent = child as Record<string, unknown>;
    key = keys[pick(keys.length)]!;
  }
  switch (pick(isRaw ? 6 : 3)) {
    case 0:
      if (parent !== root) delete parent[key];
      return;
    case 1:
      if (!Array.isArray(parent)) parent[HOSTILE_NAMES[pick(HOSTILE_NAMES.length)]!] = parent[key];
      return;
    case 2:
      if (typeof parent[key] === 'number') parent[key] = -(parent[key] as number) * (1 + pick(1000));
      else if (typeof parent[key] === 'string') parent[key] = `${parent[key]}${'x'.repeat(pick(3))}`;
      return;
    default:
      parent[key] = PLACE;
  }
}
