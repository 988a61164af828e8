import type { z } from 'zod';
import { AvatarKind, AvatarName, Source } from '../avatar/fields.js';
import { UserError } from '../errors.js';

/** What the user wishes for, unchecked. */
export interface AvatarWishes {
  readonly portrait?: string;
  readonly recording?: string;
  readonly record?: boolean;
  readonly driver?: string;
  readonly drivers?: string;
  readonly driversSource?: string;
  readonly keepRecording?: boolean;
  readonly kind?: string;
  readonly source?: string;
  readonly licence?: string;
  readonly title?: string;
}

/** Who moves the avatar while it is trained. */
export type DriverPlan =
  | { readonly kind: 'guided'; readonly keep: boolean }
  | { readonly kind: 'recording'; readonly path: string }
  | { readonly kind: 'faces'; readonly folder: string; readonly source: string | null };

/** What is to be made: enough, and nothing that contradicts itself. */
export interface CreatePlan {
  readonly name: string;
  readonly title: string;
  readonly kind: AvatarKind;
  readonly source: z.infer<typeof Source> | null;
  /** Where the face is taken from: a picture, or a recording of whoever is depicted. */
  readonly face: { readonly kind: 'portrait' | 'recording'; readonly path: string };
  readonly driver: DriverPlan;
}

/**
 * What the user asks for, or why that cannot be. Looks at no file.
 * @throws UserError CONFIG_INVALID.
 */
export function planAvatar(name: string, options: AvatarWishes): CreatePlan {
  requireName(name);
  const kind = kindOf(options.kind);
  return {
    name,
    title: options.title ?? name,
    kind,
    source: sourceOf(kind, options),
    face: faceOf(options),
    driver: driverOf(options),
  };
}

/** @throws UserError CONFIG_INVALID if it is no name of an avatar. */
export function requireName(name: string): void {
  if (AvatarName.safeParse(name).success) return;
  throw invalid(
    `"${name}" cannot be the name of an avatar: expected small letters, digits and single hyphens, 40 at most.`,
    'Choose a name like my-face; --title takes any words.',
  );
}

function faceOf({ portrait, recording }: AvatarWishes): CreatePlan['face'] {
  if (portrait !== undefined && recording !== undefined) {
    throw invalid('--portrait and --recording were given; the face is taken from one of them.', 'Keep one of the two.');
  }
  if (portrait !== undefined) return { kind: 'portrait', path: portrait };
  if (recording !== undefined) return { kind: 'recording', path: recording };
  throw invalid(
    'An avatar needs a face, and none was given.',
    'Name a picture of it with --portrait FILE: one face, seen from the front, well lit; or a recording with --recording FILE.',
  );
}

function kindOf(given: string | undefined): AvatarKind {
  const { success, data } = AvatarKind.safeParse(given);
  if (success) return data;
  const found = given === undefined ? 'it was not said whose face this is' : `"${given}" is no kind of face`;
  throw invalid(
    `An avatar wears a face that was given: ${found}.`,
    'Say it with --kind: self (yours), person (somebody who agrees, by a key of their own), synthetic (nobody), or public-domain (an old painting, say).',
  );
}

function sourceOf(kind: AvatarKind, { source, licence }: AvatarWishes): CreatePlan['source'] {
  if (kind === 'self' || kind === 'person') {
    const extra = source !== undefined ? '--source' : licence !== undefined ? '--licence' : null;
    if (extra === null) return null;
    throw invalid(
      `${extra} has no meaning for --kind ${kind}: what counts there is the consent of the person, not a licence.`,
      `Leave out ${extra}, or choose --kind synthetic or public-domain.`,
    );
  }
  const missing = [source === undefined ? '--source' : null, licence === undefined ? '--licence' : null].filter(
    Boolean,
  );
  if (missing.length > 0) {
    throw invalid(
      `A face of kind ${kind} is worn by what its source allows, and ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing.`,
      kind === 'synthetic'
        ? 'Say what made it and under which terms: --source "made with …" --licence CC0-1.0'
        : 'Say which work it is and why it is free: --source "Mona Lisa, Leonardo da Vinci" --licence "public domain: author died 1519"',
    );
  }
  const parsed = Source.safeParse({ description: source, licence });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const flag = issue?.path[0] === 'licence' ? '--licence' : '--source';
  throw invalid(`${flag} cannot be taken: ${issue?.message}.`, 'Give one line of plain text.');
}

function driverOf({ record, driver, drivers, driversSource, keepRecording }: AvatarWishes): DriverPlan {
  const given = [record ? '--record' : null, driver && '--driver', drivers && '--drivers'].filter(Boolean);
  if (given.length > 1) {
    throw invalid(
      `${given.join(' and ')} were given; the avatar learns from one of them.`,
      'Keep the one that shows you best: --record, or --driver with a recording of a minute.',
    );
  }
  if (keepRecording && !record) {
    throw invalid(
      '--keep-recording keeps what --record records, and nothing is to be recorded.',
      'Leave it out: your own files are never deleted.',
    );
  }
  if (driversSource !== undefined && drivers === undefined) {
    throw invalid(
      '--drivers-source tells of the faces of --drivers, and none were given.',
      'Leave it out, or give both.',
    );
  }
  if (record) return { kind: 'guided', keep: keepRecording ?? false };
  if (driver !== undefined) return { kind: 'recording', path: driver };
  if (drivers !== undefined) return { kind: 'faces', folder: drivers, source: driversSource ?? null };
  throw invalid(
    'It was not said who moves the avatar while it learns.',
    'Best is --record: a minute of you before the webcam. Or --driver FILE, a recording of you; or --drivers FOLDER, pictures and clips of many faces, for an avatar that fits anybody, less exactly.',
  );
}

function invalid(message: string, remedy: string): UserError {
  return new UserError('CONFIG_INVALID', message, remedy);
}
