import { describe, expect, test } from 'vitest';
import { diagnose, judge } from '../../src/doctor/diagnose.js';
import type { Browser, Facts } from '../../src/doctor/facts.js';
import { bare, change, healthy, virtualCamera, webcam } from './healthy-facts.js';

const LOAD = 'modprobe v4l2loopback devices=1 video_nr=10 exclusive_caps=1 card_label="mien"';

/** The one finding with this id. */
function findingOf(facts: Facts, id: string) {
  const found = diagnose(facts).filter((finding) => finding.id === id);
  expect(found.map((finding) => finding.id)).toEqual([id]);
  return found[0]!;
}

function problemsOf(facts: Facts): string[] {
  return diagnose(facts)
    .filter(({ severity }) => severity !== 'ok')
    .map(({ id }) => id);
}

test('a sound machine has no problem, and mien can run from its webcam to every output', () => {
  expect(problemsOf(healthy)).toEqual([]);
  expect(judge(healthy)).toEqual({
    canRun: true,
    sources: ['/dev/video0', 'demo'],
    outputs: ['/dev/video10', 'PipeWire', 'preview page'],
  });
});

describe('the module', () => {
  test.each([
    ['apt', 'apt install v4l2loopback-dkms linux-headers-6.12.48+deb13-amd64', true],
    ['dnf', 'dnf install akmod-v4l2loopback', false],
    ['pacman', 'pacman -S v4l2loopback-dkms linux-headers', true],
    ['zypper', 'zypper install v4l2loopback-kmp-default', true],
  ] as const)('missing: installed with %s, then loaded', (packageManager, command, isSafeToRun) => {
    const facts = change(bare, { system: { packageManager } });
    expect(findingOf(facts, 'loopback-missing')).toMatchObject({
      severity: 'error',
      fix: [`sudo ${command}`, `sudo ${LOAD}`],
      isSafeToRun,
    });
  });

  test('missing where PipeWire runs is only a warning, and root needs no sudo', () => {
    const facts = change(bare, { pipewire: { daemon: 'running' }, user: { isRoot: true } });
    const { severity, fix } = findingOf(facts, 'loopback-missing');
    expect(severity).toBe('warning');
    expect(fix.at(-1)).toBe(LOAD);
  });

  test('missing on an unknown distribution: in words, and nothing to run', () => {
    const found = findingOf(change(bare, { system: { packageManager: null } }), 'loopback-missing');
    expect(found.advice).toMatch(/^Install v4l2loopback with the package manager/);
    expect(found.isSafeToRun).toBe(false);
  });

  test('missing on a kernel that old versions crash: installed, and judged before it is loaded', () => {
    const facts = change(bare, { system: { kernelRelease: '6.18.2-1-amd64' } });
    const { found, fix } = findingOf(facts, 'loopback-missing');
    expect(found).toContain('Linux 6.18.2-1-amd64 needs 0.15.3 or newer');
    expect(fix).toEqual(['sudo apt install v4l2loopback-dkms linux-headers-6.18.2-1-amd64']);
  });

  test('missing, with Secure Boot on: what the installation will ask', () => {
    const facts = change(bare, { system: { isSecureBoot: true } });
    expect(findingOf(facts, 'loopback-missing').advice).toMatch(/^Secure Boot is on: .* password/);
  });

  test('there as source but not built: headers, then DKMS', () => {
    const facts = { ...bare, loopback: { kind: 'missing', source: '0.15.0', hasHeaders: false } } as const;
    expect(findingOf(facts, 'loopback-not-built')).toMatchObject({
      fix: [
        'sudo apt install linux-headers-6.12.48+deb13-amd64',
        'sudo dkms install v4l2loopback/0.15.0 -k 6.12.48+deb13-amd64',
        `sudo ${LOAD}`,
      ],
      isSafeToRun: true,
    });
    const withHeaders = { ...bare, loopback: { ...facts.loopback, hasHeaders: true } };
    expect(findingOf(withHeaders, 'loopback-not-built').fix[0]).toMatch(/^sudo dkms install/);
  });

  test('there as a source that is too old for the kernel: a newer one, nothing run by itself', () => {
    const facts = { ...bare, loopback: { kind: 'missing', source: '0.12.7', hasHeaders: true } } as const;
    const found = findingOf(facts, 'loopback-not-built');
    expect(found.title).toBe('v4l2loopback 0.12.7 was not built: it is too old for Linux 6.12.48+deb13-amd64');
    expect(found.fix[0]).toMatch(/^git clone --branch v0\.15\.3 /);
    expect(found.isSafeToRun).toBe(false);
  });

  const installed = { ...bare, loopback: { kind: 'installed', module: { version: '0.15.0', signer: null } } } as const;

  test('not loaded: the command that loads it', () => {
    const found = findingOf(installed, 'loopback-not-loaded');
    expect(found).toMatchObject({ severity: 'error', fix: [`sudo ${LOAD}`], isSafeToRun: true });
  });

  test('unsigned where signatures are enforced: a key, enrolled by hand', () => {
    const facts = change(installed, { system: { isSecureBoot: true, refusesUnsigned: true } });
    const found = findingOf(facts, 'loopback-unsigned');
    expect(found.fix).toEqual(['sudo dkms autoinstall --force', 'sudo mokutil --import /var/lib/dkms/mok.pub']);
    expect(found.isSafeToRun).toBe(false);
    const ubuntu = change(facts, { system: { distribution: 'Ubuntu 24.04.1 LTS' } });
    expect(findingOf(ubuntu, 'loopback-unsigned').fix.at(-1)).toBe('sudo update-secureboot-policy --enroll-key');
  });

  test('signed, with Secure Boot on: loaded, and what to do if the key is refused', () => {
    const module = { version: '0.15.0', signer: 'DKMS module signing key' };
    const facts = change({ ...installed, loopback: { kind: 'installed', module } }, { system: { isSecureBoot: true } });
    const found = findingOf(facts, 'loopback-not-loaded');
    expect(found.found).toContain('signed by "DKMS module signing key"');
    expect(found.advice).toContain('Key was rejected by service');
    expect(found.fix[0]).toBe(`sudo ${LOAD}`);
  });

  test('without exclusive_caps: loaded again, unless somebody uses it', () => {
    const open = { ...virtualCamera, isExclusive: false };
    const facts = { ...healthy, videoNodes: [webcam, open] };
    const RELOAD = ['sudo modprobe -r v4l2loopback', `sudo ${LOAD}`];
    const found = findingOf(facts, 'loopback-exclusive-caps');
    expect(found).toMatchObject({ severity: 'warning', advice: null, fix: RELOAD, isSafeToRun: true });
    const held = { ...open, holders: [{ pid: 4711, command: 'firefox' }] };
    const used = findingOf({ ...healthy, videoNodes: [webcam, held] }, 'loopback-exclusive-caps');
    expect(used).toMatchObject({ advice: 'Close firefox (process 4711) first.', fix: RELOAD, isSafeToRun: false });
  });

  test('with another label: loaded again, and the device of the other program kept', () => {
    const obs = { ...virtualCamera, path: '/dev/video2', name: 'OBS Virtual Camera' };
    const found = findingOf({ ...healthy, videoNodes: [webcam, obs] }, 'loopback-label');
    expect(found.found).toBe('v4l2loopback 0.15.0 is loaded with /dev/video2 "OBS Virtual Camera".');
    expect(found.fix).toEqual([
      'sudo modprobe -r v4l2loopback',
      'sudo modprobe v4l2loopback devices=2 video_nr=2,10 exclusive_caps=1,1 card_label="OBS Virtual Camera,mien"',
    ]);
  });

  test('with a device that nobody named: its place is taken', () => {
    const unnamed = { ...virtualCamera, name: 'Dummy video device (0x0000)' };
    const { fix } = findingOf({ ...healthy, videoNodes: [webcam, unnamed] }, 'loopback-label');
    expect(fix.at(-1)).toBe(`sudo ${LOAD}`);
  });

  test('a newer file than the loaded one; a start that does not load it', () => {
    const loopback = { kind: 'loaded', version: '0.15.0', isAtBoot: false } as const;
    const facts = { ...healthy, loopback: { ...loopback, module: { version: '0.15.3', signer: null } } };
    expect(problemsOf(facts)).toEqual(['loopback-outdated', 'loopback-not-at-boot']);
    expect(findingOf(facts, 'loopback-outdated').fix[0]).toBe('sudo modprobe -r v4l2loopback');
    expect(findingOf(facts, 'loopback-not-at-boot').fix).toEqual([
      `echo '${LOAD.replace('modprobe', 'options')}' | sudo tee /etc/modprobe.d/mien.conf`,
      'echo v4l2loopback | sudo tee /etc/modules-load.d/mien.conf',
    ]);
  });

  test('a version that crashes this kernel: unloaded, and not counted as an output', () => {
    const facts = change(healthy, { system: { kernelRelease: '6.18.0-rc2' } });
    const found = findingOf(facts, 'loopback-crash');
    expect(found).toMatchObject({ severity: 'error', isSafeToRun: false });
    expect(found.fix[0]).toBe('sudo modprobe -r v4l2loopback');
    expect(judge(facts).outputs).toEqual(['PipeWire', 'preview page']);
    const ill = { ...facts, videoNodes: [webcam, { ...virtualCamera, isExclusive: false }] };
    expect(problemsOf(ill)).toEqual(['loopback-crash']); // nothing offers to load it again
    const untold = { ...facts, loopback: { ...healthy.loopback, version: null } } as Facts;
    expect(findingOf(untold, 'loopback-crash').title).toMatch(
      /^v4l2loopback \(older than 0\.13, .*\) crashes this kernel/,
    );
    const mended = { ...facts, loopback: { ...healthy.loopback, version: '0.15.3' } } as Facts;
    expect(diagnose(mended).map(({ id }) => id)).not.toContain('loopback-crash');
  });

  test('installed only, and it would crash: told of before it is loaded', () => {
    const facts = change(installed, { system: { kernelRelease: '7.0.0-28-generic' } });
    expect(findingOf(facts, 'loopback-crash').fix[0]).toMatch(/^git clone/);
    expect(diagnose(facts).filter(({ id }) => id.startsWith('loopback'))).toHaveLength(1);
  });

  test('older than the tests go: a note', () => {
    const facts = { ...healthy, loopback: { ...healthy.loopback, version: '0.12.3', module: null } } as Facts;
    expect(findingOf(facts, 'loopback-old').severity).toBe('note');
  });
});

