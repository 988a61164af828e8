import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modprobeFile, quoteForUnit, systemdUnit } from '../../src/doctor/config-files.js';
import { loopbackParameters } from '../../src/doctor/loopback-setup.js';
import { healthy, virtualCamera, webcam } from './healthy-facts.js';

test('the modprobe.d file has one line that is not a comment, with quotes around the label', () => {
  const lines = modprobeFile(loopbackParameters(healthy)).split('\n');
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    'options v4l2loopback devices=1 video_nr=10 exclusive_caps=1 card_label="mien"',
  ]);
});

test('parameters: mien keeps its number, takes a free one, and leaves others theirs', () => {
  const numbered = (number: number, name: string) => ({ ...virtualCamera, path: `/dev/video${number}`, name });
  expect(loopbackParameters({ videoNodes: [] })).toContain('video_nr=10 ');
  expect(loopbackParameters({ videoNodes: [webcam, numbered(3, 'mien')] })).toContain('video_nr=3 ');
  expect(loopbackParameters({ videoNodes: [{ ...webcam, path: '/dev/video10' }] })).toContain('video_nr=11 ');
  expect(loopbackParameters({ videoNodes: [numbered(10, 'OBS')] })).toBe(
    'devices=2 video_nr=10,11 exclusive_caps=1,1 card_label="OBS,mien"',
  );
});

test('a label of another device cannot end its quotes, run a command or make a second label', () => {
  const hostile = { ...virtualCamera, path: '/dev/video10', name: `a"b $(touch x) \`y\` 'c', d\\` };
  const parameters = loopbackParameters({ videoNodes: [hostile] });
  expect(parameters).toContain('card_label="a_b _(touch x) _y_ _c__ d_,mien"');
  const { stdout } = spawnSync('sh', ['-c', `printf '[%s]' ${parameters}`], { encoding: 'utf8' });
  expect(stdout).toContain('[card_label=a_b _(touch x) _y_ _c__ d_,mien]');
});

test.each([
  ['/usr/bin/node', '/usr/bin/node'],
  ['/home/ada/my programs/mien.js', '"/home/ada/my programs/mien.js"'],
  ['/opt/50%/$HOME/"x"', '"/opt/50%%/$$HOME/\\"x\\""'],
])('a word of ExecStart: %s', (word, quoted) => {
  expect(quoteForUnit(word)).toBe(quoted);
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

test.runIf(hasSystemd).each([[['/bin/true']], [[process.execPath, '/no such folder/50%/mien.js']]])(
  'systemd takes the unit that starts %j',
  (command) => {
    const folder = mkdtempSync(join(tmpdir(), 'mien-unit-'));
    const path = join(folder, 'mien.service');
    writeFileSync(path, systemdUnit(command));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--user', path], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: folder, HOME: folder },
    });
    expect(`${stdout}${stderr}`).not.toMatch(/mien\.service/);
    expect(status).toBe(0);
  },
);
