import { OWN_LABEL } from '../output/v4l2loopback/find-loopback.js';
import { describeHolders } from '../system/device-holders.js';
import type { Facts, LoopbackFacts } from './facts.js';
import { asRoot, type Finding, type FindingSeverity, fine, listOf, problem } from './finding.js';
import { loopbackParameters } from './loopback-setup.js';
import { GOOD_VERSION, isOlder, neededVersion, OLDEST_TESTED, troubleOf, UNTOLD_VERSION } from './loopback-versions.js';
import { installCommand } from './packages.js';

type Loaded = Extract<LoopbackFacts, { kind: 'loaded' }>;

/** The virtual camera through the kernel: is v4l2loopback there, loaded, sound, and set up for mien. */
export function checkLoopback(facts: Facts): Finding[] {
  switch (facts.loopback.kind) {
    case 'missing':
      return [missing(facts, facts.loopback)];
    case 'installed': {
      const { version, signer } = facts.loopback.module;
      // Nothing must offer to load what would take the machine down.
      const trouble = crash(facts, version);
      if (trouble) return [trouble];
      const old = untested(version);
      return [unsigned(facts, signer) ?? notLoaded(facts), ...(old ? [old] : [])];
    }
    case 'loaded':
      return loaded(facts, facts.loopback);
  }
}

/** Where PipeWire runs, browsers at least have a way to see mien. */
function withoutModule({ pipewire }: Facts): FindingSeverity {
  return pipewire.daemon === 'running' ? 'warning' : 'error';
}

/** Whether programs can be given a picture through the module, as it is now. */
export function hasUsableLoopback({ videoNodes }: Pick<Facts, 'videoNodes'>): boolean {
  return videoNodes.some((node) => node.kind === 'loopback' && node.refusal === null);
}

function missing(facts: Facts, { source, hasHeaders }: Extract<LoopbackFacts, { kind: 'missing' }>): Finding {
  const { kernelRelease, packageManager } = facts.system;
  if (source === null) {
    return problem({
      id: 'loopback-missing',
      severity: withoutModule(facts),
      title: 'The kernel module of virtual cameras, v4l2loopback, is not installed',
      found: `Zoom, Discord and OBS see mien only through it. Linux ${kernelRelease} needs ${neededVersion(kernelRelease)} or newer.`,
      advice: installAdvice(facts),
      // Where old versions crash, the next look judges what was installed before it is loaded.
      fix: [...installCommand(facts, 'loopback'), ...(isCrashProne(kernelRelease) ? [] : [load(facts)])],
      isSafeToRun: packageManager !== null && packageManager !== 'dnf',
    });
  }
  const trouble = troubleOf('no-build', source, kernelRelease);
  if (trouble !== null) {
    return problem({
      id: 'loopback-not-built',
      severity: withoutModule(facts),
      title: `v4l2loopback ${source} was not built: it is too old for Linux ${kernelRelease}`,
      found: `Version ${source} ${trouble.text}; ${trouble.fixedIn} does, and ${GOOD_VERSION} is known to be good.`,
      advice: "Take a newer one from your distribution's backports, or build it:",
      fix: buildFromSource(facts),
    });
  }
  return problem({
    id: 'loopback-not-built',
    severity: withoutModule(facts),
    title: `v4l2loopback ${source} is installed as source, but not built for Linux ${kernelRelease}`,
    found: hasHeaders
      ? 'DKMS has the source, and the headers of this kernel are there.'
      : 'The kernel headers are missing.',
    fix: [
      ...(hasHeaders ? [] : installCommand(facts, 'headers')),
      asRoot(facts, `dkms install v4l2loopback/${source} -k ${kernelRelease}`),
      load(facts),
    ],
    isSafeToRun: true,
  });
}

function installAdvice({ system }: Facts): string | null {
  if (system.isSecureBoot) {
    return 'Secure Boot is on: if the installation asks for a password, restart after it and type it in the blue screen.';
  }
  if (system.packageManager === 'dnf')
    return 'The package is in RPM Fusion (free): https://rpmfusion.org/Configuration';
  if (system.packageManager === null) return 'Install v4l2loopback with the package manager of your system, then:';
  return null;
}

function notLoaded(facts: Facts): Finding {
  return problem({
    id: 'loopback-not-loaded',
    severity: withoutModule(facts),
    title: 'The kernel module v4l2loopback is not loaded',
    found: 'It is installed for this kernel. Zoom, Discord and OBS see mien only through it.',
    advice: 'To load it at every start, see: mien doctor --print modprobe',
    fix: [load(facts)],
    isSafeToRun: true,
  });
}

function unsigned(facts: Facts, signer: string | null): Finding | null {
  const { isSecureBoot, refusesUnsigned } = facts.system;
  if (!refusesUnsigned && !isSecureBoot) return null;
  if (signer === null && refusesUnsigned) {
    return problem({
      id: 'loopback-unsigned',
      severity: withoutModule(facts),
      title: 'The kernel refuses v4l2loopback: it is not signed',
      found: `${isSecureBoot ? 'Secure Boot is on' : 'Signatures are enforced'}, and the module has none.`,
      advice:
        'Build it again with a key of yours, enrol that key, restart, and confirm it in the blue screen that comes:',
      fix: [...rebuild(facts), ...enrol(facts)],
    });
  }
  return problem({
    id: 'loopback-not-loaded',
    severity: withoutModule(facts),
    title: 'The kernel module v4l2loopback is not loaded',
    found: `Secure Boot is on; the module is ${signer === null ? 'unsigned' : `signed by "${signer}"`}.`,
    advice:
      'If the first command says "Key was rejected by service", enrol its key with the second, restart and confirm it.',
    fix: [load(facts), ...enrol(facts)],
  });
}

