import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { chromiumFlag, firefoxPreference, gatherBrowsers } from '../../src/doctor/gather-browsers.js';
import { parseModinfo } from '../../src/doctor/gather-devices.js';
import { gatherFacts, packageManagerOf, parseOsRelease } from '../../src/doctor/gather-facts.js';
import { gatherPipewire, parseRefused } from '../../src/doctor/gather-pipewire.js';
import { isMienRunning } from '../../src/doctor/processes.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', 'apt'],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"', 'apt'],
  ['NAME="Fedora Linux"\nID=fedora', 'dnf'],
  ['ID=cachyos\nID_LIKE=arch', 'pacman'],
  ["ID='opensuse-tumbleweed'\nID_LIKE='opensuse suse'", 'zypper'],
  ['ID=nixos', null],
])('the package manager of %j is %s', (text, expected) => {
  expect(packageManagerOf(parseOsRelease(text))).toBe(expected);
});

test('what modinfo prints', () => {
  const text = 'filename:       /lib/modules/x/v4l2loopback.ko\nversion:        0.12.7\nsigner:         DKMS key\n';
  expect(parseModinfo(text)).toEqual({ version: '0.12.7', signer: 'DKMS key' });
  expect(parseModinfo('filename:       /lib/x.ko\nsrcversion:     ABC')).toEqual({ version: null, signer: null });
  expect(parseModinfo(null)).toBeNull();
});

test('the permission store as busctl prints it', () => {
  const answer = '{"type":"a{sas}v","data":[{"":["yes"],"org.mozilla.firefox":["no"]},{"type":"y","data":0}]}';
  expect(parseRefused(answer)).toEqual(['org.mozilla.firefox']);
  expect(parseRefused(null)).toEqual([]);
});

test('settings of browsers', () => {
  expect(firefoxPreference('user_pref("media.webrtc.camera.allow-pipewire", true);\n')).toBe(true);
  expect(firefoxPreference('user_pref("media.webrtc.camera.allow-pipewire", false);\n')).toBe(false);
  expect(firefoxPreference('// user_pref("media.webrtc.camera.allow-pipewire", true);')).toBeNull();
  expect(chromiumFlag('{"browser":{"enabled_labs_experiments":["enable-webrtc-pipewire-camera@1"]}}')).toBe(true);
  expect(chromiumFlag('{"browser":{"enabled_labs_experiments":["enable-webrtc-pipewire-camera@2"]}}')).toBe(false);
  expect(chromiumFlag('{}')).toBeNull();
});

test('a browser as a flatpak and on the path, each with the setting of its own profile', () => {
  const home = mkdtempSync(join(tmpdir(), 'mien-browsers-'));
  const profile = join(home, '.var/app/org.mozilla.firefox/.mozilla/firefox/abc.default');
  mkdirSync(profile, { recursive: true });
  writeFileSync(join(profile, 'prefs.js'), 'user_pref("media.webrtc.camera.allow-pipewire", false);\n');
  writeFileSync(join(profile, 'user.js'), 'user_pref("media.webrtc.camera.allow-pipewire", true);\n');
  mkdirSync(join(home, '.local/share/flatpak/app/org.mozilla.firefox'), { recursive: true });
  mkdirSync(join(home, '.config/chromium'), { recursive: true });
  writeFileSync(join(home, '.config/chromium/Local State'), '["enable-webrtc-pipewire-camera@2"]');
  writeFileSync(join(home, 'chromium'), '');
  vi.stubEnv('PATH', home);
  const browsers = gatherBrowsers([{ pid: 1, words: ['/usr/lib/chromium/chromium', '--x'] }], home);
  expect(browsers).toMatchObject([
    { name: 'Firefox', packaging: 'flatpak', packageName: 'org.mozilla.firefox', usesPipewire: true, isRunning: false },
    { name: 'Chromium', packaging: 'system', usesPipewire: false, isRunning: true },
  ]);
});

test.each([
  [['node', '/opt/mien/bin/mien.js'], true],
  [['node', '/opt/mien/bin/mien.js', 'run', '--plain'], true],
  [['/usr/bin/mien', '--plain'], true],
  [['node', '/opt/mien/bin/mien.js', 'doctor'], false],
  [['vim', 'notes', '/opt/mien/bin/mien.js'], false],
])('%j is a running mien: %s', (words, expected) => {
  expect(isMienRunning([{ pid: 2, words }], 1)).toBe(expected);
  expect(isMienRunning([{ pid: 1, words }], 1)).toBe(false);
});

test('a daemon counts only if its socket answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mien-pw-'));
  vi.stubEnv('PIPEWIRE_RUNTIME_DIR', folder);
  vi.stubEnv('PIPEWIRE_REMOTE', '');
  expect((await gatherPipewire([])).daemon).not.toBe('running');
  const server = createServer().listen(join(folder, 'pipewire-0'));
  try {
    expect((await gatherPipewire([])).daemon).toBe('running');
  } finally {
    server.close();
  }
});

test('this very machine can be looked at', async () => {
  const facts = await gatherFacts();
  expect(facts.runtime.node).toBe(process.versions.node);
  expect(facts.runtime.onnx?.provider).toBe('cpu');
  expect(facts.user.configuredGroups.length).toBeGreaterThan(0);
  expect(facts.system.kernelRelease).toMatch(/^\d+\.\d+/);
  expect(facts.runtime.freeMemoryMb).toBeGreaterThan(0);
});
