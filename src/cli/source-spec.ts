import type { SourceSpec } from '../capture/create-source.js';
import { demoClipPath } from '../capture/demo-clip.js';
import { type Config, sidesOf } from '../config/config.js';

/** The demo's own 400x300 would be a poor camera: it plays at the size that calls use. */
const DEMO_SIZE = { width: 1280, height: 720 } as const;

/** The synthetic picture has no size or rate of its own. */
const SYNTHETIC = { width: 1280, height: 720, fps: 30 } as const;

/** What to open for this config. `paced`: deliver frames at their rate, as a camera does. */
export function sourceSpecOf(config: Config, { paced, loop }: { paced: boolean; loop: boolean }): SourceSpec {
  const isDemo = config.source === 'auto' || config.source === 'demo';
  const isSynthetic = config.source === 'synthetic';
  const size = sidesOf(config.size) ?? (isDemo ? DEMO_SIZE : isSynthetic ? SYNTHETIC : null);
  return {
    camera: null,
    onDemand: false,
    controls: {},
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
