import type { DueClock } from '../../../src/capture/due-timer.js';
import type {
  CameraHost,
  CaptureDevice,
  CaptureFormat,
  FilledBuffer,
} from '../../../src/capture/v4l2/capture-device.js';
import type { ChosenMode } from '../../../src/capture/v4l2/choose-mode.js';
import type { CameraControl } from '../../../src/capture/v4l2/controls.js';
import type { CameraMode } from '../../../src/capture/v4l2/modes.js';
import type { Micros } from '../../../src/frame/clock.js';
import type { Size } from '../../../src/frame/picture-fit.js';
import { SystemCallError } from '../../../src/system/libc.js';
import type { DeviceIdentity } from '../../../src/system/v4l2/device.js';
import { CAP } from '../../../src/system/v4l2/structs.js';

/** Time that passes only when somebody waits, and things that happen at set times. */
export class FakeClock implements DueClock {
  #now = 1_000_000;
  readonly #events: { at: number; run: () => void }[] = [];
  #isCancelled = false;

  now(): Micros {
    return this.#now as Micros;
  }

  /** Something to happen `seconds` from now. */
  in(seconds: number, run: () => void): void {
    this.#events.push({ at: this.#now + seconds * 1e6, run });
    this.#events.sort((a, b) => a.at - b.at);
  }

  /** Lets time pass, and what is due happen. Stops at `cancel`. */
  passTo(until: number): void {
    this.#isCancelled = false;
    while (this.#events[0] && this.#events[0].at <= until && !this.#isCancelled) {
      const { at, run } = this.#events.shift()!;
      this.#now = Math.max(this.#now, at);
      run();
    }
    if (!this.#isCancelled) this.#now = Math.max(this.#now, until);
  }

  async waitUntil(due: Micros): Promise<void> {
    this.passTo(due);
  }

  cancel(): void {
    this.#isCancelled = true;
  }
}

/** A camera in memory: a grey picture whose luma is the number of the frame. */
export class FakeCamera {
  readonly identity: DeviceIdentity;
  modes: CameraMode[] = [mode('YU12', 64, 36, [30])];
  controls: CameraControl[] = [];
  /** What happens to calls: thrown by the one named. */
  failing: Partial<Record<'open' | 'configure' | 'start' | 'queue' | 'wait', string>> = {};
  /** Gives no frames while false. */
  isRunning = true;
  isPlugged = true;
  opened = 0;
  /** Stamps are shifted by so much: another clock. */
  stampShiftUs = 0;
  /** Frames that are damaged, and cut short, by their sequence. */
  damaged = new Set<number>();
  truncated = new Set<number>();

  constructor(path = '/dev/video0', card = 'Test Camera', bus = 'usb-1', driver = 'uvcvideo') {
    this.identity = { path, card, bus, driver, caps: CAP.VIDEO_CAPTURE | CAP.STREAMING };
  }
}

export function mode(pixels: string, width: number, height: number, rates: number[]): CameraMode {
  return { pixels, isReadable: pixels !== 'H264', width, height, rates };
}

/** A control that is a number from 0 to 255, or what `change` makes of it. */
export function control(id: number, name: string, change: Partial<CameraControl> = {}): CameraControl {
  const base: CameraControl = {
    id,
    name,
    kind: 'number',
    min: 0,
    max: 255,
    step: 1,
    default: 128,
    value: 128,
    options: [],
    isReadOnly: false,
    isInactive: false,
  };
  return { ...base, ...change };
}

/** The machine's cameras, in memory. */
export class FakeHost implements CameraHost {
  cameras: FakeCamera[] = [];
  links = new Map<string, string>();
  refused: { path: string; code: string }[] = [];
  holder: string | null = 'firefox (process 4711)';
  openDevices = 0;

  constructor(readonly clock: FakeClock) {}

  list() {
    const devices = this.cameras.filter(({ isPlugged }) => isPlugged).map(({ identity }) => identity);
    return { devices, unreadable: this.refused };
  }

  resolve(path: string): string {
    return this.links.get(path) ?? path;
  }

