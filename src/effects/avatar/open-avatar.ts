import { AvatarNetwork } from '../../inference/avatar-network.js';
import { DfmNetwork } from '../../inference/dfm-network.js';
import type { OpenAvatar } from '../avatar-effect.js';
import { AvatarSwap } from './avatar-swap.js';
import { loadSkin } from './load-skin.js';

/** Loads an avatar that mien or DeepFaceLab trained. See OpenAvatar. */
export const openAvatar: OpenAvatar = async (kernels, { network: bytes, alignment = 'mien', texture }) => {
  const network = await (alignment === 'mien' ? AvatarNetwork : DfmNetwork).open(kernels, bytes);
  try {
    const skin = texture === null ? null : await loadSkin(texture, network.size);
    return new AvatarSwap(network, skin, alignment);
  } catch (error) {
    await network.close();
    throw error;
  }
};
