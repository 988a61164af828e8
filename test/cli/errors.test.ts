import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bin, runMien } from './run-mien.js';

const folder = mkdtempSync(join(tmpdir(), 'mien-cli-'));
writeFileSync(join(folder, 'empty.mp4'), '');
writeFileSync(join(folder, 'text.mp4'), 'this is no video\n'.repeat(50));
writeFileSync(join(folder, 'bad.json'), '{"strenght": 3}');
mkdirSync(join(folder, 'folder.mp4'));

const inFolder = (name: string) => join(folder, name);

describe('bad input: exit code 1, what was found, how to mend it, no stack trace', () => {
  test.each([
    ['no such file', ['--plain', '--source', inFolder('none.mp4')], /none\.mp4/],
    ['an empty file', ['--plain', '--source', inFolder('empty.mp4')], /empty\.mp4/],
    ['not a video', ['--plain', '--source', inFolder('text.mp4')], /text\.mp4/],
    ['a folder', ['--plain', '--source', inFolder('folder.mp4')], /folder\.mp4/],
    ['a size of 0', ['--plain', '--size', '0x0'], /--size is "0x0": each side must be 32 to 8192 pixels/],
    ['a size of 20000', ['--plain', '--size', '20000x20000'], /each side must be 32 to 8192 pixels/],
    ['a synthetic picture of 40x40', ['--plain', '--source', 'synthetic', '--size', '40x40'], /40x40 .* needs 64x64/],
    ['a strength of 200', ['--plain', '--strength', '200'], /--strength is 200: expected 100 or less/],
    ['a port of 1.5', ['--plain', '--port', '1.5'], /--port is 1\.5: expected a whole number/],
    ['an output that is no video device', ['--plain', '--output', '/dev/null'], /\/dev\/null .* no such video device/],
    ['a control without a value', ['--plain', '--control', 'focus'], /--control .* name=value/],
    ['a misspelt config key', ['--plain', '--config', inFolder('bad.json')], /"strenght".*\n.*Did you mean "strength"/],
    ['a misspelt flag', ['--strenght', '20'], /Did you mean --strength/],
    ['a misspelt command', ['proces', 'a', 'b'], /Did you mean "mien process"/],
    ['process: no such file', ['process', inFolder('none.mp4'), inFolder('out.mp4')], /none\.mp4/],
    ['process: no output', ['process', inFolder('text.mp4')], /^mien: missing .*'out'\n"mien process --help"/],
    ['process: onto itself', ['process', inFolder('text.mp4'), inFolder('text.mp4'), '--overwrite'], /text\.mp4/],
    ['process: no folder to write to', ['process', 'demo', join(folder, 'no', 'such', 'out.mp4')], /out\.mp4/],
    ['track: no such file', ['track', inFolder('none.mp4'), '--json'], /none\.mp4/],
    ['bench: no seconds', ['bench', '--seconds', '0'], /1 to 3600/],
  ])('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await runMien(args);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr.trim().split('\n').length).toBeGreaterThanOrEqual(2);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});

test('--help teaches: commands, flags, limits, examples', async () => {
  const { code, stdout } = await runMien(['--help']);
  expect(code).toBe(0);
  for (const word of ['run', 'process', 'bench', 'track', 'Examples:']) expect(stdout).toContain(word);
  const run = await runMien(['run', '--help']);
  for (const word of ['--strength', '0 to 100', '--no-preview', '--size <WxH>', '--config']) {
    expect(run.stdout).toContain(word);
  }
});

test.each(['', 'run', 'process', 'bench', 'track'])('mien %s --help fits 80 columns', async (command) => {
  const { stdout } = await runMien([...(command ? [command] : []), '--help']);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('a reader that goes away before the help comes causes no stack trace', () => {
  const { stderr } = spawnSync('bash', ['-c', '"$0" "$1" --help | true', process.execPath, bin], { encoding: 'utf8' });
  expect(stderr).toBe('');
});