/** DKMS signs what it builds, with a key that it makes on first use. */
function rebuild(facts: Facts): string[] {
  return [asRoot(facts, 'dkms autoinstall --force')];
}

function enrol(facts: Facts): string[] {
  // Ubuntu keeps its own key; DKMS elsewhere has it here since 3.0.
  const isUbuntu = /ubuntu/i.test(facts.system.distribution);
  if (isUbuntu) return [asRoot(facts, 'update-secureboot-policy --enroll-key')];
  return [asRoot(facts, 'mokutil --import /var/lib/dkms/mok.pub')];
}

function loaded(facts: Facts, loopback: Loaded): Finding[] {
  const trouble = crash(facts, loopback.version);
  if (trouble) return [trouble];
  const findings: Finding[] = [];
  const add = (finding: Finding | null) => finding && findings.push(finding);
  add(untested(loopback.version));
  add(setup(facts, loopback));
  add(outdated(facts, loopback));
  add(notAtBoot(facts, loopback));
  return findings;
}

/** Is there a device that is mien's, and shows itself as a camera and nothing else. */
function setup(facts: Facts, { version }: Loaded): Finding {
  const devices = facts.videoNodes.filter(({ kind }) => kind === 'loopback');
  const own = devices.find(({ name }) => name === OWN_LABEL);
  const name = nameOf(version);
  if (!own) {
    const labels = devices.map((device) => `${device.path} "${device.name}"`);
    return problem({
      id: 'loopback-label',
      title: `None of the virtual cameras is called "${OWN_LABEL}"`,
      found: `${name} is loaded with ${labels.length > 0 ? listOf(labels) : 'no device'}.`,
      ...reload(facts),
    });
  }
  if (own.isExclusive === false) {
    return problem({
      id: 'loopback-exclusive-caps',
      title: `${own.path} is loaded without exclusive_caps`,
      found: 'It shows itself as camera and as output at once: Chrome, Chromium, Meet, Teams and Discord leave it out.',
      ...reload(facts),
    });
  }
  return fine('loopback', name, `${own.path} "${own.name}"`);
}

function isCrashProne(kernelRelease: string): boolean {
  return troubleOf('crash', UNTOLD_VERSION, kernelRelease) !== null;
}

function nameOf(version: string | null): string {
  return `v4l2loopback ${version ?? '(older than 0.13, which does not tell its version)'}`;
}

function crash(facts: Facts, version: string | null): Finding | null {
  const trouble = troubleOf('crash', version ?? UNTOLD_VERSION, facts.system.kernelRelease);
  if (trouble === null) return null;
  return problem({
    id: 'loopback-crash',
    severity: 'error',
    title: `${nameOf(version)} ${trouble.text}`,
    found: `Linux ${facts.system.kernelRelease} needs ${trouble.fixedIn} or newer (unless your distribution has mended it).`,
    advice: 'Do not use this one. Unload it, and take a newer one from your distribution, or build it:',
    fix: [
      ...(facts.loopback.kind === 'loaded' ? [asRoot(facts, 'modprobe -r v4l2loopback')] : []),
      ...buildFromSource(facts),
    ],
  });
}

function untested(version: string | null): Finding | null {
  if (version === null || !isOlder(version, OLDEST_TESTED)) return null;
  return problem({
    id: 'loopback-old',
    severity: 'note',
    title: `v4l2loopback ${version} is older than mien is tested with`,
    found: `mien is tested with ${OLDEST_TESTED} to 0.15; older ones had faults in the kernel's log and with browsers.`,
  });
}

function outdated(facts: Facts, { version, module }: Loaded): Finding | null {
  if (!module?.version || !version || module.version === version) return null;
  return problem({
    id: 'loopback-outdated',
    severity: 'note',
    title: `v4l2loopback ${module.version} is installed, but ${version} is still loaded`,
    found: 'The new one counts from the next load on.',
    ...reload(facts),
  });
}

function notAtBoot(facts: Facts, { isAtBoot }: Loaded): Finding | null {
  if (isAtBoot) return null;
  const options = `options v4l2loopback ${loopbackParameters(facts)}`;
  return problem({
    id: 'loopback-not-at-boot',
    severity: 'note',
    title: 'The virtual camera will be gone after the next start of this computer',
    found: 'Nothing in /etc/modules-load.d loads v4l2loopback.',
    fix: [
      `echo '${options}' | ${asRoot(facts, 'tee /etc/modprobe.d/mien.conf')}`,
      `echo v4l2loopback | ${asRoot(facts, 'tee /etc/modules-load.d/mien.conf')}`,
    ],
    isSafeToRun: true,
  });
}

/** Loading again takes all its devices away from the programs that use them: not while some do. */
function reload(facts: Facts): Pick<Finding, 'advice' | 'fix' | 'isSafeToRun'> {
  const holders = facts.videoNodes.filter(({ kind }) => kind === 'loopback').flatMap((node) => node.holders);
  const names = describeHolders([...new Map(holders.map((holder) => [holder.pid, holder])).values()]);
  return {
    advice: names === null ? null : `Close ${names} first.`,
    fix: [asRoot(facts, 'modprobe -r v4l2loopback'), load(facts)],
    isSafeToRun: names === null,
  };
}

function load(facts: Facts): string {
  return asRoot(facts, `modprobe v4l2loopback ${loopbackParameters(facts)}`);
}

/** As the README of v4l2loopback tells. */
function buildFromSource(facts: Facts): string[] {
  return [
    `git clone --branch v${GOOD_VERSION} --depth 1 https://github.com/v4l2loopback/v4l2loopback`,
    'make -C v4l2loopback',
    asRoot(facts, 'make -C v4l2loopback install'),
    load(facts),
  ];
}
