import type { ClipSpec, SourceSpec } from '../capture/create-source.js';
import { demoClipPath } from '../capture/demo-clip.js';
import { AUTO_CAMERA, captureDevices } from '../capture/v4l2/find-camera.js';
import { type Config, sidesOf } from '../config/config.js';
import { LOOPBACK_DRIVER, listVideoDevices } from '../system/v4l2/list-devices.js';

/** The demo's own 400x300 would be a poor camera: it plays at the size that calls use. */
const DEMO_SIZE = { width: 1280, height: 720 } as const;

/** The synthetic picture has no size or rate of its own. */
const SYNTHETIC = { width: 1280, height: 720, fps: 30 } as const;

/** What to open, and what the user should know of the choice. */
export interface ChosenSource {
  readonly spec: SourceSpec;
  readonly note: string | null;
}

/**
 * What `mien run` opens: the webcam that was asked for, there or not; for `auto` a webcam if there is one; else a clip
 * played as if it were a camera.
 */
export function chooseLiveSource(config: Config): ChosenSource {
  const spec = sourceSpecOf(config, { paced: true, loop: config.loop });
  if (config.source !== 'auto' && config.source !== 'camera') return { spec, note: uselessNote(config) };
  if (config.camera === undefined && config.source === 'auto') {
    const { devices, unreadable } = listVideoDevices();
    if (!captureDevices(devices).some(({ driver }) => driver !== LOOPBACK_DRIVER)) {
      const closed = unreadable.filter(({ code }) => code === 'EACCES').map(({ path }) => path);
      const why = closed.length > 0 ? `this user may not open ${closed.join(', ')}` : 'no webcam was found';
      return { spec, note: `playing the demo clip: ${why}. "mien doctor" tells what to do` };
    }
  }
  const size = sidesOf(config.size);
  return {
    spec: {
      kind: 'camera',
      camera: config.camera ?? AUTO_CAMERA,
      onDemand: config.onDemand,
      controls: config.control ?? {},
      width: size?.width ?? null,
      height: size?.height ?? null,
      fps: config.fps ?? null,
      fit: config.fit,
    },
    note: null,
  };
}

/** What was said of a webcam has no effect on a clip: worth a word, since one of the two may be a slip. */
function uselessNote({ source, camera, control, onDemand }: Config): string | null {
  const given = Object.entries({ camera, control, 'on-demand': onDemand || undefined });
  const names = given.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (names.length === 0) return null;
  return `without effect: ${names.join(', ')}; the source is ${source}, not a webcam`;
}

/** The clip to play for this config, whatever webcams there are. `paced`: deliver frames at their rate, as a camera does. */
export function sourceSpecOf(config: Config, { paced, loop }: { paced: boolean; loop: boolean }): ClipSpec {
  const isDemo = config.source === 'auto' || config.source === 'camera' || config.source === 'demo';
  const isSynthetic = config.source === 'synthetic';
  const size = sidesOf(config.size) ?? (isDemo ? DEMO_SIZE : isSynthetic ? SYNTHETIC : null);
  return {
    kind: 'clip',
    input: isDemo ? demoClipPath() : config.source,
    width: size?.width ?? null,
    height: size?.height ?? null,
    fps: config.fps ?? (isSynthetic ? SYNTHETIC.fps : null),
    fit: config.fit,
    loop,
    paced,
    frameLimit: null,
  };
}