  open(path: string): CaptureDevice {
    const camera = this.cameras.find(({ identity, isPlugged }) => isPlugged && identity.path === path);
    if (!camera) throw new SystemCallError(`opening ${path}`, 'ENOENT', 2);
    return new FakeDevice(camera, this);
  }

  holders(): string | null {
    return this.holder;
  }
}

class FakeDevice implements CaptureDevice {
  readonly path: string;
  buffers: Uint8Array[] = [];
  readonly #camera: FakeCamera;
  readonly #host: FakeHost;
  readonly #queued: number[] = [];
  readonly #filled: FilledBuffer[] = [];
  #format: CaptureFormat | null = null;
  #startedAt = 0;
  #produced = 0;
  #isOpen = true;

  constructor(camera: FakeCamera, host: FakeHost) {
    this.#camera = camera;
    this.#host = host;
    this.path = camera.identity.path;
    this.#try('open');
    camera.opened++;
    host.openDevices++;
  }

  listModes(_also: readonly Size[], isWanted: (pixels: string) => boolean = () => true): CameraMode[] {
    return this.#camera.modes.filter(({ pixels }) => isWanted(pixels));
  }

  listControls(): CameraControl[] {
    return this.#camera.controls.map((control) => ({ ...control }));
  }

  setControl(id: number, value: number): void {
    this.#try('queue');
    this.#camera.controls = this.#camera.controls.map((control) =>
      control.id === id ? { ...control, value } : control,
    );
  }

  configure({ pixels, width, height, fps }: ChosenMode): CaptureFormat {
    this.#try('configure');
    const byteLength = pixels === 'MJPG' ? width * height : (width * height * 3) / 2;
    this.#format = { pixels, width, height, strideBytes: width, byteLength, isFullRange: false, isBt709: false, fps };
    return this.#format;
  }

  start(): void {
    this.#try('start');
    this.buffers = Array.from({ length: 4 }, () => new Uint8Array(this.#format!.byteLength).fill(128));
    for (let index = 0; index < 4; index++) this.#queued.push(index);
    this.#startedAt = this.#host.clock.now();
  }

  wait(timeoutMs: number): boolean {
    const { clock } = this.#host;
    const until = clock.now() + timeoutMs * 1000;
    for (;;) {
      this.#try('wait');
      this.#fill();
      if (this.#filled.length > 0) return true;
      if (clock.now() >= until) return false;
      clock.passTo(Math.min(until, Math.max(clock.now() + 1, this.#dueAt())));
    }
  }

  dequeue(): FilledBuffer | null {
    this.#try('wait');
    return this.#filled.shift() ?? null;
  }

  queue(index: number): void {
    this.#try('queue');
    this.#queued.push(index);
  }

  stop(): void {
    this.buffers = [];
  }

  close(): void {
    this.stop();
    if (this.#isOpen) this.#host.openDevices--;
    this.#isOpen = false;
  }

  #intervalUs(): number {
    return 1e6 / this.#format!.fps;
  }

  #dueAt(): number {
    return this.#startedAt + (this.#produced + 1) * this.#intervalUs();
  }

  /** As a driver does: a frame that finds no buffer is lost, and counted. */
  #fill(): void {
    while (this.#dueAt() <= this.#host.clock.now()) {
      const at = this.#dueAt();
      const sequence = this.#produced++;
      const index = this.#camera.isRunning ? this.#queued.shift() : undefined;
      if (index === undefined) continue;
      const buffer = this.buffers[index]!;
      buffer.fill(sequence % 200, 0, this.#format!.width * this.#format!.height);
      this.#filled.push({
        index,
        bytesUsed: this.#camera.truncated.has(sequence) ? 100 : buffer.length,
        isDamaged: this.#camera.damaged.has(sequence),
        sequence,
        capturedAt: (at + this.#camera.stampShiftUs) as Micros,
      });
    }
  }

  #try(call: keyof FakeCamera['failing']): void {
    if (!this.#camera.isPlugged) throw new SystemCallError(`${call} on ${this.path}`, 'ENODEV', 19);
    const code = this.#camera.failing[call];
    if (code) throw new SystemCallError(`${call} on ${this.path}`, code, 5);
  }
}
