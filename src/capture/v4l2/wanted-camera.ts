import { UserError } from '../../errors.js';
import { SystemCallError } from '../../system/libc.js';
import type { DeviceIdentity } from '../../system/v4l2/device.js';
import type { SourceStatus } from '../../telemetry/telemetry.js';
import type { CameraHost, CaptureDevice } from './capture-device.js';
import { AUTO_CAMERA, captureDevices, findAgain, findCamera } from './find-camera.js';
import { statusOfTrouble } from './trouble.js';

/** The camera that was asked for. The one that is found first is the one that is looked for when it goes away. */
export class WantedCamera {
  readonly #wanted: string;
  readonly #host: CameraHost;
  #known: DeviceIdentity | null = null;

  /** @param wanted - path, name, index, or `auto`: see `findCamera`. */
  constructor(wanted: string, host: CameraHost) {
    this.#wanted = wanted;
    this.#host = host;
  }

  /** For people. */
  get name(): string {
    return this.#known?.card ?? (this.#wanted === AUTO_CAMERA ? 'Webcam' : `Webcam "${this.#wanted}"`);
  }

  /** Finds and opens it. @throws UserError as `findCamera`. @throws SystemCallError if it may not or cannot be opened. */
  open(): CaptureDevice {
    this.#known = this.#find();
    return this.#host.open(this.#known.path);
  }

  /** What to tell of an error that came while it was opened or used. @throws the error, if it is a bug. */
  statusOf(error: unknown): SourceStatus {
    const path = this.#known?.path ?? this.#wanted;
    return statusOfTrouble(error, this.name, () => this.#host.holders(path));
  }

  #find(): DeviceIdentity {
    const { devices, unreadable } = this.#host.list();
    const isPath = this.#wanted.startsWith('/');
    const wanted = isPath ? this.#host.resolve(this.#wanted) : this.#wanted;
    if (this.#known) {
      // Another camera may take its place only where the user named the place.
      const inItsPlace = isPath ? captureDevices(devices).find(({ path }) => path === wanted) : undefined;
      return findAgain(this.#known, devices) ?? inItsPlace ?? missing(this.#known);
    }
    const refused = unreadable.find(({ path }) => path === wanted || captureDevices(devices).length === 0);
    if (refused) throw new SystemCallError(`opening ${refused.path}`, refused.code, 0);
    return findCamera(wanted, devices);
  }
}

function missing({ card }: DeviceIdentity): never {
  throw new UserError('DEVICE_MISSING', `${card} is unplugged.`, 'Plug it in again.');
}