describe('webcams', () => {
  const closed = { ...webcam, refusal: 'EACCES' };

  test('none: the demo is left', () => {
    const facts = { ...healthy, videoNodes: [virtualCamera] };
    expect(findingOf(facts, 'camera-none')).toMatchObject({ severity: 'warning', fix: [] });
    expect(judge(facts)).toMatchObject({ canRun: true, sources: ['demo'] });
    expect(judge(change(facts, { runtime: { hasFfmpeg: false } })).canRun).toBe(false);
  });

  test('no permission: into the group of the node', () => {
    const facts = {
      ...healthy,
      videoNodes: [closed, virtualCamera],
      user: { ...healthy.user, configuredGroups: ['ada'] },
    };
    expect(findingOf(facts, 'video-permission')).toMatchObject({
      severity: 'error',
      title: 'You may not open /dev/video0',
      fix: ['sudo usermod -aG video ada'],
      isSafeToRun: true,
    });
    expect(judge(facts).sources).toEqual(['demo']);
  });

  test('in the group, but not in this session: log in again', () => {
    const found = findingOf({ ...healthy, videoNodes: [closed, virtualCamera] }, 'video-permission');
    expect(found).toMatchObject({ advice: 'Log out and in again.', fix: [] });
  });

  test("a node of root's own group: nobody is made a member of that", () => {
    const found = findingOf({ ...healthy, videoNodes: [{ ...closed, group: 'root' }] }, 'video-permission');
    expect(found.fix).toEqual(['sudo udevadm trigger --subsystem-match=video4linux --action=add']);
    expect(found.isSafeToRun).toBe(false);
  });

  test('busy: who holds it; mien itself is not told of', () => {
    const held = { ...webcam, holders: [{ pid: 12, command: 'zoom' }] };
    const found = findingOf({ ...healthy, videoNodes: [held, virtualCamera] }, 'camera-busy');
    expect(found.title).toBe('Integrated Camera is used by zoom (process 12)');
    expect(found.advice).toBe('Close zoom (process 12), or pick "mien" as its camera.');
    const own = { ...webcam, holders: [{ pid: 13, command: 'mien' }] };
    expect(problemsOf({ ...healthy, videoNodes: [own, virtualCamera] })).toEqual([]);
  });

  test('a node whose driver fails', () => {
    const broken = { ...webcam, refusal: 'ENODEV' };
    expect(findingOf({ ...healthy, videoNodes: [broken, virtualCamera] }, 'camera-failed').found).toContain('ENODEV');
  });
});

