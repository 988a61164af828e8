import { MESH_POINTS } from '../../blending/canonical-face.js';
import type { SkinTextures } from '../../blending/fine-skin.js';
import type { FaceNetwork } from '../../inference/avatar-network.js';
import { sharp } from '../../system/sharp.js';
import type { AvatarTexture } from '../avatar-effect.js';
import { loadSkin, MOST_PIXELS } from './load-skin.js';

/** What mien makes has 640 pixels a side; a larger picture is made smaller. */
const MOST_SIDE = 1024;

/** The portrait's face as the guide is drawn of it. */
export interface GuidePicture {
  readonly width: number;
  readonly height: number;
  /** RGBA, width × height. */
  readonly data: Uint8Array;
  /** Where the face's points lie: MESH_POINTS × (u, v) in pixels. */
  readonly points: Float32Array;
}

/** A portrait that was read, and the shapes that it is moved by. */
export interface WornPortrait {
  readonly skin: SkinTextures;
  /** Null if the network takes no guide. */
  readonly guide: GuidePicture | null;
  /** The user's face at rest, MESH_POINTS × (x, y, z) in canonical cm, if somebody measured it. */
  readonly user: Float32Array | null;
}

/** Reads a portrait for a network. @throws Error of the picture library if the bytes are no picture, or too large a one. */
export async function loadPortrait(texture: AvatarTexture, network: FaceNetwork): Promise<WornPortrait> {
  return {
    skin: await loadSkin(texture, network.size),
    guide: network.guideAddress === null ? null : await loadGuide(texture),
    user: texture.user,
  };
}

async function loadGuide({ png, points }: AvatarTexture): Promise<GuidePicture> {
  const { data, info } = await sharp(png, { limitInputPixels: MOST_PIXELS })
    .resize({ width: MOST_SIDE, height: MOST_SIDE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const places = Float32Array.from({ length: 2 * MESH_POINTS }, (_, i) => points[i]! * (i % 2 === 0 ? width : height));
  return { width, height, data, points: places };
}
