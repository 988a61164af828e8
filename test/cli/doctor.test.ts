import { expect, test } from 'vitest';
import { bin, runMien } from './run-mien.js';

test('--json: a verdict and findings, and an exit code that is the verdict', async () => {
  const { code, stdout, stderr } = await runMien(['doctor', '--json']);
  expect(stderr).toBe('');
  const { canRun, sources, outputs, findings } = JSON.parse(stdout);
  expect(code).toBe(canRun ? 0 : 1);
  expect(sources).toContain('demo');
  expect(outputs).toContain('preview page');
  for (const finding of findings) {
    expect(Object.keys(finding).sort()).toEqual(['advice', 'fix', 'found', 'id', 'isSafeToRun', 'severity', 'title']);
    expect(['ok', 'note', 'warning', 'error']).toContain(finding.severity);
  }
  expect(findings.find(({ id }: { id: string }) => id === 'inference').title).toMatch(/^ONNX Runtime \d/);
});

test('the report has no colours where it is not a terminal, and ends with the verdict', async () => {
  const { stdout } = await runMien(['doctor']);
  expect(stdout).not.toContain('\x1b');
  expect(stdout).toMatch(/\nok {7}Node\.js 2\d/);
  expect(stdout).toMatch(/\nmien can run: pictures from .+\n$/);
});

test('--print: the files by name, or both; the unit starts this very program', async () => {
  const modprobe = await runMien(['doctor', '--print', 'modprobe']);
  expect(modprobe.stdout).toMatch(
    /^options v4l2loopback devices=\d+ video_nr=[\d,]+ exclusive_caps=[1,]+ card_label=".*mien"$/m,
  );
  const systemd = await runMien(['doctor', '--print', 'systemd']);
  expect(systemd.stdout).toContain(`ExecStart=${process.execPath} ${bin} run --source camera --plain --on-demand\n`);
  const both = await runMien(['doctor', '--print']);
  expect(both.stdout).toBe(`${modprobe.stdout}\n${systemd.stdout}`);
  const other = await runMien(['doctor', '--print', 'udev']);
  expect(other).toMatchObject({ code: 1, stdout: '' });
});

test('--fix without a terminal to ask on, or for a program, is refused', async () => {
  expect(await runMien(['doctor', '--fix'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('--yes'),
  });
  expect(await runMien(['doctor', '--fix', '--json'])).toMatchObject({ code: 1, stdout: '' });
});

test('--yes alone is an error: it answers nothing', async () => {
  const { code, stderr } = await runMien(['doctor', '--yes']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Add --fix.')]);
});
