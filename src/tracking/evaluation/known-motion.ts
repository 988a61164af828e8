/** Where a still picture of a face has been moved to: shifts in pixels, a turn in radians, then a zoom, about a point. */
export interface Pose {
  readonly shiftX: number;
  readonly shiftY: number;
  readonly turn: number;
  readonly zoom: number;
}

/** A pose for each moment, in seconds. Exact for any moment, so that a lag can be measured to a fraction of a frame. */
export type KnownMotion = (seconds: number) => Pose;

/** Steps of the quick motion in pixels; one every STEP_EVERY seconds, each taking STEP_TIME. */
const STEPS = [0, 160, -120, 60, -160, 90, 0, 140, -60];
const STEP_EVERY = 1.2;
const STEP_TIME = 0.35;

/**
 * The motions that filters are judged by, for a face about 270 px wide in 1280x720: breathing and a slow sway (up to
 * 20 px/s), a lively talker (up to 200 px/s), fast nods (up to 300 px/s), and quick moves with rests between them
 * (up to 1500 px/s).
 */
export const KNOWN_MOTIONS: Readonly<Record<'slow' | 'lively' | 'nods' | 'quick', KnownMotion>> = {
  slow: (t) => ({
    shiftX: wave(20, 0.15, t),
    shiftY: wave(10, 0.2, t, 1),
    turn: wave(0.04, 0.17, t),
    zoom: 1 + wave(0.03, 0.12, t),
  }),
  lively: (t) => ({
    shiftX: wave(55, 0.4, t) + wave(14, 1.3, t, 1),
    shiftY: wave(25, 0.5, t, 0.5) + wave(9, 1.7, t),
    turn: wave(0.14, 0.45, t, 0.3),
    zoom: 1 + wave(0.08, 0.33, t),
  }),
  nods: (t) => ({ shiftX: wave(4, 0.5, t), shiftY: wave(22, 2.2, t), turn: 0, zoom: 1 }),
  quick: (t) => {
    const step = Math.floor(t / STEP_EVERY);
    const from = STEPS[step % STEPS.length]!;
    const to = STEPS[(step + 1) % STEPS.length]!;
    const shift = from + (to - from) * minimumJerk((t - step * STEP_EVERY) / STEP_TIME);
    return { shiftX: shift, shiftY: 0.3 * shift, turn: 0.001 * shift, zoom: 1 };
  },
};

/** No motion at all. */
export const AT_REST: Pose = { shiftX: 0, shiftY: 0, turn: 0, zoom: 1 };

/** Where a pose takes a point of the still picture. @param about - the point that turns and zooms leave in place. */
export function movePoint(
  { shiftX, shiftY, turn, zoom }: Pose,
  about: { readonly x: number; readonly y: number },
  x: number,
  y: number,
): { x: number; y: number } {
  const cos = Math.cos(turn) * zoom;
  const sin = Math.sin(turn) * zoom;
  const dx = x - about.x;
  const dy = y - about.y;
  return { x: about.x + shiftX + cos * dx - sin * dy, y: about.y + shiftY + sin * dx + cos * dy };
}

function wave(amplitude: number, hertz: number, seconds: number, phase = 0): number {
  return amplitude * Math.sin(2 * Math.PI * hertz * seconds + phase);
}

/** How people move from one rest to another. Source: Flash & Hogan, The coordination of arm movements (1985). */
function minimumJerk(share: number): number {
  const s = Math.min(1, Math.max(0, share));
  return s * s * s * (10 - 15 * s + 6 * s * s);
}
