import type { Scope } from '../avatar/consent.js';
import type { SourceSpec } from '../capture/create-source.js';
import type { LiveSettings } from '../config/settings.js';
import type { I420Layout } from '../frame/i420.js';
import type { AvatarCard } from '../output/avatar-card.js';
import type { AvatarListing } from '../output/avatar-stills.js';
import type { CardState } from '../output/card.js';
import type { SinkSpec } from './messages.js';
import type { OpenWearable } from './wardrobe.js';

/** What a loop is started with. */
export interface LoopOptions {
  readonly source: SourceSpec;
  readonly sinks: readonly SinkSpec[];
  readonly settings: LiveSettings;
  /** `live`: the newest frame wins, late ones are dropped. `offline`: every frame, however long it takes. */
  readonly mode: 'live' | 'offline';
  /** Where a recording goes that is started while the loop runs. */
  readonly nextRecording: () => Extract<SinkSpec, { kind: 'recording' }>;
  /** Draws what is shown in place of the camera's picture, in the size of the stream. */
  readonly renderCard: (layout: I420Layout, state: CardState) => Promise<Uint8Array>;
  readonly avatars: AvatarOptions;
}

/** Where avatars come from, and how one is told of that cannot be worn just now. */
export interface AvatarOptions {
  readonly open: OpenWearable;
  /** All that there are, by name. */
  readonly list: () => readonly AvatarListing[];
  /** What the virtual camera is used for. */
  readonly wornFor: Extract<Scope, 'live-calls' | 'streaming'>;
  /** Draws what is shown in place of frames that the avatar cannot be worn in. */
  readonly renderCard: (layout: I420Layout, card: AvatarCard) => Promise<Uint8Array>;
}
