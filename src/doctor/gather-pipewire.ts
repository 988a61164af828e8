import { existsSync } from 'node:fs';
import { pipewireAvailability } from '../output/pipewire/availability.js';
import { outputOf } from './command-output.js';
import type { PipewireFacts, ServiceState } from './facts.js';
import { isOnPath, isRunning, type RunningProgram } from './processes.js';

const PORTAL_SERVICE = 'dbus-1/services/org.freedesktop.portal.Desktop.service';
const PERMISSION_STORE = 'org.freedesktop.impl.portal.PermissionStore';

/** What stands between a PipeWire camera and the programs that would show it. */
export async function gatherPipewire(programs: readonly RunningProgram[]): Promise<PipewireFacts> {
  const { kind } = await pipewireAvailability();
  return {
    hasLibrary: kind !== 'no-library',
    daemon: kind === 'ready' ? 'running' : installed('pipewire'),
    sessionManager: isRunning(programs, 'wireplumber', 'pipewire-media-session') ? 'running' : installed('wireplumber'),
    portal: portalState(programs),
    refused: parseRefused(readPermissions()),
    hasFlatpak: outputOf('flatpak', ['--version']) !== null,
  };
}

function installed(program: string): ServiceState {
  return isOnPath(program) ? 'installed' : 'missing';
}

function portalState(programs: readonly RunningProgram[]): ServiceState {
  if (isRunning(programs, 'xdg-desktop-portal')) return 'running';
  const folders = (process.env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share').split(':');
  return folders.some((folder) => existsSync(`${folder}/${PORTAL_SERVICE}`)) ? 'installed' : 'missing';
}

/** The store's answer as busctl's JSON; null where it does not run: then nobody was refused in this session. */
function readPermissions(): string | null {
  const path = `/${PERMISSION_STORE.replaceAll('.', '/')}`;
  const call = ['call', PERMISSION_STORE, path, PERMISSION_STORE, 'Lookup', 'ss', 'devices', 'camera'];
  return outputOf('busctl', ['--user', '--auto-start=no', '--json=short', ...call]);
}

/** The programs whose first word in the table of cameras is "no". */
export function parseRefused(answer: string | null): string[] {
  if (!answer) return [];
  const { data } = JSON.parse(answer) as { data: [Record<string, string[]>, unknown] };
  return Object.entries(data[0])
    .filter(([, words]) => words[0] === 'no')
    .map(([app]) => app);
}
