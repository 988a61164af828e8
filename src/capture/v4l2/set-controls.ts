import { nearest } from '../../config/nearest.js';
import { UserError } from '../../errors.js';
import { SystemCallError } from '../../system/libc.js';
import type { CameraControl, ControlDevice } from './controls.js';

/** What controls are to be set to, by name: a number, on or off, the label of a menu's choice. */
export type ControlWishes = Readonly<Record<string, number | string | boolean>>;

/** Controls that were set, and can be set back. */
export interface ControlChanges {
  /**
   * Sets what was changed back to what it was, in reverse order: an automatic that was switched off comes last. A device
   * that is gone is left alone. Does nothing when called again.
   */
  restore(): void;
}

interface Setting {
  readonly control: CameraControl;
  readonly value: number;
}

/**
 * Sets controls by name. Automatics are set first, so that what they free can be set in the same go.
 *
 * @throws UserError CONFIG_INVALID for a name or value that the camera does not have, or a control that cannot be set
 * now; whatever was set before it is set back. @throws SystemCallError.
 */
export function setControls(device: ControlDevice, wishes: ControlWishes): ControlChanges {
  const settings = planControls(device, wishes);
  const changed: Setting[] = [];
  const restore = () => {
    for (const { control, value } of changed.splice(0).reverse()) setBack(device, control, value);
  };
  try {
    for (const { control, value } of settings) {
      const now = device.listControls();
      const before = now.find(({ id }) => id === control.id);
      if (!before) continue;
      requireActive(before, now);
      set(device, before, value);
      if (before.value !== null && before.value !== value) changed.push({ control: before, value: before.value });
    }
  } catch (error) {
    restore();
    throw error;
  }
  return { restore };
}

/**
 * What to set, in order, without setting it.
 *
 * @throws SystemCallError. @throws UserError CONFIG_INVALID for a name or value that the camera does not have, a control
 * that is read-only, or one that has no effect while no automatic is to be set that could free it.
 */
export function planControls(device: ControlDevice, wishes: ControlWishes): Setting[] {
  if (Object.keys(wishes).length === 0) return []; // listing them takes a hundred calls
  const controls = device.listControls();
  const settings = Object.entries(wishes).map(([name, wish]) => {
    const control = findControl(controls, name);
    if (control.isReadOnly) {
      throw invalid(`The control ${control.name} can only be read.`, 'Leave it out of the camera controls.');
    }
    return { control, value: valueFor(control, wish) };
  });
  const automatics = settings.filter(({ control }) => isAutomatic(control));
  const others = settings.filter(({ control }) => !isAutomatic(control));
  if (automatics.length === 0) for (const { control } of others) requireActive(control, controls);
  return [...automatics, ...others];
}

/** By name, the order of its words aside: kernels before 5.17 say "exposure_auto", later ones "auto_exposure". */
function findControl(controls: readonly CameraControl[], name: string): CameraControl {
  const words = sortedWords(name);
  const found =
    controls.find((control) => control.name === name) ?? controls.find((c) => sortedWords(c.name) === words);
  if (found) return found;
  const names = controls.map((control) => control.name);
  const meant = nearest(name, names);
  throw invalid(
    `The camera has no control "${name}".`,
    meant
      ? `Did you mean ${meant}?`
      : names.length > 0
        ? `It has ${names.join(', ')}.`
        : 'It has no controls at all: leave them out.',
  );
}

function valueFor(control: CameraControl, wish: number | string | boolean): number {
  const { kind, name, min, max } = control;
  if (kind === 'menu') return choiceFor(control, wish);
  const number = numberOf(wish);
  const [least, most] = kind === 'number' ? [min, max] : [0, 1];
  if (number !== null && number >= least && number <= most) return number;
  const expected = kind === 'number' ? `a whole number from ${min} to ${max}` : 'on or off';
  throw invalid(
    `The control ${name} was to be set to ${JSON.stringify(wish)}; it takes ${expected}.`,
    kind === 'number' ? `Give a value in these limits; its default is ${control.default}.` : 'Give on or off.',
  );
}

/** A whole number, or on and off as 1 and 0; null for anything else. */
function numberOf(wish: number | string | boolean): number | null {
  const word = String(wish).trim().toLowerCase();
  if (word === 'on' || word === 'true') return 1;
  if (word === 'off' || word === 'false') return 0;
  return /^-?\d+$/.test(word) ? Number(word) : null;
}

function choiceFor({ name, options }: CameraControl, wish: number | string | boolean): number {
  const label = String(wish).toLowerCase();
  const found =
    options.find((option) => option.label.toLowerCase() === label) ??
    options.find(({ index }) => String(index) === label);
  if (found) return found.index;
  const meant = nearest(
    label,
    options.map((option) => option.label),
  );
  throw invalid(
    `The control ${name} was to be set to ${JSON.stringify(wish)}; it takes one of ${options.map((option) => `"${option.label}"`).join(', ')}.`,
    meant ? `Did you mean "${meant}"?` : 'Give one of these.',
  );
}

function set(device: ControlDevice, control: CameraControl, value: number): void {
  try {
    device.setControl(control.id, value);
  } catch (cause) {
    if (!(cause instanceof SystemCallError) || !REFUSALS.includes(cause.code)) throw cause;
    throw new UserError(
      'CONFIG_INVALID',
      `The camera refuses to set ${control.name} to ${value} (${cause.code}).`,
      'Give another value, or leave this control out.',
      { cause },
    );
  }
}

/** A camera that is gone needs nothing set back; one that refuses keeps what it has. */
function setBack(device: ControlDevice, control: CameraControl, value: number): void {
  try {
    device.setControl(control.id, value);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
  }
}

const REFUSALS = ['EINVAL', 'ERANGE', 'EBUSY', 'EACCES', 'EIO', 'EPIPE'];

/** @throws UserError CONFIG_INVALID for a control that an automatic sets at present. */
function requireActive(control: CameraControl, controls: readonly CameraControl[]): void {
  if (!control.isInactive) return;
  const automatic = automaticOf(control, controls);
  throw invalid(
    `The control ${control.name} has no effect${automatic ? ` while ${automatic.name} is ${settingOf(automatic)}` : ' at present'}.`,
    automatic ? `Set ${automatic.name} to ${manualOf(automatic)} as well.` : 'Switch the automatic off that sets it.',
  );
}

/** The automatic that sets a control: drivers do not tell, but its name shares words with the control's. */
function automaticOf(control: CameraControl, controls: readonly CameraControl[]): CameraControl | null {
  const words = new Set(control.name.split('_'));
  const shared = ({ name }: CameraControl) => name.split('_').filter((word) => words.has(word)).length;
  const automatics = controls.filter((other) => isAutomatic(other) && shared(other) > 0);
  return automatics.sort((a, b) => shared(b) - shared(a))[0] ?? null;
}

/** What leaves it to the user, as it is to be written. */
function manualOf({ options }: CameraControl): string {
  const choice = options.find(({ label }) => /manual|off/i.test(label));
  return choice ? `"${choice.label}"` : 'off';
}

function isAutomatic({ name }: CameraControl): boolean {
  return /(^|_)auto/.test(name);
}

function settingOf({ kind, value, options }: CameraControl): string {
  if (kind === 'switch') return value ? 'on' : 'off';
  return options.find(({ index }) => index === value)?.label ?? String(value);
}

function sortedWords(name: string): string {
  return name.toLowerCase().split('_').sort().join('_');
}

function invalid(message: string, remedy: string): UserError {
  return new UserError('CONFIG_INVALID', message, remedy);
}
