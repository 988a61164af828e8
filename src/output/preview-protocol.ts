import { z } from 'zod';
import { LiveSettingsPatch } from '../config/settings.js';
import type { Rate } from '../frame/frame.js';
import type { Severity, Telemetry } from '../telemetry/telemetry.js';
import type { TrainingTelemetry } from '../telemetry/training-telemetry.js';

/** An avatar as the page offers it. */
export interface PageAvatar {
  readonly name: string;
  readonly title: string;
  /** Whether it is the one that is worn where none is named. */
  readonly isDemo: boolean;
  /** Its still: a path below the page's address; null for none. */
  readonly picture: string | null;
}

/** What the server says in text. Pictures are binary: see `framePicture`. NaN travels as null. */
export type ServerMessage =
  | { readonly type: 'hello'; readonly width: number; readonly height: number; readonly rate: Rate }
  | { readonly type: 'telemetry'; readonly telemetry: Telemetry }
  /** On the page of a training, in place of `telemetry`. */
  | { readonly type: 'training'; readonly telemetry: TrainingTelemetry }
  | { readonly type: 'avatars'; readonly avatars: readonly PageAvatar[] }
  | { readonly type: 'message'; readonly severity: Severity; readonly text: string };

/** What a page may ask of mien. Quitting is not among it: closing a page must not end a call. */
const PageCommand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('set'), patch: LiveSettingsPatch }),
  z.strictObject({ kind: z.literal('record'), on: z.boolean() }),
  z.strictObject({ kind: z.literal('confirm-face') }),
]);

const ClientMessage = z.discriminatedUnion('type', [
  /** The page has drawn this picture and can take another. */
  z.strictObject({ type: z.literal('ack'), picture: z.number().int().min(0) }),
  /** Where this page's divider between before and after stands, as a part of the width. */
  z.strictObject({ type: z.literal('view'), split: z.number().min(0).max(1) }),
  z.strictObject({ type: z.literal('command'), command: PageCommand }),
]);
/** What the page says to the server. */
export type ClientMessage = z.infer<typeof ClientMessage>;

/** Reads what a page sent: the message, or one sentence that says what is wrong with it. Never throws. */
export function parseClientMessage(
  text: string,
): { readonly ok: true; readonly message: ClientMessage } | { readonly ok: false; readonly reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: an answer for whoever sent it, not a failure of ours.
    return { ok: false, reason: 'The page sent a message that is not JSON.' };
  }
  const parsed = ClientMessage.safeParse(json);
  if (parsed.success) return { ok: true, message: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  return { ok: false, reason: `The page sent a message that mien does not understand${where}: ${issue?.message}.` };
}

/** Bytes in front of every JPEG. */
export const pictureHeaderBytes = 16;

/** Set in the header's flags when the left part of the picture is the camera's, before the effects. */
export const flagSplit = 1;

/**
 * Puts the header in front of a JPEG, little-endian: u32 number of the picture (to acknowledge), u32 flags, f64 when the
 * picture was taken, in milliseconds since 1970 (the clock that the page has too).
 */
export function framePicture(picture: number, flags: number, takenAtMs: number, jpeg: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(pictureHeaderBytes + jpeg.byteLength);
  framed.writeUInt32LE(picture >>> 0, 0);
  framed.writeUInt32LE(flags, 4);
  framed.writeDoubleLE(takenAtMs, 8);
  framed.set(jpeg, pictureHeaderBytes);
  return framed;
}
