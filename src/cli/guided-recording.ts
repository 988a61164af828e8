import { rmSync } from 'node:fs';
import { GUIDE, GUIDE_SECONDS, guideAt } from '../capture/guide.js';
import type { FrameSource } from '../capture/source.js';
import { UserError } from '../errors.js';
import type { FrameStamp } from '../frame/frame.js';
import type { FrameAt } from '../frame/frame-at.js';
import { Kernels } from '../kernels/kernels.js';
import { RecordingSink } from '../output/recording-sink.js';
import type { SourceStatus } from '../telemetry/telemetry.js';
import type { RgbPicture } from '../telemetry/training-telemetry.js';
import { FaceTracker } from '../tracking/face-tracker.js';
import type { GuideState } from '../tui/guide-screen.js';

/** Time to sit down, and for the camera to settle its exposure. */
const GET_READY_S = 4;
/** Kernel memory beside the frame and its RGB copy: the crops and tensors of two networks. */
const TENSOR_BYTES = 16 << 20;
/** Quick enough for somebody who moves before a mirror, slow enough for a terminal. */
const VIEW_INTERVAL_S = 0.1;
/** Width of the picture that is shown, in pixels: a terminal has no more. */
const VIEW_WIDTH = 160;
/** With a face in fewer of the frames, something was wrong with light or place. */
const FACE_SHARE_MIN = 0.7;

/** What the recorder needs. */
export interface GuidedRecordingOptions {
  /** Opened and closed by the recorder. */
  readonly source: FrameSource;
  /** Where the film goes: not there yet. */
  readonly path: string;
  readonly name: string;
  /** What the user should know of the recording while it is made. */
  readonly note: string;
  readonly show: (state: GuideState) => void;
  /** Ends it; nothing is kept. */
  readonly signal: AbortSignal;
}

/**
 * Records a minute in which the user does what they are asked to. Resolves to false if it was ended before: then there
 * is no file.
 *
 * @throws UserError if the camera goes away, if a face was seldom seen (INPUT_INVALID), or the film cannot be written.
 */
export async function recordGuided(options: GuidedRecordingOptions): Promise<boolean> {
  const { source, path, signal } = options;
  const sink = new RecordingSink(path, { preset: 'live' });
  let trouble: UserError | null = null;
  let isKept = false;
  const close = () => void source.close();
  source.onStatus = (status) => {
    trouble ??= troubleOf(status);
    if (trouble) close();
  };
  signal.addEventListener('abort', close);
  try {
    const { layout, rate } = await source.open();
    await sink.open({ layout, rate });
    const watcher = await FaceWatcher.open(layout);
    try {
      const { isWhole, faceShare } = await recordAll(options, watcher, sink);
      if (trouble) throw trouble;
      if (!isWhole) return false;
      if (faceShare < FACE_SHARE_MIN) throw tooSeldom(faceShare);
    } finally {
      await watcher.close();
    }
    await sink.close();
    isKept = true;
    return true;
  } finally {
    signal.removeEventListener('abort', close);
    await source.close();
    sink.discard();
    if (!isKept) rmSync(path, { force: true });
  }
}

async function recordAll(options: GuidedRecordingOptions, watcher: FaceWatcher, sink: RecordingSink) {
  const { source, signal } = options;
  let startAt: number | null = null;
  let shownAtS = Number.NEGATIVE_INFINITY;
  let [recorded, withFace] = [0, 0];
  let isWhole = false;
  while (!isWhole && !signal.aborted) {
    const stamp = await source.read(watcher.pixels);
    if (!stamp) break;
    startAt ??= stamp.capturedAt;
    const seconds = (stamp.capturedAt - startAt) / 1e6 - GET_READY_S;
    const hasFace = await watcher.hasFace(stamp);
    if (seconds >= 0) {
      sink.write({ ...stamp, layout: watcher.frame.layout, data: watcher.pixels });
      recorded++;
      if (hasFace) withFace++;
    }
    if (seconds - shownAtS >= VIEW_INTERVAL_S) {
      shownAtS = seconds;
      options.show({ ...guideState(seconds, options), hasFace, picture: watcher.mirrored() });
    }
    isWhole = seconds >= GUIDE_SECONDS;
  }
  return { isWhole, faceShare: withFace / Math.max(1, recorded) };
}