describe('PipeWire', () => {
  test.each([
    [{ hasLibrary: false }, 'pipewire-library', ['sudo apt install libpipewire-0.3-0']],
    [
      { daemon: 'missing', sessionManager: 'missing' },
      'pipewire-absent',
      ['sudo apt install pipewire wireplumber', 'systemctl --user enable --now pipewire wireplumber'],
    ],
    [{ daemon: 'installed' }, 'pipewire-absent', ['systemctl --user enable --now pipewire wireplumber']],
    [{ sessionManager: 'installed' }, 'wireplumber-absent', ['systemctl --user enable --now wireplumber']],
    [{ portal: 'missing' }, 'portal-absent', ['sudo apt install xdg-desktop-portal xdg-desktop-portal-gtk']],
    [
      { refused: ['org.mozilla.firefox'], hasFlatpak: true },
      'portal-refused',
      ["flatpak permission-remove devices camera 'org.mozilla.firefox'"],
    ],
  ] as const)('%j: %s, a note beside the module and a warning without', (pipewire, id, fix) => {
    const facts = change(healthy, { pipewire });
    expect(findingOf(facts, id)).toMatchObject({ severity: 'note', fix, isSafeToRun: true });
    expect(findingOf({ ...facts, loopback: bare.loopback, videoNodes: [webcam] }, id).severity).toBe('warning');
  });

  test('a refusal is forgotten through D-Bus where flatpak is not installed', () => {
    const facts = change(healthy, { pipewire: { refused: [''] } });
    expect(findingOf(facts, 'portal-refused').fix[0]).toMatch(
      /^busctl --user call .* DeletePermission sss devices camera ''$/,
    );
  });
});

