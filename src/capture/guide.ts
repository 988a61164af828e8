/** One part of a guided recording: what the user is asked to do. */
export interface GuideStep {
  readonly seconds: number;
  /** A few words, shown large. */
  readonly title: string;
  /** How, in one sentence. */
  readonly how: string;
}

/**
 * What the network has to see once of its user: 60 s. The face at rest comes first, since all else is measured against it;
 * turns are slow, for a blurred picture teaches nothing.
 */
export const GUIDE: readonly GuideStep[] = [
  { seconds: 6, title: 'Look at the camera', how: 'Face at rest, mouth closed, as when you listen.' },
  {
    seconds: 12,
    title: 'Turn your head',
    how: 'Slowly to the left, and slowly to the right, as far as you can see the screen.',
  },
  { seconds: 8, title: 'Nod', how: 'Slowly up to the ceiling, down to the table, then tilt to each shoulder.' },
  { seconds: 16, title: 'Talk', how: 'Count aloud from one to twenty, or say what you see.' },
  { seconds: 6, title: 'Blink', how: 'Blink a few times, then keep your eyes shut for a second.' },
  { seconds: 6, title: 'Look around', how: 'With your eyes only: left, right, up, down.' },
  { seconds: 6, title: 'Smile, and open wide', how: 'Smile with your teeth, open your mouth wide, raise your brows.' },
];

/** How long all of it takes, in seconds. */
export const GUIDE_SECONDS = GUIDE.reduce((sum, { seconds }) => sum + seconds, 0);

/** The step at a moment of the recording, and how much of it is left, in seconds; the last one from its end on. */
export function guideAt(seconds: number): { readonly index: number; readonly step: GuideStep; readonly leftS: number } {
  let end = 0;
  for (const [index, step] of GUIDE.entries()) {
    end += step.seconds;
    if (seconds < end) return { index, step, leftS: end - seconds };
  }
  return { index: GUIDE.length - 1, step: GUIDE.at(-1)!, leftS: 0 };
}
