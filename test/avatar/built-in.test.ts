import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openWearable } from '../../src/avatar/wearable.js';
import { checkPackGraph } from '../../src/effects/check-pack-graph.js';
import { avatarFacts, modelsFolder } from '../../src/inference/model-manifest.js';

const folder = join(modelsFolder, 'avatars');
const data = mkdtempSync(join(tmpdir(), 'mien-built-in-'));
afterAll(() => rmSync(data, { recursive: true }));
const shipped = existsSync(folder) ? readdirSync(folder) : [];

test('the manifest names every avatar that is shipped, and no other', () => {
  expect(avatarFacts().map(({ name }) => name)).toEqual(shipped);
});

describe.each(shipped)('%s', (name) => {
  test('is whole, and may be worn by anybody for everything', () => {
    const wearable = openWearable(name, {
      scope: ['live-calls', 'streaming', 'recording'],
      checkGraph: checkPackGraph,
      env: { XDG_DATA_HOME: data },
    });
    expect(wearable.judge()).toEqual({ kind: 'accepted', expires: null });
    expect(['synthetic', 'public-domain']).toContain(wearable.pack.manifest.kind);
  });

  test('has the networks and pictures of the manifest, and no other', () => {
    const facts = avatarFacts().find((each) => each.name === name)!;
    const files = readdirSync(join(folder, name)).filter((file) => !file.endsWith('.json'));
    expect(Object.keys(facts.files).sort()).toEqual(files.sort());
    for (const file of files) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(folder, name, file)))
          .digest('hex'),
      ).toBe(facts.files[file]);
    }
  });
});
