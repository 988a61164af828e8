import { nullOn } from '../../system/libc.js';
import type { V4l2Device } from '../../system/v4l2/device.js';
import { Control, cString, QueryCtrl, QueryMenu } from '../../system/v4l2/structs.js';

/** A setting of a camera, as the driver tells of it. */
export interface CameraControl {
  readonly id: number;
  /** Lower case, words joined by `_`, as `v4l2-ctl -l` shows it: "exposure_time_absolute". */
  readonly name: string;
  readonly kind: 'number' | 'switch' | 'menu' | 'button';
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly default: number;
  /** What it is set to; null for buttons and what can only be written. */
  readonly value: number | null;
  /** The choices of a menu by their numbers; gaps are common. */
  readonly options: readonly { readonly index: number; readonly label: string }[];
  readonly isReadOnly: boolean;
  /** Has no effect at present, since an automatic sets it. */
  readonly isInactive: boolean;
}

/** Whatever has controls: a camera, or one in memory. */
export interface ControlDevice {
  /** @throws SystemCallError */
  listControls(): CameraControl[];
  /** @throws SystemCallError: EBUSY while another program holds it, ERANGE. */
  setControl(id: number, value: number): void;
}

/** enum v4l2_ctrl_type; what is not here (64-bit numbers, bit masks, strings, arrays, headings) is no setting of a webcam. */
const KINDS = new Map<number, CameraControl['kind']>([
  [1, 'number'],
  [2, 'switch'],
  [3, 'menu'],
  [4, 'button'],
  [9, 'menu'], // of integers
]);
const TYPE_INTEGER_MENU = 9;

// V4L2_CTRL_FLAG_*
const DISABLED = 0x1;
const GRABBED = 0x2;
const READ_ONLY = 0x4;
const INACTIVE = 0x10;
const WRITE_ONLY = 0x40;
const NEXT_CTRL = 0x8000_0000;

/** The driver has no such control or choice, or cannot tell its value now (a sleeping sensor: EIO, EACCES). */
const REFUSALS = ['EINVAL', 'ENOTTY', 'EACCES', 'EIO'];

/** A menu that claims more choices than this is asked for no more of them. */
const OPTIONS_MAX = 64;

/** The controls of an open device, in the driver's order, disabled ones left out. @throws SystemCallError. */
export function listControls(device: Pick<V4l2Device, 'call'>): CameraControl[] {
  const controls: CameraControl[] = [];
  let id = 0;
  for (;;) {
    const found = query(device, id);
    if (!found || found.id <= id) return controls;
    id = found.id;
    const kind = KINDS.get(found.type);
    if (!kind || found.flags & DISABLED) continue;
    const canRead = kind !== 'button' && !(found.flags & WRITE_ONLY);
    controls.push({
      id,
      name: controlName(cString(found.name)),
      kind,
      min: found.minimum,
      max: found.maximum,
      step: found.step,
      default: found.default_value,
      value: canRead ? currentValue(device, id) : null,
      options: kind === 'menu' ? listOptions(device, found) : [],
      isReadOnly: (found.flags & (READ_ONLY | GRABBED)) !== 0,
      isInactive: (found.flags & INACTIVE) !== 0,
    });
  }
}

/** Sets one control. @throws SystemCallError. */
export function setControl(device: Pick<V4l2Device, 'call'>, id: number, value: number): void {
  device.call('S_CTRL', Control, { id, value });
}

/** "Exposure, Auto" becomes "exposure_auto": letters and digits in lower case, whatever lies between becomes one `_`. */
export function controlName(driverName: string): string {
  return driverName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

interface FoundControl {
  readonly id: number;
  readonly type: number;
  readonly name: Uint8Array;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly default_value: number;
  readonly flags: number;
}

function query(device: Pick<V4l2Device, 'call'>, after: number): FoundControl | null {
  return nullOn(REFUSALS, () => device.call<FoundControl>('QUERYCTRL', QueryCtrl, { id: (after | NEXT_CTRL) >>> 0 }));
}

function currentValue(device: Pick<V4l2Device, 'call'>, id: number): number | null {
  return nullOn(REFUSALS, () => device.call<{ value: number }>('G_CTRL', Control, { id }).value);
}

function listOptions(device: Pick<V4l2Device, 'call'>, menu: FoundControl): CameraControl['options'] {
  const options: { index: number; label: string }[] = [];
  const last = Math.min(menu.maximum, menu.minimum + OPTIONS_MAX - 1);
  for (let index = menu.minimum; index <= last; index++) {
    const found = nullOn(REFUSALS, () =>
      device.call<{ name: Uint8Array }>('QUERYMENU', QueryMenu, { id: menu.id, index }),
    );
    if (!found) continue;
    const bytes = Buffer.from(found.name);
    const label = menu.type === TYPE_INTEGER_MENU ? String(bytes.readBigInt64LE(0)) : cString(bytes);
    options.push({ index, label });
  }
  return options;
}
