import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { UserError } from '../errors.js';
import type { Micros } from '../frame/clock.js';
import type { FrameStamp, Rate } from '../frame/frame.js';
import { type I420Layout, i420Layout } from '../frame/i420.js';
import { chooseFrameSize, evenSize, type Fit } from '../frame/picture-fit.js';
import { Kernels } from '../kernels/kernels.js';
import { SystemCallError } from '../system/libc.js';
import type { SourceStatus } from '../telemetry/telemetry.js';
import { type DueClock, DueTimer } from './due-timer.js';
import { frameInterval, rateFromFps } from './frame-rate.js';
import type { FrameSource, SourceInfo } from './source.js';
import { CameraConnection, requireMode } from './v4l2/camera-connection.js';
import { type CameraEvent, type CameraState, initialState, isSameStatus, nextState } from './v4l2/camera-state.js';
import type { CameraHost, CaptureDevice } from './v4l2/capture-device.js';
import type { ChosenMode, ModeWish } from './v4l2/choose-mode.js';
import { kernelCameras } from './v4l2/kernel-camera.js';
import { type ControlWishes, planControls } from './v4l2/set-controls.js';
import { WantedCamera } from './v4l2/wanted-camera.js';

/** Which camera to read, and how. */
export interface CameraOptions {
  /** Path, name, index, or `auto`: see `findCamera`. */
  readonly camera: string;
  /** Size of the frames. Without: that of the camera's mode nearest to 1280x720. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Frames a second to ask the camera for. Default: 30. */
  readonly fps?: number | undefined;
  /** How a picture of another shape fills the frame. */
  readonly fit: Fit;
  /** Opens the camera only while somebody watches. */
  readonly onDemand: boolean;
  /** Controls to set while the camera is open; they are set back when it is closed. */
  readonly controls: ControlWishes;
}

/** What calls use, and what is wanted of a camera unless something else is. */
export const USUAL = { width: 1280, height: 720, fps: 30 } as const;

/** The longest wait for a frame or a camera before messages of other threads get their turn. */
const TURN_MS = 50;
/** A sleeper is woken by `setWatched`; this is only how long one timer lasts. */
const NAP_US = 60_000_000;

const TICK: CameraEvent = { kind: 'tick' };
const FRAME: CameraEvent = { kind: 'frame' };

/**
 * A webcam as a source that never gives up: a camera that is missing, busy, failing or silent is tried again every half
 * second, and its state told through `onStatus`. Frames have one size for as long as the source is open, whatever camera
 * comes back.
 */
export class CameraSource implements FrameSource {
  onStatus?: (status: SourceStatus) => void;
  onWarning?: (text: string) => void;
  readonly #options: CameraOptions;
  readonly #camera: WantedCamera;
  readonly #clock: DueClock;
  #layout: I420Layout = i420Layout(USUAL.width, USUAL.height);
  #rate: Rate = { num: USUAL.fps, den: 1 };
  #state: CameraState;
  #connection: CameraConnection | null = null;
  #connecting: Promise<void> | null = null;
  #kernels: { readonly memory: Kernels; readonly empty: number } | null = null;
  #isClosed = false;
  /** Why the controls could not be set, as it was told last. */
  #toldRefusal: string | null = null;
  /** The number of the first frame of this connection, and of the last frame of all. */
  #firstSequence = 0;
  #sequence = -1;
  #firstAt: Micros | null = null;
  /** Damaged frames of connections before this one, and how many of all are the next to be told of. */
  #damagedBefore = 0;
  #damagedToTell = 1;

  /** @param host - where cameras are; @param clock - what is waited on. Tests put their own in their place. */
  constructor(options: CameraOptions, host: CameraHost = kernelCameras, clock: DueClock = new DueTimer()) {
    this.#options = options;
    this.#camera = new WantedCamera(options.camera, host);
    this.#clock = clock;
    this.#state = initialState(options.onDemand);
  }

