import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findDriverFiles } from '../../../src/training/job/driver-files.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-drivers-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('clips and pictures of a folder and those in it, in the same order everywhere', () => {
  mkdirSync(join(folder, 'faces', 'more'), { recursive: true });
  for (const name of ['b.JPG', 'a.png', 'talk.mp4', 'notes.txt', 'more/c.webp', 'more/x.mkv']) {
    writeFileSync(join(folder, 'faces', name), '');
  }
  expect(findDriverFiles(join(folder, 'faces'))).toEqual({
    clips: [join(folder, 'faces/more/x.mkv'), join(folder, 'faces/talk.mp4')],
    stills: ['a.png', 'b.JPG', 'more/c.webp'].map((name) => join(folder, 'faces', name)),
  });
});

test('no folder, and one with nothing in it', () => {
  expect(() => findDriverFiles(join(folder, 'none'))).toThrow('There is no folder');
  mkdirSync(join(folder, 'empty'));
  expect(() => findDriverFiles(join(folder, 'empty'))).toThrow('neither pictures nor clips');
});
