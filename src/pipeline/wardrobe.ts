import type { Scope } from '../avatar/consent.js';
import type { AvatarFiles } from '../effects/avatar-effect.js';
import { UserError } from '../errors.js';
import type { AvatarCard, AvatarCardState } from '../output/avatar-card.js';
import type { AvatarStatus, WearStatus, WithheldReason } from '../telemetry/telemetry.js';
import { WITHHELD_WORDS } from '../telemetry/withheld-words.js';

/** An avatar whose pack was opened and verified, and whose consent holds. */
export interface WearableAvatar {
  /** As the user is told of it. */
  readonly name: string;
  readonly files: AvatarFiles;
  /** Shown on cards: a PNG. */
  readonly still: Uint8Array | null;
  /** When its consent ends, in ISO 8601; null if it does not. */
  readonly until: string | null;
  /** Why it may not be used for this as well; null if it may. */
  refuses(use: Scope): UserError | null;
  /** Looks every minute whether it may still be worn; tells once that it may not. @returns what ends the watch. */
  watch(onRefused: (reason: UserError) => void): () => void;
}

/** Finds an avatar, verifies it and makes sure that it may be worn for all of these uses. @throws UserError. */
export type OpenWearable = (nameOrPath: string, scope: readonly Scope[]) => Promise<WearableAvatar>;

/** What a wardrobe does with what it decides. */
export interface WardrobeEvents {
  /** The avatar to wear from now on; null: none may be worn. */
  wear(files: AvatarFiles | null): void;
  /** What is shown in place of frames that the avatar cannot be worn in. */
  card(card: AvatarCard): void;
  /** The avatar that was chosen cannot or may not be worn; the user is to be told why. */
  refused(reason: UserError): void;
}

type Chosen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'opening'; readonly name: string }
  | { readonly kind: 'wearable'; readonly avatar: WearableAvatar; readonly unwatch: () => void }
  | { readonly kind: 'refused'; readonly name: string; readonly error: UserError };

const LOADING: WearStatus = { kind: 'withheld', shows: 'card', reason: 'loading', words: WITHHELD_WORDS.loading };

const CARD_STATES: Readonly<Record<WithheldReason, AvatarCardState>> = {
  loading: 'loading',
  'no face': 'no face',
  unsure: 'unclear face',
  slipped: 'unclear face',
  new: 'loading',
  'other faces': 'other faces',
  'cannot be worn': 'unclear face',
  'not covered': 'failed',
  failed: 'failed',
};

/**
 * Which avatar is worn, seen from the main thread: opens and verifies packs, has their consent judged when one is chosen
 * and every minute while it is worn, and says what the card shows. An avatar whose consent does not hold is taken off at
 * once; the effect stays what the user chose, so that the card is shown and never their own face.
 */
export class Wardrobe {
  readonly #open: OpenWearable;
  readonly #scope: () => readonly Scope[];
  readonly #events: WardrobeEvents;
  #chosen: Chosen = { kind: 'nothing' };
  #wear: WearStatus = LOADING;
  /** Counts choices: what an older one brings counts no more. */
  #choice = 0;

  /** @param scope - what an avatar would be worn for now. */
  constructor(open: OpenWearable, scope: () => readonly Scope[], events: WardrobeEvents) {
    this.#open = open;
    this.#scope = scope;
    this.#events = events;
  }

  get status(): AvatarStatus {
    const chosen = this.#chosen;
    if (chosen.kind === 'nothing') return { kind: 'off' };
    if (chosen.kind === 'refused') return { kind: 'refused', name: chosen.name, reason: chosen.error.message };
    const { name, until } = chosen.kind === 'wearable' ? chosen.avatar : { name: chosen.name, until: null };
    return { kind: 'chosen', name, until, wear: this.#wear };
  }

  /**
   * Puts an avatar on, or takes it off. One that is worn stays on until the new one is verified.
   *
   * @param nameOrPath - null for none.
   */
  async choose(nameOrPath: string | null): Promise<void> {
    const choice = ++this.#choice;
    if (nameOrPath === null) {
      this.close();
      this.#events.wear(null);
      return;
    }
    if (this.#chosen.kind !== 'wearable') {
      this.#chosen = { kind: 'opening', name: nameOrPath };
      this.#wear = LOADING;
      this.#events.card({ name: nameOrPath, still: null, state: 'loading' });
    }
    try {
      const avatar = await this.#open(nameOrPath, this.#scope());
      if (choice === this.#choice) this.#putOn(avatar);
    } catch (error) {
      if (choice === this.#choice) this.#refuse(nameOrPath, asUserError(error, nameOrPath));
    }
  }

  /** Why the avatar may not be recorded; null if it may, or none is worn. */
  refusesRecording(): UserError | null {
    return this.#chosen.kind === 'wearable' ? this.#chosen.avatar.refuses('recording') : null;
  }

  /** The engine says what leaves. */
  worn(wear: WearStatus): void {
    this.#wear = wear;
    if (this.#chosen.kind === 'wearable' && wear.kind === 'withheld') {
      const { name, still } = this.#chosen.avatar;
      this.#events.card({ name, still, state: CARD_STATES[wear.reason] });
    }
  }

  /** The engine could not load the avatar. */
  failed(error: Error): void {
    const { status } = this;
    if (status.kind !== 'off') this.#refuse(status.name, asUserError(error, status.name));
  }

  /** Nothing is worn any more, and nothing watched. */
  close(): void {
    this.#choice++;
    if (this.#chosen.kind === 'wearable') this.#chosen.unwatch();
    this.#chosen = { kind: 'nothing' };
  }

  #putOn(avatar: WearableAvatar): void {
    this.close();
    const unwatch = avatar.watch((reason) => this.#refuse(avatar.name, reason));
    this.#chosen = { kind: 'wearable', avatar, unwatch };
    this.#events.card({ name: avatar.name, still: avatar.still, state: 'loading' });
    this.#events.wear(avatar.files);
  }

  #refuse(name: string, error: UserError): void {
    this.close();
    this.#chosen = { kind: 'refused', name, error };
    this.#events.wear(null);
    // No still: a face that may not be worn is not shown either.
    this.#events.card({ name, still: null, state: error.code === 'CONSENT_REFUSED' ? 'refused' : 'failed' });
    this.#events.refused(error);
  }
}

function asUserError(error: unknown, name: string): UserError {
  if (error instanceof UserError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError('AVATAR_INVALID', `The avatar ${name} cannot be worn: ${reason}.`, 'Choose another avatar.', {
    cause: error,
  });
}
