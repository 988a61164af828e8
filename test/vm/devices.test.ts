import { beforeAll, describe, expect, test } from 'vitest';
import type { DeviceReport } from '../../src/cli/device-report.js';
import { runGuest } from './vm.js';

interface Told {
  readonly what: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('mien devices under a real kernel', () => {
  let told: readonly Told[] = [];
  beforeAll(async () => {
    told = (await runGuest('devices')) as unknown as Told[];
  });

  test('ends well and says nothing on standard error', () => {
    expect(told.map(({ status, stderr }) => ({ status, stderr }))).toEqual([
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ]);
  });

  test('--json: webcam with modes, rates, choice and controls; virtual camera with label and caps', () => {
    const report = JSON.parse(told[0]!.stdout) as DeviceReport;
    expect(Object.keys(report).sort()).toEqual([
      'cameras',
      'loopbackVersion',
      'pipewire',
      'unreadable',
      'virtualCameras',
      'wish',
    ]);
    expect(report.cameras).toHaveLength(1);
    const camera = report.cameras[0]!;
    expect(camera).toMatchObject({ index: 0, path: '/dev/video0', name: 'vivid', driver: 'vivid', holders: [] });
    const yuyv = camera.modes.find(({ pixels, width }) => pixels === 'YUYV' && width === 640)!;
    expect(yuyv).toMatchObject({ isReadable: true, height: 360, rates: expect.arrayContaining([40, 25]) });
    expect(camera.modes.some(({ isReadable }) => !isReadable)).toBe(true);
    expect(camera.chosen).not.toBeNull();
    expect(camera.controls!.find(({ name }) => name === 'brightness')).toMatchObject({
      kind: 'number',
      min: 0,
      max: 255,
      default: 128,
    });
    expect(report.loopbackVersion).toBe('0.15.0');
    expect(report.virtualCameras).toEqual([
      { path: '/dev/video10', label: 'Virtual Camera', isExclusive: true, holders: [] },
    ]);
  });

  test('the text names modes, the choice, and who has the webcam open', () => {
    const { stdout } = told[1]!;
    expect(stdout).toMatch(
      /^Webcams\n {2}0 {2}vivid {2}\/dev\/video0, driver vivid, used by v4l2-ctl \(process \d+\)\n/,
    );
    expect(stdout).toMatch(/\n {5}YUYV {2}.*640x480.* at 25, /);
    expect(stdout).toContain('\n     mien takes YU12 640x480 at 25 fps (wanted: 640x480 at 30 fps)\n');
    expect(stdout).toMatch(/\n {5}brightness +\d+ {2}\(0 to 255, normally 128/);
    expect(stdout).toContain(
      '\nVirtual cameras (v4l2loopback 0.15.0)\n  "Virtual Camera"  /dev/video10, exclusive_caps\n',
    );
  });
});