  /**
   * Settles size and rate by what the camera offers, without starting it. A camera that is not there or cannot be asked
   * is no error: the frames then have the usual size, and `read` waits for it.
   *
   * @throws UserError CONFIG_INVALID for a size, a rate or controls that cannot be, or a name that several cameras have.
   */
  async open(): Promise<SourceInfo> {
    const { width, height, fps } = this.#options;
    if (fps !== undefined) this.#rate = rateFromFps(fps);
    const asked = chooseFrameSize(USUAL, { width, height });
    const found = this.#ask({ ...asked, fps: fps ?? USUAL.fps });
    const size = width === undefined && height === undefined && found ? evenSize(found) : asked;
    if (found && fps === undefined) this.#rate = rateFromFps(Math.max(1, found.fps));
    this.#layout = i420Layout(size.width, size.height);
    this.onStatus?.(this.#state.status);
    return {
      name: this.#camera.name,
      layout: this.#layout,
      rate: this.#rate,
      frameCount: null,
    };
  }

  async read(into: Uint8Array): Promise<FrameStamp | null> {
    for (;;) {
      // Messages are heard between any two waits, and `close` ends every one of them.
      await eventLoopTurn();
      if (this.#isClosed) return null;
      this.#apply(TICK);
      const { phase } = this.#state;
      const now = this.#clock.now();
      switch (phase.kind) {
        case 'asleep':
          await this.#clock.waitUntil((now + NAP_US) as Micros);
          break;
        case 'away':
          if (now < phase.retryAt) await this.#clock.waitUntil(phase.retryAt);
          else await this.#connect();
          break;
        case 'open': {
          const stamp = this.#next(into);
          if (stamp) return stamp;
        }
      }
    }
  }

  setWatched(isWatched: boolean): void {
    if (!this.#options.onDemand) return;
    this.#apply({ kind: 'watched', isWatched });
    this.#clock.cancel();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#clock.cancel();
    await this.#connecting;
    this.#disconnect();
  }

  /** The newest frame of the open camera; null if none came within a turn, or the camera was lost. */
  #next(into: Uint8Array): FrameStamp | null {
    const connection = this.#connection!;
    const startedAt = this.#clock.now();
    try {
      const taken = connection.read(into, TURN_MS);
      this.#tellDamaged(this.#damagedBefore + connection.damaged);
      if (taken) return this.#stamp(taken.sequence, taken.capturedAt);
    } catch (error) {
      this.#apply({ kind: 'lost', why: this.#camera.statusOf(error) });
      return null;
    }
    // A process that was stopped for a while has not waited for the camera all that time.
    const waitedUs = Math.min(this.#clock.now() - startedAt, 2 * TURN_MS * 1000);
    this.#apply({ kind: 'quiet', waitedUs, intervalUs: 1e6 / connection.format.fps });
    return null;
  }

  /** The first one is told of, the tenth, the hundredth…: a bad cable must not fill the screen. */
  #tellDamaged(count: number): void {
    if (count < this.#damagedToTell) return;
    this.#damagedToTell = 10 ** String(count).length;
    this.onWarning?.(`${this.#camera.name}: ${count} damaged ${count === 1 ? 'picture' : 'pictures'} left out so far`);
  }

  /** Once: the camera may be opened many times. */
  #tellRefusal(text: string): void {
    if (text === this.#toldRefusal) return;
    this.#toldRefusal = text;
    this.onWarning?.(`${this.#camera.name}: ${text}`);
  }

  #stamp(sequence: number, capturedAt: Micros): FrameStamp {
    this.#apply(FRAME);
    this.#sequence = this.#firstSequence + sequence;
    this.#firstAt ??= capturedAt;
    return { sequence: this.#sequence, capturedAt, pts: (capturedAt - this.#firstAt) / 1e6 };
  }

  #connect(): Promise<void> {
    this.#connecting = this.#tryConnect().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #tryConnect(): Promise<void> {
    try {
      const { fit, controls } = this.#options;
      const connection = await CameraConnection.open(this.#camera.open(), {
        layout: this.#layout,
        fps: 1 / frameInterval(this.#rate),
        fit,
        controls,
        onRefusal: (text) => this.#tellRefusal(text),
        now: () => this.#clock.now(),
        kernels: (bytes) => this.#memory(bytes),
      });
      this.#connection = connection;
      this.#firstSequence = this.#sequence + 1;
      this.#apply({ kind: 'opened' });
    } catch (error) {
      this.#apply({ kind: 'lost', why: this.#camera.statusOf(error) });
    }
  }

  /** The mode that the camera would be opened in; null where it cannot be asked now. */
  #ask(wish: ModeWish): ChosenMode | null {
    let device: CaptureDevice | null = null;
    try {
      device = this.#camera.open();
      planControls(device, this.#options.controls);
      return requireMode(device, wish);
    } catch (error) {
      const isForLater =
        error instanceof UserError ? error.code !== 'CONFIG_INVALID' : error instanceof SystemCallError;
      if (isForLater) return null;
      throw error;
    } finally {
      device?.close();
    }
  }

  async #memory(bytes: number): Promise<Kernels> {
    this.#kernels?.memory.release(this.#kernels.empty);
    if (!this.#kernels || this.#kernels.memory.bytesLeft < bytes) {
      const memory = await Kernels.load(bytes);
      this.#kernels = { memory, empty: memory.mark() };
    }
    return this.#kernels.memory;
  }

  #apply(event: CameraEvent): void {
    const before = this.#state;
    this.#state = nextState(before, event, this.#clock.now());
    if (this.#state.phase.kind !== 'open') this.#disconnect();
    if (!isSameStatus(before.status, this.#state.status)) this.onStatus?.(this.#state.status);
  }

  #disconnect(): void {
    this.#damagedBefore += this.#connection?.damaged ?? 0;
    this.#connection?.close();
    this.#connection = null;
  }
}
