import { UserError } from '../../errors.js';
import type { Micros } from '../../frame/clock.js';
import type { I420Layout } from '../../frame/i420.js';
import type { Fit } from '../../frame/picture-fit.js';
import type { Kernels } from '../../kernels/kernels.js';
import { CameraStream } from './camera-stream.js';
import type { CaptureDevice, CaptureFormat } from './capture-device.js';
import { type ChosenMode, chooseMode, type ModeWish } from './choose-mode.js';
import { decoderBytes, FrameDecoder } from './frame-decoder.js';
import { isReadable, READABLE_PIXELS } from './modes.js';
import { type ControlChanges, type ControlWishes, setControls } from './set-controls.js';

/** How a camera is to be opened, and what its frames are to become. */
export interface ConnectionOptions {
  readonly layout: I420Layout;
  readonly fps: number;
  readonly fit: Fit;
  readonly controls: ControlWishes;
  /** Told why the controls could not be set, in words for the user: a picture without them is better than none. */
  readonly onRefusal: (text: string) => void;
  readonly now: () => Micros;
  /** Kernel memory of at least so many bytes, empty. */
  readonly kernels: (bytes: number) => Promise<Kernels>;
}

/** When a frame was taken, and its number since the camera was opened; a gap is a frame that was dropped. */
export interface TakenFrame {
  sequence: number;
  capturedAt: Micros;
}

/** A camera that streams: its device, the controls that were set for it, and the decoder of its frames. */
export class CameraConnection {
  readonly format: CaptureFormat;
  readonly #device: CaptureDevice;
  readonly #changes: ControlChanges;
  readonly #decoder: FrameDecoder;
  readonly #stream: CameraStream;
  readonly #taken: TakenFrame = { sequence: 0, capturedAt: 0 as Micros };
  #undecoded = 0;

  /**
   * Chooses a mode, sets the controls and starts the stream. The device is closed if any of it fails.
   *
   * @param device - just opened; the connection's from now on.
   * @throws SystemCallError: EBUSY while another program streams. @throws UserError INPUT_INVALID for a camera without a
   * mode that mien reads, LIBRARY_MISSING without a JPEG decoder.
   */
  static async open(device: CaptureDevice, options: ConnectionOptions): Promise<CameraConnection> {
    let changes: ControlChanges | null = null;
    let decoder: FrameDecoder | null = null;
    try {
      const { layout, fps, fit } = options;
      const mode = requireMode(device, { width: layout.width, height: layout.height, fps });
      const format = device.configure(mode);
      const kernels = await options.kernels(decoderBytes(format, layout, fit));
      decoder = await FrameDecoder.open(kernels, format, layout, fit);
      changes = setControlsOrTell(device, options);
      device.start();
      return new CameraConnection(device, format, changes, decoder, options.now);
    } catch (error) {
      decoder?.close();
      changes?.restore();
      device.close();
      throw error;
    }
  }

  private constructor(
    device: CaptureDevice,
    format: CaptureFormat,
    changes: ControlChanges,
    decoder: FrameDecoder,
    now: () => Micros,
  ) {
    this.format = format;
    this.#device = device;
    this.#changes = changes;
    this.#decoder = decoder;
    this.#stream = new CameraStream(device, now);
  }

  /**
   * Writes the newest frame into `into`; null if none came that can be shown. What it returns is filled anew by the next
   * call.
   *
   * @throws SystemCallError if the camera is gone or fails.
   */
  read(into: Uint8Array, timeoutMs: number): TakenFrame | null {
    const frame = this.#stream.next(timeoutMs);
    if (!frame) return null;
    if (!this.#decoder.decode(frame.data, frame.bytesUsed, into)) {
      this.#undecoded++;
      return null;
    }
    this.#taken.sequence = frame.sequence;
    this.#taken.capturedAt = frame.capturedAt;
    return this.#taken;
  }

  /** Frames that came damaged or cut off since it was opened, and were left out. */
  get damaged(): number {
    return this.#stream.counts.damaged + this.#undecoded;
  }

  /** Ends the stream and sets the controls back. */
  close(): void {
    try {
      this.#decoder.close();
      this.#device.stop();
    } finally {
      this.#changes.restore();
      this.#device.close();
    }
  }
}

function setControlsOrTell(device: CaptureDevice, { controls, onRefusal }: ConnectionOptions): ControlChanges {
  try {
    return setControls(device, controls);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onRefusal(`No control was set. ${error.message} ${error.remedy}`);
    return { restore: () => {} };
  }
}

/** The mode to open a camera in. @throws UserError INPUT_INVALID if it has none that mien reads. */
export function requireMode(device: CaptureDevice, wish: ModeWish): ChosenMode {
  const mode = chooseMode(device.listModes([wish], isReadable), wish);
  if (mode) return mode;
  const offered = [...new Set(device.listModes([]).map(({ pixels }) => pixels))].join(', ');
  throw new UserError(
    'INPUT_INVALID',
    `The camera ${device.path} offers ${offered || 'no format at all'}; mien reads ${READABLE_PIXELS.join(', ')}.`,
    'Choose another camera with --camera.',
  );
}
