import { CameraSource } from './camera-source.js';
import { ClipSource } from './clip-source.js';
import type { FrameSource } from './source.js';
import { SyntheticSource } from './synthetic-source.js';
import type { ControlWishes } from './v4l2/set-controls.js';

/** Which source to open and how: plain data, made from the config on the main thread, opened on the capture thread. */
export type SourceSpec = CameraSpec | ClipSpec;

interface PictureSpec {
  /** Both null: the size that the source has. */
  readonly width: number | null;
  readonly height: number | null;
  /** Frames a second; null: the rate that the source has. */
  readonly fps: number | null;
  readonly fit: 'letterbox' | 'crop';
}

/** A webcam. */
export interface CameraSpec extends PictureSpec {
  readonly kind: 'camera';
  /** Path, name, index, or `auto`. */
  readonly camera: string;
  /** Open it only while somebody watches. */
  readonly onDemand: boolean;
  /** Its controls, by name. */
  readonly controls: ControlWishes;
}

/** A file, or the synthetic picture. */
export interface ClipSpec extends PictureSpec {
  readonly kind: 'clip';
  /** `synthetic`, or the path of a file that FFmpeg reads. */
  readonly input: string;
  readonly loop: boolean;
  /** Deliver frames at their rate, as a camera does; else as fast as they are taken. */
  readonly paced: boolean;
  /** End after so many frames; null: when the source ends. */
  readonly frameLimit: number | null;
}

/** Makes the source that a spec names; it is opened on the thread that reads it. */
export function createSource(spec: SourceSpec): FrameSource {
  const picture = {
    width: spec.width ?? undefined,
    height: spec.height ?? undefined,
    fps: spec.fps ?? undefined,
    fit: spec.fit,
  };
  if (spec.kind === 'camera') {
    const { camera, onDemand, controls } = spec;
    return new CameraSource({ ...picture, camera, onDemand, controls });
  }
  const { input, loop, paced, frameLimit } = spec;
  if (input === 'synthetic') return new SyntheticSource({ ...picture, paced, frameLimit: frameLimit ?? undefined });
  return new ClipSource(input, { ...picture, loop, paced });
}
