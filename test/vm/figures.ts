import { expect } from 'vitest';
import type { VmOptions } from './vm.js';

/** What test/vm/guest/lib/figures.mjs tells of what a viewer of the virtual camera saw for a while. */
export interface OutputFigures {
  readonly seconds: number;
  readonly frames: number;
  readonly live: number;
  readonly cards: readonly string[];
  readonly torn: number;
  readonly black: number;
  readonly other: number;
  readonly overtaken: number;
  readonly distinct: number;
  readonly repeated: number;
  readonly setBacks: number;
  readonly skipped: number;
  readonly longestPauseMs: number;
}

/** A virtual camera, and a second loopback that a fake webcam is made of. */
export const TWO_LOOPBACKS: VmOptions = {
  loopbackArgs: `devices=2 video_nr=10,11 exclusive_caps=1,1 card_label="mien,Fake Webcam"`,
  timeoutS: 900,
};

/** For one boot: a busy computer emulates slowly. */
export const PATIENCE_MS = 920_000;

/**
 * The output is to go on by itself within two seconds. The guest is emulated on a computer that may be busy, so more is
 * allowed here: what hangs, hangs for ever. The figures are printed.
 */
const PAUSE_LIMIT_MS = 10_000;

/** Every picture is one of the camera's or a card, and whole; they come without a long pause. */
export function expectGoodOutput(figures: OutputFigures): void {
  expect(figures).toMatchObject({ torn: 0, other: 0 });
  expect(figures.frames).toBeGreaterThan(0);
  expect(figures.longestPauseMs).toBeLessThan(PAUSE_LIMIT_MS);
}
