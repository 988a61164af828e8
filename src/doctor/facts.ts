import type { DeviceHolder } from '../system/device-holders.js';

/** All that `diagnose` judges by: this machine as `gatherFacts` found it. Plain data. */
export interface Facts {
  readonly user: UserFacts;
  readonly system: SystemFacts;
  readonly loopback: LoopbackFacts;
  /** In the order of their numbers. */
  readonly videoNodes: readonly VideoNode[];
  readonly pipewire: PipewireFacts;
  readonly browsers: readonly Browser[];
  readonly runtime: RuntimeFacts;
  /** Whether a mien runs already, and so feeds its virtual camera. */
  readonly isMienRunning: boolean;
}

/** Who asks. */
export interface UserFacts {
  readonly name: string;
  readonly isRoot: boolean;
  /** Groups as configured, not as this session has them: a new one counts from the next login on. */
  readonly configuredGroups: readonly string[];
}

/** The tools that install packages. */
export type PackageManager = 'apt' | 'dnf' | 'pacman' | 'zypper';

/** The system under mien. */
export interface SystemFacts {
  /** "Debian GNU/Linux 12 (bookworm)" */
  readonly distribution: string;
  /** Null where none of the known ones is used. */
  readonly packageManager: PackageManager | null;
  /** `uname -r`: "6.1.0-53-amd64" */
  readonly kernelRelease: string;
  readonly isSecureBoot: boolean;
  /** Whether the kernel refuses modules without a valid signature: `module.sig_enforce`, or locked down. */
  readonly refusesUnsigned: boolean;
}

/** The module file of v4l2loopback, for the running kernel. */
export interface LoopbackModule {
  /** "0.15.0"; null where it does not say. */
  readonly version: string | null;
  /** Who signed it; null for an unsigned one. */
  readonly signer: string | null;
}

/** How the kernel module of virtual cameras is. */
export type LoopbackFacts =
  /** No module for this kernel. `source`: the version of a DKMS source that was not built, or null for none. */
  | { readonly kind: 'missing'; readonly source: string | null; readonly hasHeaders: boolean }
  | { readonly kind: 'installed'; readonly module: LoopbackModule }
  | {
      readonly kind: 'loaded';
      readonly version: string | null;
      /** The file on disk, which the next load takes; null where it is gone. */
      readonly module: LoopbackModule | null;
      /** Whether it is loaded at every start of the machine. */
      readonly isAtBoot: boolean;
    };

/** One /dev/video* node. */
export interface VideoNode {
  readonly path: string;
  readonly kind: 'camera' | 'loopback' | 'other';
  /** For people: "Integrated Camera". A loopback's label. */
  readonly name: string;
  /** Why it cannot be opened, `EACCES`, `EBUSY`…; null if it can. */
  readonly refusal: string | null;
  /** Owning group, "video"; a number where it has no name. */
  readonly group: string;
  /** Loopbacks that could be asked: whether it shows one side at a time. Null elsewhere. */
  readonly isExclusive: boolean | null;
  /** Other programs of this user (root: of all) that have it open. */
  readonly holders: readonly DeviceHolder[];
}

/** How a service of the user's session is. */
export type ServiceState = 'running' | 'installed' | 'missing';

/** What stands between a PipeWire camera and the programs that would show it. */
export interface PipewireFacts {
  /** Whether libpipewire-0.3 is installed: mien's own side. */
  readonly hasLibrary: boolean;
  /** The daemon of this session; `running` means that it answers. Not asked without the library. */
  readonly daemon: ServiceState;
  /** WirePlumber, which gives cameras to programs. */
  readonly sessionManager: ServiceState;
  /** xdg-desktop-portal, which browsers ask for cameras; `installed` is enough: it starts when asked. */
  readonly portal: ServiceState;
  /** Programs that the user once refused a camera; an empty name stands for all without one. */
  readonly refused: readonly string[];
  readonly hasFlatpak: boolean;
}

/** An installed browser, or a program made from one. */
export interface Browser {
  readonly name: string;
  readonly engine: 'firefox' | 'chromium';
  readonly packaging: 'system' | 'flatpak' | 'snap';
  /** Name in its package system, `org.mozilla.firefox`, `chromium`; null for system packages. */
  readonly packageName: string | null;
  /** Whether it takes cameras from PipeWire; null where its profile does not say (then it has its default). */
  readonly usesPipewire: boolean | null;
  readonly isRunning: boolean;
}

/** What mien itself runs on. */
export interface RuntimeFacts {
  /** "20.20.1" */
  readonly node: string;
  /** Null where it cannot be loaded. */
  readonly onnx: { readonly version: string; readonly provider: string } | null;
  readonly missingModels: readonly string[];
  /** FFmpeg through node-av: the demo, recordings, and MJPEG where libjpeg-turbo is missing. */
  readonly hasFfmpeg: boolean;
  readonly hasTurboJpeg: boolean;
  /** Processor threads that this process may use. */
  readonly cores: number;
  readonly memoryMb: number;
  readonly freeMemoryMb: number;
  /** Of the instruction sets that inference gains from: `avx2`, `avx512f`, `avx_vnni`, `avx512_vnni`, `asimd`… */
  readonly instructions: readonly string[];
  /** `x64`, `arm64` */
  readonly architecture: string;
}
