import { AvatarNetwork } from '../../inference/avatar-network.js';
import type { OpenAvatar } from '../avatar-effect.js';
import { AvatarSwap } from './avatar-swap.js';
import { loadSkin } from './load-skin.js';

/** Loads an avatar that mien trained. See OpenAvatar. */
export const openAvatar: OpenAvatar = async (kernels, { network: bytes, texture }) => {
  const network = await AvatarNetwork.open(kernels, bytes);
  try {
    return new AvatarSwap(network, texture === null ? null : await loadSkin(texture, network.size));
  } catch (error) {
    await network.close();
    throw error;
  }
};
