import { CameraSource } from './camera-source.js';
import { ClipSource } from './clip-source.js';
import type { FrameSource } from './source.js';
import { SyntheticSource } from './synthetic-source.js';
import type { ControlWishes } from './v4l2/set-controls.js';

/** Which source to open and how: plain data, made from the config on the main thread, opened on the capture thread. */
export interface SourceSpec {
  /** A camera by path, name or index, or `auto`, in place of `input`; null: none. */
  readonly camera: string | null;
  /** Open the camera only while somebody watches. */
  readonly onDemand: boolean;
  /** Controls of the camera, by name. */
  readonly controls: ControlWishes;
  /** `synthetic`, or the path of a file that FFmpeg reads. */
  readonly input: string;
  /** Both null: the size that the source has. */
  readonly width: number | null;
  readonly height: number | null;
  /** Frames a second; null: the rate that the source has. */
  readonly fps: number | null;
  readonly fit: 'letterbox' | 'crop';
  readonly loop: boolean;
  /** Deliver frames at their rate, as a camera does; else as fast as they are taken. */
  readonly paced: boolean;
  /** End after so many frames; null: when the source ends. */
  readonly frameLimit: number | null;
}

/** Makes the source that a spec names; it is opened on the thread that reads it. */
export function createSource(spec: SourceSpec): FrameSource {
  const { camera, onDemand, controls, input, width, height, fps, fit, loop, paced, frameLimit } = spec;
  if (camera !== null) {
    return new CameraSource({
      camera,
      width: width ?? undefined,
      height: height ?? undefined,
      fps: fps ?? undefined,
      fit,
      onDemand,
      controls,
    });
  }
  if (input === 'synthetic') {
    return new SyntheticSource({
      width: width ?? undefined,
      height: height ?? undefined,
      fps: fps ?? undefined,
      paced,
      frameLimit: frameLimit ?? undefined,
    });
  }
  return new ClipSource(input, {
    width: width ?? undefined,
    height: height ?? undefined,
    fps: fps ?? undefined,
    fit,
    loop,
    paced,
  });
}
