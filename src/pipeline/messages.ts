import type { SourceSpec } from '../capture/create-source.js';
import type { SourceInfo } from '../capture/source.js';
import type { Command, LiveSettings } from '../config/settings.js';
import type { AvatarFiles } from '../effects/avatar-effect.js';
import type { ErrorRecord } from '../errors.js';
import type { ChannelHandle } from '../frame/channel.js';
import type { Rate } from '../frame/frame.js';
import type { AvatarListing } from '../output/avatar-stills.js';
import type { FaceStatus, Severity, SourceStatus, StageStats, Telemetry, WearStatus } from '../telemetry/telemetry.js';

// What the threads say to each other. Pixels never travel this way: they go through channels (frame/channel.ts).

/** One way out of the engine: a channel, and a name to take it away by. */
export interface OutputHandle {
  readonly id: string;
  readonly channel: ChannelHandle;
  /** A full `every` channel: wait for room (offline), or drop the frame and count it (live). */
  readonly whenFull: 'wait' | 'drop';
}

/** main → capture */
export type ToCapture =
  | { readonly kind: 'open'; readonly spec: SourceSpec }
  | { readonly kind: 'start'; readonly channel: ChannelHandle }
  /** Whether anybody sees what comes out: a camera opened on demand sleeps meanwhile. */
  | { readonly kind: 'watched'; readonly isWatched: boolean }
  | { readonly kind: 'stop' };

/** capture → main */
export type FromCapture =
  | { readonly kind: 'opened'; readonly info: SourceInfo }
  | { readonly kind: 'status'; readonly status: SourceStatus }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'ended'; readonly frames: number }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };

/** main → engine */
export type ToEngine =
  | {
      readonly kind: 'start';
      readonly input: ChannelHandle;
      readonly rate: Rate;
      readonly settings: LiveSettings;
      /** Count latency from the moment the engine takes a frame, not from capture: for work without a clock. */
      readonly isOffline: boolean;
    }
  | { readonly kind: 'settings'; readonly settings: LiveSettings }
  | { readonly kind: 'card'; readonly card: Uint8Array }
  /** The avatar to wear; null: none may be worn, by what the settings ask for or by what its consent allows. */
  | { readonly kind: 'avatar'; readonly avatar: AvatarFiles | null }
  /** What leaves in place of frames that the avatar cannot be worn in. */
  | { readonly kind: 'avatar-card'; readonly card: Uint8Array }
  /** The user says that the tracked face is theirs. */
  | { readonly kind: 'confirm-face' }
  | { readonly kind: 'add-output'; readonly output: OutputHandle }
  | { readonly kind: 'remove-output'; readonly id: string };

/** What the engine measures, twice to five times a second. The main thread makes Telemetry of it. */
export interface EngineReport {
  readonly stages: readonly StageStats[];
  readonly total: StageStats;
  readonly brokenBy: string | null;
  readonly face: FaceStatus;
  readonly fpsIn: number;
  readonly fpsOut: number;
  readonly frames: Telemetry['frames'];
  readonly outputs: readonly { readonly id: string; readonly written: number; readonly dropped: number }[];
}

/** engine → main */
export type FromEngine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'report'; readonly report: EngineReport }
  | { readonly kind: 'first-frame' }
  /** What leaves while an avatar is chosen has changed. */
  | { readonly kind: 'wear'; readonly wear: WearStatus }
  /** The avatar that was to be worn could not be loaded. */
  | { readonly kind: 'avatar-failed'; readonly error: ErrorRecord }
  | { readonly kind: 'warning'; readonly text: string }
  /** `isWhole`: the source ended by itself or was told to; false if it broke off, which its own thread tells of. */
  | { readonly kind: 'ended'; readonly isWhole: boolean }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };

/** What a sink thread is to host. */
export type SinkSpec =
  | { readonly kind: 'preview'; readonly port: number }
  /** `path`: of the node, already chosen. */
  | { readonly kind: 'v4l2loopback'; readonly path: string; readonly pixels: 'yuyv' | 'i420' | 'nv12' }
  | { readonly kind: 'pipewire'; readonly nodeName: string }
  | {
      readonly kind: 'recording';
      readonly path: string;
      readonly preset: 'live' | 'offline';
      readonly overwrite: boolean;
      readonly copyAudioFrom: string | null;
    }
  | { readonly kind: 'counting' };

/** main → sink */
export type ToSink =
  | { readonly kind: 'start'; readonly spec: SinkSpec; readonly channel: ChannelHandle; readonly rate: Rate }
  /** What a virtual camera shows while no frames come. */
  | { readonly kind: 'card'; readonly card: Uint8Array }
  /** The frame that a virtual camera holds is not to be shown again: an avatar was chosen. */
  | { readonly kind: 'forget-frame' }
  | { readonly kind: 'telemetry'; readonly telemetry: Telemetry }
  /** The avatars that a page offers. */
  | { readonly kind: 'avatars'; readonly avatars: readonly AvatarListing[] }
  | { readonly kind: 'message'; readonly severity: Severity; readonly text: string };

/** sink → main */
export type FromSink =
  | { readonly kind: 'opened'; readonly name: string; readonly address: string | null }
  | { readonly kind: 'command'; readonly command: Command }
  /** How many watch; null where it cannot be told. Sinks that never say so are taken for watched. */
  | { readonly kind: 'watchers'; readonly count: number | null }
  | { readonly kind: 'notice'; readonly severity: Severity; readonly text: string }
  | { readonly kind: 'closed'; readonly written: number }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };
