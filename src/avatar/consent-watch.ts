import { UserError } from '../errors.js';
import { printable } from './canonical-json.js';
import { invalidPack } from './invalid-pack.js';
import type { AvatarPack } from './open-pack.js';
import { isPackFileName } from './pack-layout.js';
import { requireAccepted, type Wearable } from './wearable.js';

/** How often a worn avatar is looked at again, in milliseconds. */
export const WATCH_EVERY_MS = 60_000;

/** What a watch does, and tells. */
export interface WatchOptions {
  /** Called once, with the reason, when the avatar may no longer be worn; the watch is over then. */
  readonly onRefused: (reason: UserError) => void;
  /** Default: `WATCH_EVERY_MS`. */
  readonly everyMs?: number;
}

/**
 * Looks every minute, and at the moment when the consent ends, whether a worn avatar may still be worn: its files are the
 * signed ones, its consent holds, nobody took it back. What cannot be checked is refused. For the main thread: files are
 * hashed in pieces between which other work runs, and no thread that carries frames waits for it.
 */
export class ConsentWatch {
  readonly #wearable: Wearable;
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  /** Starts at once; the first look comes after `everyMs`, since opening was a look. */
  constructor(wearable: Wearable, options: WatchOptions) {
    this.#wearable = wearable;
    this.#options = options;
    this.#plan();
  }

  /** Ends the watch; nothing is called afterwards. Safe to call twice. */
  stop(): void {
    this.#isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #plan(): void {
    const { everyMs = WATCH_EVERY_MS } = this.#options;
    const { validUntil } = this.#wearable.pack.consent.record;
    const left = validUntil === null ? everyMs : Date.parse(validUntil) - Date.now();
    this.#timer = setTimeout(() => void this.#look(), Math.max(0, Math.min(everyMs, left)));
    this.#timer.unref(); // it keeps no finished program alive
  }

  async #look(): Promise<void> {
    const refused = await whyRefused(this.#wearable);
    if (this.#isOver) return;
    if (refused === null) return this.#plan();
    this.stop();
    this.#options.onRefused(refused);
  }
}

/** Looks once; null if the avatar may be worn. */
export async function whyRefused({ pack, judge }: Wearable): Promise<UserError | null> {
  try {
    requireAccepted(pack, judge()); // first, since it takes no time
    await requireUnchanged(pack);
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    const { message } = error as Error;
    return new UserError(
      'CONSENT_REFUSED',
      `Whether the avatar ${pack.manifest.name} may be worn cannot be checked: ${message}.`,
      'Mend that, and choose the avatar again.',
      { cause: error },
    );
  }
}

async function requireUnchanged({ where, files, hashes }: AvatarPack): Promise<void> {
  for (const name of files.list()) {
    const isSigned = name === 'signature.json' || (isPackFileName(name) && hashes.has(name));
    if (!isSigned) throw invalidPack(where, `holds ${printable(name)}, which was not there when it was put on`);
  }
  for (const [name, hash] of hashes) {
    if ((await files.hash(name)) !== hash) throw invalidPack(where, `has another ${name} than when it was put on`);
  }
}
