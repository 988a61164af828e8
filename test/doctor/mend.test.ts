import { expect, test } from 'vitest';
import type { Facts } from '../../src/doctor/facts.js';
import { mend } from '../../src/doctor/mend.js';
import { healthy, virtualCamera, webcam } from './healthy-facts.js';

/** Not loaded at boot, without exclusive_caps, and a finding that is never safe to mend. */
const ill: Facts = {
  ...healthy,
  loopback: { ...healthy.loopback, isAtBoot: false } as Facts['loopback'],
  videoNodes: [webcam, { ...virtualCamera, isExclusive: false }],
  runtime: { ...healthy.runtime, cores: 1 },
};

function surgeonFor(after: Facts, answers: Readonly<Record<string, boolean>>, failing = '') {
  const asked: string[] = [];
  const run: string[] = [];
  return {
    asked,
    run,
    surgeon: {
      consent: async ({ id }: { id: string }) => {
        asked.push(id);
        return answers[id] ?? false;
      },
      run: async (command: string) => {
        run.push(command);
        return command !== failing;
      },
      look: async () => after,
    },
  };
}

test('without consent nothing is run, and each finding is asked about once', async () => {
  const { asked, run, surgeon } = surgeonFor(healthy, {});
  expect(await mend(ill, surgeon)).toBe(ill);
  expect(asked).toEqual(['loopback-exclusive-caps', 'loopback-not-at-boot']);
  expect(run).toEqual([]);
});

test('with consent the commands run in order, and what they mended besides is not asked about', async () => {
  const { asked, run, surgeon } = surgeonFor(healthy, { 'loopback-exclusive-caps': true });
  expect(await mend(ill, surgeon)).toBe(healthy);
  expect(asked).toEqual(['loopback-exclusive-caps']);
  expect(run.map((command) => command.split(' ').slice(0, 3).join(' '))).toEqual([
    'sudo modprobe -r',
    'sudo modprobe v4l2loopback',
  ]);
});

test('a command that fails ends the list of its finding, not that of the next', async () => {
  const yes = { 'loopback-exclusive-caps': true, 'loopback-not-at-boot': true };
  const { run, surgeon } = surgeonFor(ill, yes, 'sudo modprobe -r v4l2loopback');
  await mend(ill, surgeon);
  expect(run).toEqual([
    'sudo modprobe -r v4l2loopback',
    expect.stringMatching(/tee \/etc\/modprobe\.d\/mien\.conf$/),
    'echo v4l2loopback | sudo tee /etc/modules-load.d/mien.conf',
  ]);
});

test('what holds the device open is not thrown out', async () => {
  const held = { ...virtualCamera, isExclusive: false, holders: [{ pid: 1, command: 'obs' }] };
  const { asked, surgeon } = surgeonFor(healthy, {});
  await mend({ ...healthy, videoNodes: [webcam, held] }, surgeon);
  expect(asked).toEqual([]);
});
