import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const BASE = ['frame', 'config', 'telemetry', 'system'];
const BELOW_EFFECTS = [...BASE, 'kernels', 'avatar', 'inference', 'blending'];

/** The folders that each folder of src may import from, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  frame: BASE,
  config: BASE,
  telemetry: BASE,
  system: BASE,
  kernels: BASE,
  avatar: BASE,
  inference: [...BASE, 'kernels'],
  blending: [...BASE, 'kernels'],
  tracking: BELOW_EFFECTS,
  capture: BELOW_EFFECTS,
  output: BELOW_EFFECTS,
  effects: [...BELOW_EFFECTS, 'tracking'],
  pipeline: [...BELOW_EFFECTS, 'tracking', 'capture', 'output', 'effects'],
  training: [...BELOW_EFFECTS, 'tracking', 'capture'],
  tui: BASE,
  doctor: [...BASE, 'kernels', 'inference', 'capture', 'output'],
  cli: [...BELOW_EFFECTS, 'tracking', 'capture', 'output', 'effects', 'pipeline', 'training', 'tui', 'doctor'],
};
const FOLDERS = Object.keys(ALLOWED);

/** Ways to import, each with the module in place of `%`. */
const STATEMENTS = [
  "import { a } from '%';",
  "export { a } from '%';",
  "await import('%');",
  "import type { a } from '%';",
];

let folder = '';
/** Files that the linter refused, relative to the folder. */
const refused = new Set<string>();

/** One file a pair of folders and a depth; the linter looks at all of them at once. */
function fileOf(from: string, to: string, depth: number, statement: number): string {
  const nested = Array.from({ length: depth }, (_, level) => `level-${level}`);
  return join('src', from, ...nested, `to-${to}-${statement}.ts`);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mien-lint-'));
  // The project's own rules; only its list of ignored files is not there to be read.
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }));
  for (const from of FOLDERS) {
    for (const to of FOLDERS) {
      for (const depth of depthsOf(from)) {
        for (const [index, statement] of STATEMENTS.entries()) {
          const file = join(folder, fileOf(from, to, depth, index));
          mkdirSync(dirname(file), { recursive: true });
          const path = `${'../'.repeat(depth + 1)}${to}/thing.js`;
          writeFileSync(file, `${statement.replace('%', path)}\n`);
        }
      }
    }
  }
  writeFileSync(join(folder, 'src', 'to-cli.ts'), "export { a } from './cli/thing.js';\n");
  const biome = join(root, 'node_modules', '.bin', 'biome');
  const rules = ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', 'src'];
  const { stdout } = spawnSync(biome, rules, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  for (const { category, location } of JSON.parse(stdout).diagnostics) {
    if (category === 'lint/style/noRestrictedImports') refused.add(String(location.path?.file ?? location.path));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** kernels/ has no folder but that of the AssemblyScript sources, which import only each other. */
function depthsOf(from: string): readonly number[] {
  return from === 'kernels' ? [0] : [0, 1, 2];
}

test('the table names every folder of src', () => {
  const found = readdirSync(join(root, 'src'), { withFileTypes: true });
  expect(found.filter((entry) => entry.isDirectory()).map(({ name }) => name)).toEqual([...FOLDERS].sort());
});

describe.each(FOLDERS)('%s, at every depth and by every kind of import,', (from) => {
  test(`imports from ${ALLOWED[from]!.join(', ')} and no other folder`, () => {
    const wrong: string[] = [];
    for (const to of FOLDERS) {
      const isAllowed = to === from || ALLOWED[from]!.includes(to);
      for (const depth of depthsOf(from)) {
        for (let statement = 0; statement < STATEMENTS.length; statement++) {
          const file = fileOf(from, to, depth, statement);
          if (refused.has(file) === isAllowed) wrong.push(`${file}: ${STATEMENTS[statement]}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

test('a file beside the folders is of the base: it may not import cli', () => {
  expect(refused.has(join('src', 'to-cli.ts'))).toBe(true);
});
