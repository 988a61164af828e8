import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Browser } from './facts.js';
import { isOnPath, isRunning, type RunningProgram } from './processes.js';
import { readText } from './text-file.js';

/** A browser, and where its three packagings lie. `profile` is below the home folder. */
interface KnownBrowser {
  readonly name: string;
  readonly engine: Browser['engine'];
  /** Programs on the path, and in the table of processes. */
  readonly programs: readonly string[];
  readonly profile: string;
  readonly flatpak: string;
  readonly flatpakProfile: string;
  /** Name of its snap and the profile's place; null where there is none. */
  readonly snap: { readonly name: string; readonly profile: string } | null;
}

const KNOWN: readonly KnownBrowser[] = [
  {
    name: 'Firefox',
    engine: 'firefox',
    programs: ['firefox', 'firefox-esr', 'firefox-bin'],
    profile: '.mozilla/firefox',
    flatpak: 'org.mozilla.firefox',
    flatpakProfile: '.mozilla/firefox',
    snap: { name: 'firefox', profile: 'snap/firefox/common/.mozilla/firefox' },
  },
  {
    name: 'Chromium',
    engine: 'chromium',
    programs: ['chromium', 'chromium-browser'],
    profile: '.config/chromium',
    flatpak: 'org.chromium.Chromium',
    flatpakProfile: 'config/chromium',
    snap: { name: 'chromium', profile: 'snap/chromium/common/chromium' },
  },
  {
    name: 'Google Chrome',
    engine: 'chromium',
    programs: ['google-chrome', 'google-chrome-stable', 'chrome'],
    profile: '.config/google-chrome',
    flatpak: 'com.google.Chrome',
    flatpakProfile: 'config/google-chrome',
    snap: null,
  },
  {
    name: 'Microsoft Edge',
    engine: 'chromium',
    programs: ['microsoft-edge', 'microsoft-edge-stable', 'msedge'],
    profile: '.config/microsoft-edge',
    flatpak: 'com.microsoft.Edge',
    flatpakProfile: 'config/microsoft-edge',
    snap: null,
  },
  {
    name: 'Brave',
    engine: 'chromium',
    programs: ['brave-browser', 'brave'],
    profile: '.config/BraveSoftware/Brave-Browser',
    flatpak: 'com.brave.Browser',
    flatpakProfile: 'config/BraveSoftware/Brave-Browser',
    snap: { name: 'brave', profile: 'snap/brave/current/.config/BraveSoftware/Brave-Browser' },
  },
];

/** The browsers of this machine, one entry a packaging. */
export function gatherBrowsers(programs: readonly RunningProgram[], home = homedir()): Browser[] {
  return KNOWN.flatMap((known) => packagingsOf(known, home).map((found) => describe(known, found, programs)));
}

interface Found {
  readonly packaging: Browser['packaging'];
  readonly packageName: string | null;
  readonly profile: string;
}

function packagingsOf({ programs, profile, flatpak, flatpakProfile, snap }: KnownBrowser, home: string): Found[] {
  const found: Found[] = [];
  const isSnap =
    snap !== null && ['/snap', '/var/lib/snapd/snap'].some((folder) => existsSync(`${folder}/${snap.name}`));
  if (isSnap) found.push({ packaging: 'snap', packageName: snap.name, profile: `${home}/${snap.profile}` });
  const folders = ['/var/lib/flatpak', `${home}/.local/share/flatpak`];
  if (folders.some((folder) => existsSync(`${folder}/app/${flatpak}`))) {
    found.push({
      packaging: 'flatpak',
      packageName: flatpak,
      profile: `${home}/.var/app/${flatpak}/${flatpakProfile}`,
    });
  }
  // Beside a snap, Ubuntu keeps a program of the same name on the path that only starts the snap.
  if (!isSnap && programs.some(isOnPath)) {
    found.push({ packaging: 'system', packageName: null, profile: `${home}/${profile}` });
  }
  return found;
}

function describe(known: KnownBrowser, { profile, ...found }: Found, programs: readonly RunningProgram[]): Browser {
  const usesPipewire = known.engine === 'firefox' ? firefoxSetting(profile) : chromiumSetting(profile);
  return {
    name: known.name,
    engine: known.engine,
    ...found,
    usesPipewire,
    isRunning: isRunning(programs, ...known.programs),
  };
}

/** user.js wins over prefs.js; of several profiles, one that has it on is enough. */
function firefoxSetting(folder: string): boolean | null {
  if (!existsSync(folder)) return null;
  const settings = readdirSync(folder).map((profile) => {
    const read = (name: string) => firefoxPreference(readText(`${folder}/${profile}/${name}`) ?? '');
    return read('user.js') ?? read('prefs.js');
  });
  return settings.find((setting) => setting === true) ?? settings.find((setting) => setting !== null) ?? null;
}

/** `media.webrtc.camera.allow-pipewire` in the text of a prefs.js; null where it is not set. */
export function firefoxPreference(text: string): boolean | null {
  const match = /^user_pref\("media\.webrtc\.camera\.allow-pipewire",\s*(true|false)\);/m.exec(text);
  return match ? match[1] === 'true' : null;
}

function chromiumSetting(folder: string): boolean | null {
  return chromiumFlag(readText(`${folder}/Local State`) ?? '');
}

/** chrome://flags#enable-webrtc-pipewire-camera in the text of a "Local State": "@1" is enabled, "@2" disabled. */
export function chromiumFlag(text: string): boolean | null {
  const match = /"enable-webrtc-pipewire-camera@([12])"/.exec(text);
  return match ? match[1] === '1' : null;
}
