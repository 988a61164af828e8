import type { Facts, VideoNode } from '../../src/doctor/facts.js';

export const webcam: VideoNode = {
  path: '/dev/video0',
  kind: 'camera',
  name: 'Integrated Camera',
  refusal: null,
  group: 'video',
  isExclusive: null,
  holders: [],
};

export const virtualCamera: VideoNode = {
  path: '/dev/video10',
  kind: 'loopback',
  name: 'mien',
  refusal: null,
  group: 'video',
  isExclusive: true,
  holders: [],
};

/** A laptop on which all is well. */
export const healthy: Facts = {
  user: { name: 'ada', isRoot: false, configuredGroups: ['ada', 'video'] },
  system: {
    distribution: 'Debian GNU/Linux 13 (trixie)',
    packageManager: 'apt',
    kernelRelease: '6.12.48+deb13-amd64',
    isSecureBoot: false,
    refusesUnsigned: false,
  },
  loopback: { kind: 'loaded', version: '0.15.0', module: { version: '0.15.0', signer: null }, isAtBoot: true },
  videoNodes: [webcam, virtualCamera],
  pipewire: {
    hasLibrary: true,
    daemon: 'running',
    sessionManager: 'running',
    portal: 'running',
    refused: [],
    hasFlatpak: false,
  },
  browsers: [
    {
      name: 'Firefox',
      engine: 'firefox',
      packaging: 'system',
      packageName: null,
      usesPipewire: null,
      isRunning: false,
    },
  ],
  runtime: {
    node: '20.9.0',
    onnx: { version: '1.30.0', provider: 'cpu' },
    missingModels: [],
    hasFfmpeg: true,
    hasTurboJpeg: true,
    cores: 8,
    memoryMb: 16_000,
    freeMemoryMb: 8000,
    instructions: ['avx2', 'avx_vnni'],
    architecture: 'x64',
  },
  isMienRunning: false,
};

/** The same laptop without its module and with PipeWire gone. */
export const bare: Facts = {
  ...healthy,
  loopback: { kind: 'missing', source: null, hasHeaders: false },
  videoNodes: [webcam],
  pipewire: { ...healthy.pipewire, daemon: 'missing', sessionManager: 'missing', portal: 'missing' },
};

/** Facts with parts of some of their groups changed. */
export function change(
  facts: Facts,
  changes: { readonly [Key in keyof Facts]?: Facts[Key] extends object ? Partial<Facts[Key]> : Facts[Key] },
): Facts {
  const entries = Object.entries(changes).map(([key, value]) => {
    const old = facts[key as keyof Facts];
    const isPart = typeof value === 'object' && !Array.isArray(value) && !('kind' in value);
    return [key, isPart ? { ...(old as object), ...value } : value];
  });
  return { ...facts, ...Object.fromEntries(entries) };
}
