import type { Random } from './random.js';

// Things in front of the face, so that the network learns to leave them there: ellipses (a cup, a microphone), bars (an
// arm, a pen) and hands (a palm with fingers), of any colour or of the face's own, with stripes and grain.

/** A stroke with round ends; an ellipse is one whose ends meet. */
interface Capsule {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly radius: number;
}

/** Width of a cover's soft edge, in pixels. */
const EDGE = 1.5;

/**
 * Paints a random thing over a picture.
 *
 * @param picture - three planes of size × size floats, 0..1. @param cover - size × size floats: receives 1 where the thing is,
 *   0 where it is not.
 */
export function paintCover(picture: Float32Array, cover: Float32Array, size: number, random: Random): void {
  const shape = randomShape(size, random);
  const colour = random.chance(0.5) ? ownSkin(picture, size, random) : [0, 1, 2].map(() => random.between(0.05, 0.95));
  const stripes = {
    x: random.spread(0.5),
    y: random.spread(0.5),
    amount: random.chance(0.5) ? random.between(0, 0.2) : 0,
  };
  const grain = random.between(0, 0.08);
  const shade = random.spread(0.3) / size;
  const area = size * size;
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at++) {
      const alpha = Math.min(Math.max(0.5 - depthOutside(shape, x, y) / EDGE, 0), 1);
      cover[at] = alpha;
      if (alpha === 0) continue;
      const light =
        stripes.amount * Math.sin(stripes.x * x + stripes.y * y) + shade * (x - size / 2) + random.spread(grain);
      for (let channel = 0; channel < 3; channel++) {
        const to = channel * area + at;
        const value = Math.min(Math.max(colour[channel]! + light, 0), 1);
        picture[to] = picture[to]! * (1 - alpha) + value * alpha;
      }
    }
  }
}

/** Distance of a pixel to the shape, in pixels; negative inside. */
function depthOutside(shape: readonly Capsule[], x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const { x0, y0, x1, y1, radius } of shape) {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const along = Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-6), 0), 1);
    nearest = Math.min(nearest, Math.hypot(x - x0 - along * dx, y - y0 - along * dy) - radius);
  }
  return nearest;
}

function randomShape(size: number, random: Random): readonly Capsule[] {
  const x0 = random.between(0.1, 0.9) * size;
  const y0 = random.between(0.2, 1) * size;
  const turn = random.between(0, 2 * Math.PI);
  const kind = random.below(3);
  if (kind === 2) return hand(x0, y0, turn, size * random.between(0.09, 0.16), random);
  const isBar = kind === 1;
  const length = size * (isBar ? random.between(0.6, 1.5) : random.between(0, 0.15));
  const radius = size * (isBar ? random.between(0.015, 0.08) : random.between(0.05, 0.2));
  return [{ x0, y0, x1: x0 + length * Math.cos(turn), y1: y0 + length * Math.sin(turn), radius }];
}

/** A palm, three to five fingers spread from it, and a wrist opposite of them. */
function hand(x: number, y: number, turn: number, palm: number, random: Random): readonly Capsule[] {
  const spread = random.between(0.12, 0.4);
  const fingers = 3 + random.below(3);
  const limb = (angle: number, from: number, to: number, radius: number): Capsule => ({
    x0: x + from * Math.cos(angle),
    y0: y + from * Math.sin(angle),
    x1: x + to * Math.cos(angle),
    y1: y + to * Math.sin(angle),
    radius,
  });
  return [
    { x0: x, y0: y, x1: x, y1: y, radius: palm },
    limb(turn + Math.PI, 0, palm * random.between(3, 6), palm * 0.7),
    ...Array.from({ length: fingers }, (_, finger) => {
      const angle = turn + (finger - (fingers - 1) / 2) * spread;
      return limb(angle, palm * 0.7, palm * random.between(1.6, 2.6), palm * random.between(0.2, 0.27));
    }),
  ];
}

/** The colour of some pixel of the face, somewhat lighter or darker: the user's own hand is the hardest to tell from it. */
function ownSkin(picture: Float32Array, size: number, random: Random): readonly number[] {
  const [x, y] = [random.between(0.35, 0.65), random.between(0.35, 0.65)].map((share) => Math.floor(share * size)) as [
    number,
    number,
  ];
  const light = random.between(0.75, 1.25);
  return [0, 1, 2].map((channel) => picture[(channel * size + y) * size + x]! * light);
}
