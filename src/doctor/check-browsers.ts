import { hasUsableLoopback } from './check-loopback.js';
import { hasUsablePipewire } from './check-pipewire.js';
import type { Browser, Facts } from './facts.js';
import { asRoot, type Finding, fine, listOf, problem } from './finding.js';

/** Whether the installed browsers will list mien, and whether they must be started again for it. */
export function checkBrowsers(facts: Facts): Finding[] {
  const { browsers } = facts;
  if (browsers.length === 0) return [];
  const blind = hasUsablePipewire(facts) && !hasUsableLoopback(facts) ? browsers.filter(hasPipewireOff) : [];
  const findings = [...blind.map(pipewireOff), ...browsers.flatMap((browser) => sandbox(facts, browser))];
  const order = startOrder(facts);
  if (order) findings.push(order);
  return findings.length > 0 ? findings : [fine('browsers', listOf(browsers.map(({ name }) => name)))];
}

/** The default is off, except for Firefox of Fedora 41 and later, whose profile says nothing of it. */
function hasPipewireOff({ usesPipewire }: Browser): boolean {
  return usesPipewire !== true;
}

function pipewireOff({ name, engine, usesPipewire }: Browser): Finding {
  const told = {
    id: `${engine}-pipewire`,
    title: `${name} ${usesPipewire === false ? 'has PipeWire cameras switched off' : 'may not use PipeWire cameras'}`,
    found: 'Without v4l2loopback, it sees mien only through PipeWire.',
  };
  if (engine === 'firefox') {
    return problem({
      ...told,
      advice: 'Open about:config, set media.webrtc.camera.allow-pipewire to true, and start Firefox again.',
    });
  }
  return problem({
    ...told,
    advice: `Open chrome://flags/#enable-webrtc-pipewire-camera, choose Enabled, and start ${name} again.`,
  });
}

/** A snap sees /dev/video* only with its camera plug connected; a flatpak as far as its permissions go. */
function sandbox(facts: Facts, { name, packaging, packageName }: Browser): Finding[] {
  if (packaging === 'system' || packageName === null) return [];
  if (packaging === 'snap') {
    return [
      problem({
        id: 'browser-snap',
        severity: 'note',
        title: `${name} is a snap: it sees cameras only through its camera plug`,
        found: 'If it lists no camera at all, connect the plug.',
        fix: [asRoot(facts, `snap connect ${packageName}:camera`)],
        isSafeToRun: true,
      }),
    ];
  }
  return [
    problem({
      id: 'browser-flatpak',
      severity: 'note',
      title: `${name} is a flatpak: it sees /dev/video* only if it may use devices`,
      found: 'If it lists no camera at all, let it.',
      fix: [`flatpak override --user --device=all ${packageName}`],
      isSafeToRun: false, // it opens all devices to the program, not cameras alone
    }),
  ];
}

/**
 * With exclusive_caps, an idle loopback is no camera: what a browser listed before mien wrote to it leaves it out, and
 * some keep that list until they are started again.
 */
function startOrder(facts: Facts): Finding | null {
  const running = facts.browsers.filter(({ isRunning }) => isRunning);
  const isHidden = facts.videoNodes.some(({ kind, isExclusive }) => kind === 'loopback' && isExclusive === true);
  if (facts.isMienRunning || running.length === 0 || !isHidden) return null;
  const names = listOf(running.map(({ name }) => name));
  return problem({
    id: 'browser-order',
    severity: 'note',
    title: `${names} runs already, and mien does not`,
    found: 'The virtual camera is hidden until mien writes to it.',
    advice: `Start mien first, then reload the page; if mien is still not listed, quit ${names} and start it again.`,
  });
}
