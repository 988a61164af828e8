import { expect, test } from 'vitest';
import { GOOD_VERSION, isOlder, neededVersion, troubleOf } from '../../src/doctor/loopback-versions.js';

test.each([
  ['6.8', '6.18', true],
  ['6.18.0-rc2', '6.18', false],
  ['6.17.13-generic', '6.18', true],
  ['0.12.7', '0.13', true],
  ['0.15.0', '0.15', false],
  ['v0.15.3', '0.15.3', false],
  ['0.15.3-1ubuntu2', '0.15.4', true],
  ['7.0.0-28-generic', '6.18', false],
])('%s is older than %s: %s', (version, than, expected) => {
  expect(isOlder(version, than)).toBe(expected);
});

test.each([
  ['crash', '0.15.2', '6.18.1', '0.15.3'],
  ['crash', '0.15.3', '6.18.1', null],
  ['crash', '0.12.7', '6.17.0', null],
  ['no-build', '0.12.7', '6.8.0-45-generic', '0.13.0'],
  ['no-build', '0.12.7', '6.7.12', null],
  ['no-build', '0.14.0', '6.15.2', '0.15.0'],
  ['no-build', '0.15.0', '6.16.0', '0.15.1'],
  ['no-build', '0.15.1', '6.18.0', '0.15.2'],
] as const)('%s of %s on Linux %s is mended in %s', (kind, version, kernel, fixedIn) => {
  expect(troubleOf(kind, version, kernel)?.fixedIn ?? null).toBe(fixedIn);
});

test('the version that is called good has no trouble with any kernel, and the newest kernel asks for it', () => {
  for (const kernel of ['5.10', '6.1', '6.8', '6.15', '6.16', '6.18', '7.2']) {
    expect(troubleOf('crash', GOOD_VERSION, kernel)).toBeNull();
    expect(troubleOf('no-build', GOOD_VERSION, kernel)).toBeNull();
  }
  expect(neededVersion('7.2')).toBe(GOOD_VERSION);
  expect(neededVersion('6.1.0-53-amd64')).toBe('0.12.7');
});
