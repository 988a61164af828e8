/** A picture for screens: `width * height * 3` bytes of sRGB, row-major, without padding. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The same moment three times, all of one size: whom the network sees, what it should make of it, and what it makes. */
export interface TrainingSample {
  readonly driver: RgbPicture;
  readonly target: RgbPicture;
  readonly result: RgbPicture;
}

/** What the making of an avatar is at. */
export type TrainingStage =
  /** From the recording or pictures to pairs of what is seen and what is wanted. `total` is null until it is known. */
  | { readonly kind: 'targets'; readonly doing: string; readonly done: number; readonly total: number | null }
  | { readonly kind: 'training'; readonly figures: TrainingFigures }
  /** Measuring, making it small and fast, writing the pack; `done` of `total` parts. */
  | { readonly kind: 'finishing'; readonly doing: string; readonly done: number; readonly total: number };

/** How training is going. */
export interface TrainingFigures {
  /** Steps of Adam in all, those before a pause included. */
  readonly step: number;
  /** Of the last steps, smoothed; NaN before the first. */
  readonly loss: number;
  /** Over the last seconds; NaN before the first. */
  readonly imagesPerSecond: number;
  /** Trained so far, in seconds, without pauses. */
  readonly trainedS: number;
  /** Trained in the end, in seconds. */
  readonly goalS: number;
}

/** The making of an avatar at one moment: all that the terminal and the page show of it. Plain data. */
export interface TrainingTelemetry {
  /** The avatar's name. */
  readonly name: string;
  /** Side of the network's picture in pixels. */
  readonly size: number;
  readonly stage: TrainingStage;
  /** Smoothed loss, evenly spread over the time trained, oldest first. */
  readonly losses: readonly number[];
}
