import { ConsentWatch } from '../avatar/consent-watch.js';
import { type AvatarPack, readPackFile } from '../avatar/open-pack.js';
import { FolderFiles } from '../avatar/pack-files.js';
import { listAvatars } from '../avatar/store.js';
import { openWearable, requireAccepted } from '../avatar/wearable.js';
import type { AvatarFiles, AvatarTexture } from '../effects/avatar-effect.js';
import { checkPackGraph } from '../effects/check-pack-graph.js';
import { UserError } from '../errors.js';
import type { AvatarListing } from '../output/avatar-stills.js';
import type { OpenWearable } from './wardrobe.js';

/** All avatars that can be read, by name. */
export function listWearable(): readonly AvatarListing[] {
  const listed = listAvatars().filter(({ problem }) => problem === null);
  const demo = listed.find(({ origin }) => origin === 'built-in');
  return listed.map(({ name, title, path }) => ({
    name,
    title: title ?? name,
    isDemo: name === demo?.name,
    still: stillOf(path),
  }));
}

/** The picture of a pack as it lies there: whether it is the one that was signed does not matter for a list. */
function stillOf(path: string): Uint8Array | null {
  try {
    const files = new FolderFiles(path);
    return files.list().includes('preview.png') ? files.read('preview.png') : null;
  } catch {
    return null; // why, is told when the avatar is put on
  }
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

/** What is worn of a pack: the bytes that were signed. @throws UserError AVATAR_INVALID if they have changed since. */
export function filesOf(pack: AvatarPack): AvatarFiles {
  const { title, network, alignment } = pack.manifest;
  const weights = network.run === 'int8' && network.int8 ? network.int8.file : network.fp32.file;
  return {
    name: title,
    network: readPackFile(pack, weights),
    alignment,
    texture: textureOf(pack),
  };
}

function textureOf(pack: AvatarPack): AvatarTexture | null {
  const { texture, neutral } = pack.manifest;
  if (texture === null || neutral.avatar === null) return null;
  return {
    png: readPackFile(pack, texture.file),
    points: Float32Array.from(texture.points.flat()),
    avatar: Float32Array.from(neutral.avatar.flat()),
    user: neutral.user === null ? null : Float32Array.from(neutral.user.flat()),
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
