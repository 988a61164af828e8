import { ConsentWatch } from '../avatar/consent-watch.js';
import { type AvatarPack, readPackFile } from '../avatar/open-pack.js';
import { listAvatars } from '../avatar/store.js';
import { openWearable, requireAccepted } from '../avatar/wearable.js';
import type { AvatarFiles } from '../effects/avatar-effect.js';
import { checkPackGraph } from '../effects/check-pack-graph.js';
import { UserError } from '../errors.js';
import type { OpenWearable } from './wardrobe.js';

/** The names of all avatars that can be read, sorted. */
export function avatarNames(): readonly string[] {
  return listAvatars()
    .filter(({ problem }) => problem === null)
    .map(({ name }) => name);
}

/** Opens a pack of the store or in a folder; without a name the demo avatar, which comes with mien. See OpenWearable. */
export const openWearablePack: OpenWearable = async (nameOrPath, scope) => {
  const name = nameOrPath === '' ? demoAvatar() : nameOrPath;
  const wearable = openWearable(name, { scope, checkGraph: checkPackGraph });
  const { pack } = wearable;
  return {
    name: pack.manifest.title,
    files: filesOf(pack),
    still: pack.manifest.preview === null ? null : readPackFile(pack, pack.manifest.preview),
    until: pack.consent.record.validUntil,
    refuses: (use) => {
      try {
        requireAccepted(pack, wearable.judge([use]));
        return null;
      } catch (error) {
        if (error instanceof UserError) return error;
        throw error;
      }
    },
    watch: (onRefused) => {
      const watch = new ConsentWatch(wearable, { onRefused });
      return () => watch.stop();
    },
  };
};

/** What is worn of a pack: the bytes that were signed. */
function filesOf(pack: AvatarPack): AvatarFiles {
  const { title, network, texture } = pack.manifest;
  const weights = network.run === 'int8' && network.int8 ? network.int8.file : network.fp32.file;
  return {
    name: title,
    network: readPackFile(pack, weights),
    texture: texture === null ? null : readPackFile(pack, texture.file),
  };
}

function demoAvatar(): string {
  const demo = listAvatars().find(({ origin }) => origin === 'built-in');
  if (demo) return demo.path;
  throw new UserError(
    'AVATAR_MISSING',
    'No avatar was named, and none comes with this mien.',
    'Name one with --avatar, make one with "mien avatar create", or take one in with "mien avatar import".',
  );
}
