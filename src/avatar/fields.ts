import { z } from 'zod';
import { printable } from './canonical-json.js';

/** A line of text that is shown to people: no control, formatting or line-break characters that could disguise it. */
export const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'expected one line of visible text')
    .refine((text) => text === text.trim().normalize('NFC'), 'expected text without spaces around it, in Unicode NFC');

/** The name of an avatar: of its folder, in settings and on the command line. */
export const AvatarName = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected small letters, digits and single hyphens');

/** SHA-256 in hexadecimal. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

/** A moment in UTC, as `Date.toISOString` writes it. */
export const Moment = z
  .string()
  .max(30)
  .refine(
    (text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text,
    'expected a moment in UTC like 2026-01-31T12:00:00.000Z',
  );

/** Whose face it is: the user's own, another person's, nobody's, or one that belongs to everybody. */
export const AvatarKind = z.enum(['self', 'person', 'synthetic', 'public-domain']);
export type AvatarKind = z.infer<typeof AvatarKind>;

/** Where a face that is nobody's own comes from, and what allows its use. */
export const Source = z.strictObject({
  /** Which picture or recording, by whom. */
  description: line(400),
  /** Licence (SPDX where there is one) or the reason why none is needed. */
  licence: line(120),
});

/** What is wrong with a value, in words: the first issue that the schema found. */
export function describeIssue({ issues }: z.ZodError): string {
  const issue = issues[0]!;
  // Names of entries are somebody else's text.
  const path = printable(issue.path.map(String).join('.'));
  // A long list of unknown keys is somebody's, not ours: only how many there are.
  const words = issue.code === 'unrecognized_keys' ? `${issue.keys.length} unknown entries` : issue.message;
  return path === '' ? words : `"${path}": ${words}`;
}
