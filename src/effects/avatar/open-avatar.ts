import { AvatarNetwork } from '../../inference/avatar-network.js';
import type { OpenAvatar } from '../avatar-effect.js';
import { AvatarSwap } from './avatar-swap.js';

/** Loads an avatar that mien trained. See OpenAvatar. */
export const openAvatar: OpenAvatar = async (kernels, files) =>
  new AvatarSwap(await AvatarNetwork.open(kernels, files.network));
