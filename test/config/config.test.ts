import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Config, sidesOf } from '../../src/config/config.js';
import { loadConfig, toFlag } from '../../src/config/load-config.js';
import { nearest } from '../../src/config/nearest.js';
import { applyPatch, LiveSettings } from '../../src/config/settings.js';
import { UserError } from '../../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-config-'));

function fileWith(text: string): string {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.json`);
  writeFileSync(file, text);
  return file;
}

function errorOf(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected a UserError');
}

test('flags win over the file, the file over the defaults', () => {
  const file = fileWith('{"strength": 30, "mirror": true}');
  expect(loadConfig(file, { strength: 80 })).toMatchObject({ strength: 80, mirror: true, effect: 'touch-up' });
});

describe('what is wrong is named, with what was expected and how to mend it', () => {
  test('a misspelt key suggests the right one', () => {
    const error = errorOf(() => loadConfig(fileWith('{"strenght": 30}'), {}));
    expect(error.message).toMatch(/"strenght" in .*\.json is not an option/);
    expect(error.remedy).toBe('Did you mean "strength"?');
  });

  test('a key like no other lists them', () => {
    expect(errorOf(() => loadConfig(fileWith('{"qqqqqq": 1}'), {})).remedy).toContain('strength');
  });

  test.each([
    ['{"strength": 300}', /strength.* is 300: expected 100 or less/],
    ['{"strength": "much"}', /strength.* is "much": expected a number/],
    ['{"fit": "stretch"}', /fit.* is "stretch": expected one of crop, letterbox/],
    ['{"size": "0x0"}', /size.* is "0x0": each side must be 32 to 8192/],
    ['{"size": "20000x20000"}', /each side must be 32 to 8192/],
    ['{"size": "big"}', /expected WIDTHxHEIGHT/],
    ['{"output": ""}', /output.* is "": expected some text/],
    ['{"control": ["brightness"]}', /control.* is \["brightness"\]: expected an object of names and values/],
    ['{"control": {"brightness": null}}', /expected a number, true or false, or a word for each control/],
    ['[1]', /holds a list, expected an object/],
    ['null', /holds null, expected an object/],
    ['{"a":', /is not JSON/],
  ])('%s', (text, expected) => {
    expect(errorOf(() => loadConfig(fileWith(text), {})).message).toMatch(expected);
  });

  test('a file that is not there', () => {
    expect(errorOf(() => loadConfig(join(folder, 'none.json'), {})).message).toMatch(/does not exist/);
  });

  test('a flag is named as it was typed', () => {
    expect(errorOf(() => loadConfig(fileWith('{}'), { port: 70_000 })).message).toMatch(
      /^--port is 70000: expected 65535 or less/,
    );
  });
});

test('every key has a description: help and error messages are made from it', () => {
  for (const [key, schema] of Object.entries(Config.shape)) expect(schema.description, key).toBeTruthy();
});

test('sizes and flags', () => {
  expect(sidesOf('641x361')).toEqual({ width: 641, height: 361 });
  expect(sidesOf(undefined)).toBeNull();
  expect(toFlag('frameLimit')).toBe('frame-limit');
});

test('a patch changes what it names and is checked', () => {
  const settings = LiveSettings.parse({});
  expect(applyPatch(settings, { strength: 10, mirror: undefined })).toEqual({ ...settings, strength: 10 });
  expect(() => applyPatch(settings, { strength: 101 })).toThrow();
});

test('nearest word', () => {
  expect(nearest('porcess', ['run', 'process', 'bench'])).toBe('process');
  expect(nearest('xyz', ['run', 'process', 'bench'])).toBeNull();
});
