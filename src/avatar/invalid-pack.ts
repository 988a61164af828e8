import { UserError } from '../errors.js';
import { printable } from './canonical-json.js';

/** A pack that is refused. `found` follows its name: "has no avatar.json". */
export function invalidPack(where: string, found: string, options?: ErrorOptions): UserError {
  return new UserError(
    'AVATAR_INVALID',
    `The avatar ${printable(where)} ${found}.`,
    'Get the pack anew from whoever made it.',
    options,
  );
}
