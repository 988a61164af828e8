import type { FaceAlignment } from '../blending/face-window.js';
import type { Kernels } from '../kernels/kernels.js';
import type { Effect } from './effect.js';

/** The portrait's face for the fine skin, and the shapes that it is moved by. */
export interface AvatarTexture {
  readonly png: Uint8Array;
  /** Where the face's points lie: 468 × (u, v), shares of width and height. */
  readonly points: Float32Array;
  /** The avatar's face at rest: 468 × (x, y, z) in canonical cm. */
  readonly avatar: Float32Array;
  /** That of the user whom it was trained for; null if it was for anybody: it is then learnt while it is worn. */
  readonly user: Float32Array | null;
}

/**
 * What an avatar is worn with: bytes that were verified, never a path to them, so that what was checked is what is worn.
 * Plain data that can be sent to another thread.
 */
export interface AvatarFiles {
  /** As the user is told of it. */
  readonly name: string;
  /** The network, ONNX: `face` float32 [1, 3, S, S] to `avatar` float32 [1, 4, S, S]; or one of DeepFaceLab's. */
  readonly network: Uint8Array;
  /** Which it is, and what it sees of a head. Default: mien's own. */
  readonly alignment?: FaceAlignment;
  /** Null if the pack has none: the skin is then as soft as the network's picture. */
  readonly texture: AvatarTexture | null;
}

/** An avatar that is ready to be worn. Its `prepare` never gives `nothing`: a face that it cannot cover is withheld. */
export interface AvatarEffect extends Effect {
  /** Why the last frame was withheld, in words for the user; null if it was not. */
  readonly reason: string | null;
  /** Lets go of its network. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Loads an avatar; `configure` is called on the result before anything else. Everything it allocates, then or now, comes
 * from `kernels`: a block of the engine's kernel memory that is this avatar's alone and used anew once it is closed. Two
 * avatars lie side by side while one takes the place of the other.
 *
 * @throws UserError MODEL_CHANGED if the network is not one that can be worn.
 */
export type OpenAvatar = (kernels: Kernels, files: AvatarFiles) => Promise<AvatarEffect>;
