import { hasUsableLoopback } from './check-loopback.js';
import type { Facts } from './facts.js';
import { type Finding, fine, listOf, problem } from './finding.js';
import { installCommand } from './packages.js';

/**
 * The virtual camera through PipeWire, which needs no kernel module: browsers see it through xdg-desktop-portal. What
 * is missing is only a note where the kernel module does the work.
 */
export function checkPipewire(facts: Facts): Finding[] {
  const severity = hasUsableLoopback(facts) ? 'note' : 'warning';
  return problems(facts).map((found) => ({ ...found, severity: found.severity === 'ok' ? 'ok' : severity }));
}

/** Whether a browser can be given a picture through PipeWire, as it is now. */
export function hasUsablePipewire({ pipewire }: Pick<Facts, 'pipewire'>): boolean {
  return pipewire.hasLibrary && pipewire.daemon === 'running';
}

function problems(facts: Facts): Finding[] {
  const { pipewire } = facts;
  if (!pipewire.hasLibrary) {
    const library = problem({
      id: 'pipewire-library',
      title: 'The library libpipewire-0.3 is missing',
      found: 'mien offers a camera to PipeWire through it.',
      fix: installCommand(facts, 'pipewireLibrary'),
      isSafeToRun: true,
    });
    return [library]; // the daemon cannot be asked without it
  }
  const findings: Finding[] = [];
  if (pipewire.daemon !== 'running') {
    findings.push(
      problem({
        id: 'pipewire-absent',
        title: 'PipeWire is not running',
        found: 'No answer from its socket. Without it mien is a camera only through v4l2loopback.',
        fix: [...installMissing(facts), 'systemctl --user enable --now pipewire wireplumber'],
        isSafeToRun: !facts.user.isRoot,
      }),
    );
    return findings; // the rest cannot run without it
  }
  if (pipewire.sessionManager !== 'running') {
    findings.push(
      problem({
        id: 'wireplumber-absent',
        title: 'WirePlumber is not running',
        found: 'PipeWire runs, but nothing connects cameras to the programs that ask for them.',
        fix: [...installMissing(facts), 'systemctl --user enable --now wireplumber'],
        isSafeToRun: !facts.user.isRoot,
      }),
    );
  }
  if (pipewire.portal === 'missing') {
    findings.push(
      problem({
        id: 'portal-absent',
        title: 'xdg-desktop-portal is missing',
        found: 'Browsers ask it for PipeWire cameras.',
        advice: 'Then log out and in again.',
        fix: installCommand(facts, 'portal'),
        isSafeToRun: true,
      }),
    );
  }
  if (pipewire.refused.length > 0) findings.push(refused(facts));
  return findings.length > 0 ? findings : [fine('pipewire', 'PipeWire', `camera portal ${pipewire.portal}`)];
}

function installMissing(facts: Facts): string[] {
  const { daemon, sessionManager } = facts.pipewire;
  return daemon === 'missing' || sessionManager === 'missing' ? installCommand(facts, 'pipewire') : [];
}

/** The portal asks once, and keeps a "no" for good. Source: the permission store of xdg-desktop-portal, table "devices". */
function refused({ pipewire }: Facts): Finding {
  const STORE = 'org.freedesktop.impl.portal.PermissionStore';
  const forget = (app: string) =>
    pipewire.hasFlatpak
      ? `flatpak permission-remove devices camera '${app}'`
      : `busctl --user call ${STORE} /org/freedesktop/impl/portal/PermissionStore ${STORE} DeletePermission sss devices camera '${app}'`;
  const names = pipewire.refused.map((app) => (app === '' ? 'programs without a name of their own' : app));
  return problem({
    id: 'portal-refused',
    title: `The camera portal refuses ${listOf(names)}`,
    found: 'Somebody once answered its question with no, and it does not ask again.',
    advice: 'After this it asks again:',
    fix: pipewire.refused.map(forget),
    isSafeToRun: true,
  });
}
