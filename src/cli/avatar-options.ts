import type { Config } from '../config/config.js';
import { renderAvatarCard } from '../output/avatar-card.js';
import type { AvatarOptions } from '../pipeline/loop-options.js';
import { listWearable, openWearablePack } from '../pipeline/open-wearable-pack.js';

/** The avatars of this computer, worn as the config says. */
export function avatarOptions({ wornFor }: Config): AvatarOptions {
  return {
    open: openWearablePack,
    list: listWearable,
    wornFor,
    renderCard: (layout, card) => renderAvatarCard(layout, 'mien', card),
  };
}
