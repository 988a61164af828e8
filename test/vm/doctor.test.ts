import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/finding.js';
import { runGuest } from './vm.js';

interface Look {
  readonly state: string;
  readonly canRun: boolean;
  readonly sources: readonly string[];
  readonly outputs: readonly string[];
  readonly findings: readonly Finding[];
  readonly [key: string]: unknown;
}

/** A busy computer emulates slowly. */
const PATIENCE_MS = 620_000;

const LOAD = 'modprobe v4l2loopback devices=1 video_nr=10 exclusive_caps=1 card_label="mien"';

describe.each(['0.15.0', '0.13.2', '0.12.7'])('under a real kernel with v4l2loopback %s', (version) => {
  const name =
    version === '0.12.7'
      ? 'v4l2loopback (older than 0.13, which does not tell its version)'
      : `v4l2loopback ${version}`;
  let looks: readonly Look[] = [];
  beforeAll(async () => {
    looks = (await runGuest('doctor', [], { loopback: version, timeoutS: 600 })) as unknown as Look[];
  }, PATIENCE_MS);

  function lookAt(state: string): Look {
    const look = looks.find((each) => each.state === state);
    if (!look) throw new Error(`the guest did not tell of "${state}"`);
    return look;
  }

  function finding(state: string, id: string): Finding {
    const found = lookAt(state).findings.find((each) => each.id === id);
    if (!found) throw new Error(`no ${id} in ${JSON.stringify(lookAt(state), null, 2)}`);
    return found;
  }

  test('not loaded: the command that loads it, without sudo for root', () => {
    expect(finding('not loaded', 'loopback-not-loaded')).toMatchObject({ fix: [LOAD], isSafeToRun: true });
    expect(lookAt('not loaded').outputs).toEqual(['preview page']);
  });

  test('without exclusive_caps, with another label: loaded again', () => {
    const { found, fix } = finding('without exclusive_caps', 'loopback-exclusive-caps');
    expect(found).toContain('leave it out');
    expect(fix).toEqual(['modprobe -r v4l2loopback', LOAD]);
    expect(finding('another label', 'loopback-label')).toMatchObject({
      found: `${name} is loaded with /dev/video11 "Somebody Else".`,
      fix: [
        'modprobe -r v4l2loopback',
        'modprobe v4l2loopback devices=2 video_nr=11,10 exclusive_caps=1,1 card_label="Somebody Else,mien"',
      ],
    });
  });

  test('all right: no problem with camera or module', () => {
    const look = lookAt('all right');
    expect(finding('all right', 'loopback')).toMatchObject({
      title: name,
      found: '/dev/video10 "mien"',
    });
    expect(finding('all right', 'camera').found).toBe('/dev/video0');
    const ids = look.findings.filter(({ severity }) => severity !== 'ok').map(({ id }) => id);
    expect(ids.filter((id) => /^(loopback|camera|video)/.test(id))).toEqual(['loopback-not-at-boot']);
    expect(look).toMatchObject({ canRun: true, sources: expect.arrayContaining(['/dev/video0']) });
    expect(look.outputs).toContain('/dev/video10');
  });

  test('a webcam in use: by whom', () => {
    expect(finding('camera held', 'camera-busy').title).toMatch(/^vivid is used by v4l2-ctl \(process \d+\)$/);
  });

  test('no permission: both nodes, the group, and what is left', () => {
    const found = finding('no permission', 'video-permission');
    expect(found).toMatchObject({
      title: 'You may not open /dev/video0 and /dev/video10',
      fix: ['sudo usermod -aG video nobody'],
    });
    const look = lookAt('no permission');
    expect(look.sources).not.toContain('/dev/video0');
    expect(look.outputs).not.toContain('/dev/video10');
    expect(look['code']).toBe(look.canRun ? 0 : 1);
  });

  test('no devices at all: the demo and the page are left', () => {
    expect(finding('no devices', 'camera-none').found).toBe('There is no /dev/video* at all.');
    expect(lookAt('no devices')).toMatchObject({ sources: ['demo'], outputs: ['preview page'] });
  });
});

describe('mending a device without exclusive_caps', () => {
  interface Told {
    readonly state: string;
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
    readonly device: { readonly path: string; readonly label: string; readonly isExclusive: boolean };
  }
  let told: readonly Told[] = [];
  beforeAll(async () => {
    told = (await runGuest('doctor-fix', [], { timeoutS: 600 })) as unknown as Told[];
  }, PATIENCE_MS);
  const stateOf = (state: string) => told.find((each) => each.state === state)!;

  test('--fix shows the commands and asks, and a no leaves all as it is', () => {
    const { stdout, device } = stateOf('refused');
    expect(stdout).toContain(`  modprobe -r v4l2loopback`);
    expect(stdout).toContain(LOAD);
    expect(stdout).toContain('Run them? [y/N]');
    expect(device.isExclusive).toBe(false);
  });

  test('--fix --yes runs them, and finds all right after it', () => {
    const { code, stdout, stderr, device } = stateOf('allowed');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain(`  ${LOAD}\n`);
    expect(stdout).toContain('ok       v4l2loopback 0.15.0: /dev/video10 "mien"');
    expect(device).toEqual({ path: '/dev/video10', label: 'mien', isExclusive: true });
    expect(stateOf('at boot').stdout).toBe('v4l2loopback\n');
  });

  test('the printed modprobe.d file makes the device by itself', () => {
    expect(stateOf('printed').device).toEqual({ path: '/dev/video10', label: 'mien', isExclusive: true });
  });
});
