// A desktop session of our own: D-Bus, PipeWire, WirePlumber and, for browsers, the portal that gives them cameras. In
// folders of its own, so that it neither sees nor disturbs the session of whoever runs it; works as root too.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PORTAL = '/usr/libexec/xdg-desktop-portal';
const START_MS = 15_000;

/** What of the needed programs is not here, as a reason to skip; null if all are. See private-session.d.mts. */
export function whyNoSession({ portal = false } = {}) {
  const programs = ['dbus-daemon', 'pipewire', 'wireplumber', 'pw-dump', portal ? 'gdbus' : 'gst-launch-1.0'];
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  if (portal && !existsSync(PORTAL)) missing.push('xdg-desktop-portal');
  if (missing.length === 0) return null;
  const reason = `not installed: ${missing.join(', ')}`;
  if (process.env.MIEN_REQUIRE_TOOLS) throw new Error(`${reason}; these tests must run here`);
  return reason;
}

export class PrivateSession {
  #folder = mkdtempSync(join(tmpdir(), 'mien-session-'));
  /** What to end, oldest first. */
  #children = [];
  #daemon = null;
  #manager = null;
  env;

  static async start({ portal = false } = {}) {
    const session = new PrivateSession();
    try {
      await session.#startBus();
      await session.startDaemon();
      if (portal) await session.#startPortal();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  constructor() {
    const [home, runtime] = [join(this.#folder, 'home'), join(this.#folder, 'runtime')];
    mkdirSync(home);
    mkdirSync(runtime, { mode: 0o700 });
    this.env = {
      ...process.env,
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_DATA_HOME: join(home, '.local/share'),
      XDG_STATE_HOME: join(home, '.local/state'),
      XDG_CURRENT_DESKTOP: 'mien-test',
      XDG_DESKTOP_PORTAL_DIR: fileURLToPath(new URL('portals', import.meta.url)),
    };
  }

  spawn(command, args = [], options = {}) {
    const child = spawn(command, args, { stdio: 'ignore', ...options, env: this.env });
    this.#children.push(child);
    return child;
  }

  async startDaemon() {
    this.#daemon = this.spawn('pipewire');
    await until(() => accepts(join(this.env.XDG_RUNTIME_DIR, 'pipewire-0')), 'pipewire');
    this.#manager = this.spawn('wireplumber');
    await until(() => this.nodes().length > 0 && this.#isManaged(), 'wireplumber');
  }

  async killDaemon() {
    for (const child of [this.#daemon, this.#manager]) {
      child.kill('SIGKILL');
      await ended(child);
    }
  }

  signalDaemon(signal) {
    this.#daemon.kill(signal);
  }

  dump() {
    const { stdout, status } = spawnSync('pw-dump', { env: this.env, encoding: 'utf8', maxBuffer: 2 ** 26 });
    return status === 0 ? JSON.parse(stdout) : [];
  }

  nodes() {
    return this.dump().filter(({ type }) => type === 'PipeWire:Interface:Node');
  }

  async close() {
    for (const child of this.#children.reverse()) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended(child);
      clearTimeout(timer);
    }
    // The portal's document mount and late services let go of the folder within a moment of the bus.
    for (let tries = 0; ; tries++) {
      try {
        rmSync(this.#folder, { recursive: true, force: true });
        return;
      } catch (error) {
        if (tries === 50) throw error;
        await sleep(100);
      }
    }
  }

  async #startBus() {
    const args = ['--session', '--nofork', '--nopidfile', '--nosyslog', '--print-address=1'];
    const bus = this.spawn('dbus-daemon', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [address] = await once(bus.stdout, 'data', 'dbus-daemon');
    this.env.DBUS_SESSION_BUS_ADDRESS = address.toString().trim();
  }

  /** The portal, and the answer "yes" to whoever asks for cameras. */
  async #startPortal() {
    this.spawn(PORTAL, ['--replace']);
    const store = 'org.freedesktop.impl.portal.PermissionStore';
    const path = '/org/freedesktop/impl/portal/PermissionStore';
    const call = ['call', '--session', '--dest', store, '--object-path', path, '--method', `${store}.SetPermission`];
    const permit = () =>
      spawnSync('gdbus', [...call, 'devices', 'true', 'camera', '', "['yes']"], { env: this.env }).status === 0;
    await until(permit, 'the permission store');
    const portal = 'org.freedesktop.portal.Desktop';
    const wait = ['wait', '--session', '--timeout', '1', portal];
    await until(() => spawnSync('gdbus', wait, { env: this.env }).status === 0, 'xdg-desktop-portal');
  }

  /** The session manager has said hello: from now on it links what asks to be linked. */
  #isManaged() {
    return this.dump().some(({ info }) => info?.props?.['application.name'] === 'WirePlumber');
  }
}

async function until(isTrue, what) {
  const end = Date.now() + START_MS;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`${what} did not start within ${START_MS / 1000} s`);
    await sleep(50);
  }
}

function accepts(path) {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function once(stream, event, what) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} said nothing`)), START_MS);
    stream.once(event, (...values) => {
      clearTimeout(timer);
      resolve(values);
    });
  });
}

function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', resolve));
}