describe('browsers', () => {
  const firefox = healthy.browsers[0]!;
  const chromium: Browser = { ...firefox, name: 'Chromium', engine: 'chromium' };
  const onlyPipewire = { ...healthy, loopback: bare.loopback, videoNodes: [webcam] };

  test('without the module, those that do not use PipeWire cameras are told how', () => {
    const facts = { ...onlyPipewire, browsers: [{ ...firefox, usesPipewire: false }, chromium] };
    expect(findingOf(facts, 'firefox-pipewire').advice).toContain('media.webrtc.camera.allow-pipewire');
    expect(findingOf(facts, 'chromium-pipewire').advice).toContain('chrome://flags/#enable-webrtc-pipewire-camera');
    const ready = { ...onlyPipewire, browsers: [{ ...firefox, usesPipewire: true }] };
    expect(problemsOf(ready)).toEqual(['loopback-missing']);
    expect(problemsOf({ ...healthy, browsers: [{ ...firefox, usesPipewire: false }] })).toEqual([]);
  });

  test('a snap needs its plug, a flatpak its permission', () => {
    const snap = { ...firefox, packaging: 'snap', packageName: 'firefox' } as const;
    expect(findingOf({ ...healthy, browsers: [snap] }, 'browser-snap').fix).toEqual([
      'sudo snap connect firefox:camera',
    ]);
    const flatpak = { ...chromium, packaging: 'flatpak', packageName: 'org.chromium.Chromium' } as const;
    expect(findingOf({ ...healthy, browsers: [flatpak] }, 'browser-flatpak')).toMatchObject({
      fix: ['flatpak override --user --device=all org.chromium.Chromium'],
      isSafeToRun: false,
    });
  });

  test('one that runs before mien does: mien first', () => {
    const facts = { ...healthy, browsers: [{ ...firefox, isRunning: true }] };
    expect(findingOf(facts, 'browser-order').advice).toMatch(/^Start mien first, then reload the page/);
    expect(problemsOf({ ...facts, isMienRunning: true })).toEqual([]);
  });
});

describe('what mien runs on', () => {
  test.each([
    [{ node: '18.19.1' }, 'node-old', 'error', false],
    [{ onnx: null }, 'inference-missing', 'error', false],
    [{ missingModels: ['face-landmarks'] }, 'models-missing', 'error', false],
    [{ hasFfmpeg: false }, 'ffmpeg-missing', 'note', true],
    [{ hasTurboJpeg: false }, 'mjpeg-missing', 'note', true],
    [{ instructions: [] }, 'processor-slow', 'warning', true],
    [{ cores: 1 }, 'cores-few', 'warning', true],
    [{ freeMemoryMb: 200 }, 'memory-low', 'warning', true],
  ] as const)('%j: %s', (runtime, id, severity, canRun) => {
    const facts = change(healthy, { runtime });
    expect(problemsOf(facts)).toEqual([id]);
    expect(findingOf(facts, id).severity).toBe(severity);
    expect(judge(facts).canRun).toBe(canRun);
  });

  test('MJPEG that nothing decodes is a warning, with the package that brings a decoder', () => {
    const facts = change(healthy, { runtime: { hasTurboJpeg: false, hasFfmpeg: false } });
    expect(findingOf(facts, 'mjpeg-missing')).toMatchObject({
      severity: 'warning',
      fix: ['sudo apt install libturbojpeg0'],
    });
  });

  test('the provider and the processor are named', () => {
    expect(findingOf(healthy, 'inference')).toMatchObject({ title: 'ONNX Runtime 1.30.0', found: 'on the CPU' });
    expect(findingOf(healthy, 'processor').found).toBe('AVX2 with VNNI');
    expect(findingOf(change(healthy, { runtime: { architecture: 'arm64' } }), 'processor').found).toBe('arm64');
  });
});

test('every id names one kind of finding, on every machine above', () => {
  for (const facts of [healthy, bare]) {
    const ids = diagnose(facts).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  }
});