/** What to show so many seconds into the recording; negative before it. */
function guideState(seconds: number, { name, note }: GuidedRecordingOptions): Omit<GuideState, 'hasFace' | 'picture'> {
  const common = { name, note, totalS: GUIDE_SECONDS, recordedS: Math.max(0, seconds) };
  const titles = GUIDE.map(({ title }) => title);
  if (seconds < 0) {
    const how = 'Sit as you do in a call, with light on your face. You will be asked for one thing after the other.';
    return { ...common, phase: 'getting-ready', title: 'Get ready', how, leftS: -seconds, next: titles };
  }
  const { index, step, leftS } = guideAt(seconds);
  return { ...common, phase: 'recording', title: step.title, how: step.how, leftS, next: titles.slice(index + 1) };
}

/** The frame that is being recorded, whether there is a face in it, and a small copy to look at. */
class FaceWatcher {
  readonly frame: FrameAt;
  readonly pixels: Uint8Array;
  readonly #kernels: Kernels;
  readonly #tracker: FaceTracker;
  readonly #rgbAddress: number;

  static async open(layout: FrameAt['layout']): Promise<FaceWatcher> {
    const kernels = await Kernels.load(layout.byteLength + 3 * layout.width * layout.height + TENSOR_BYTES);
    return new FaceWatcher(layout, kernels, await FaceTracker.open(kernels));
  }

  private constructor(layout: FrameAt['layout'], kernels: Kernels, tracker: FaceTracker) {
    this.frame = { layout, address: kernels.alloc(layout.byteLength) };
    this.pixels = kernels.u8(this.frame.address, layout.byteLength);
    this.#rgbAddress = kernels.alloc(3 * layout.width * layout.height);
    this.#kernels = kernels;
    this.#tracker = tracker;
  }

  async hasFace({ capturedAt }: FrameStamp): Promise<boolean> {
    return (await this.#tracker.track(this.frame, capturedAt)) !== null;
  }

  /** Every n-th pixel of the frame, left and right exchanged: people are used to mirrors. */
  mirrored(): RgbPicture {
    const { width, height } = this.frame.layout;
    this.#kernels.i420ToRgb(this.frame, this.#rgbAddress, 3 * width);
    const whole = this.#kernels.u8(this.#rgbAddress, 3 * width * height);
    const step = Math.max(1, Math.floor(width / VIEW_WIDTH));
    const small = { width: Math.floor(width / step), height: Math.floor(height / step) };
    const rgb = new Uint8Array(3 * small.width * small.height);
    for (let y = 0, to = 0; y < small.height; y++) {
      for (let x = small.width - 1; x >= 0; x--, to += 3) {
        const from = 3 * step * (y * width + x);
        rgb.set(whole.subarray(from, from + 3), to);
      }
    }
    return { ...small, data: rgb };
  }

  close(): Promise<void> {
    return this.#tracker.close();
  }
}

/** A source goes on trying to get its camera back; a recording with a gap teaches the wrong things. */
function troubleOf(status: SourceStatus): UserError | null {
  switch (status.kind) {
    case 'missing':
    case 'failed':
      return new UserError(
        'DEVICE_MISSING',
        `The webcam gives no picture: ${status.detail}`,
        'Plug it in, then record again.',
      );
    case 'busy':
      return new UserError(
        'DEVICE_BUSY',
        `The webcam is in use${status.holder === null ? '' : ` by ${status.holder}`}.`,
        'Close the other program, or turn its camera off, then record again.',
      );
    case 'stalled':
      return new UserError(
        'DEVICE_MISSING',
        'The webcam stopped sending pictures.',
        'Plug it in anew, then record again.',
      );
    default:
      return null;
  }
}

function tooSeldom(share: number): UserError {
  return new UserError(
    'INPUT_INVALID',
    `A face was seen in ${Math.round(100 * share)} % of the recording; at least ${100 * FACE_SHARE_MIN} % is needed.`,
    'Sit nearer, with light on your face and not behind you, and record again.',
  );
}
