import { AvatarNetwork } from '../../inference/avatar-network.js';
import { DfmNetwork } from '../../inference/dfm-network.js';
import { invalidModel } from '../../inference/onnx/invalid-model.js';
import type { OpenAvatar } from '../avatar-effect.js';
import { AvatarSwap } from './avatar-swap.js';
import { loadPortrait } from './worn-portrait.js';

/** Loads an avatar that mien or DeepFaceLab trained. See OpenAvatar. */
export const openAvatar: OpenAvatar = async (kernels, { network: bytes, alignment = 'mien', texture }) => {
  const network = await (alignment === 'mien' ? AvatarNetwork : DfmNetwork).open(kernels, bytes);
  try {
    if (network.guideAddress !== null && texture === null) {
      throw invalidModel('it takes a guide, and there is no picture to draw it of');
    }
    const portrait = texture === null ? null : await loadPortrait(texture, network);
    return new AvatarSwap(network, portrait, alignment);
  } catch (error) {
    await network.close();
    throw error;
  }
};
