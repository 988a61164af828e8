import { expect, test } from 'vitest';
import { type CameraControl, controlName } from '../../../src/capture/v4l2/controls.js';
import { planControls, setControls } from '../../../src/capture/v4l2/set-controls.js';
import { SystemCallError } from '../../../src/system/libc.js';
import { control } from './fake-camera.js';

/** Controls in memory; the exposure time can be set only while the exposure is manual, as in a webcam. */
class FakeControls {
  readonly set: [name: string, value: number][] = [];
  refuses: string | null = null;
  #controls = [
    control(1, 'brightness'),
    control(2, 'exposure_time_absolute', { min: 3, max: 2047, value: 250 }),
    control(3, 'auto_exposure', {
      kind: 'menu',
      min: 0,
      max: 3,
      value: 3,
      options: [
        { index: 1, label: 'Manual Mode' },
        { index: 3, label: 'Aperture Priority Mode' },
      ],
    }),
    control(4, 'gain_automatic', { kind: 'switch', max: 1, value: 1 }),
    control(5, 'firmware', { isReadOnly: true }),
  ];

  listControls(): CameraControl[] {
    const isManual = this.#controls[2]!.value === 1;
    return this.#controls.map((c) => (c.name === 'exposure_time_absolute' ? { ...c, isInactive: !isManual } : c));
  }

  setControl(id: number, value: number): void {
    const found = this.#controls.find((c) => c.id === id)!;
    if (found.name === this.refuses) throw new SystemCallError('VIDIOC_S_CTRL', 'ERANGE', 34);
    this.set.push([found.name, value]);
    this.#controls = this.#controls.map((c) => (c.id === id ? { ...c, value } : c));
  }

  values() {
    return Object.fromEntries(this.#controls.map(({ name, value }) => [name, value]));
  }
}

test('controls are set by name, automatics first, and set back in reverse', () => {
  const camera = new FakeControls();
  const before = camera.values();
  const changes = setControls(camera, {
    brightness: 120,
    exposure_time_absolute: '500',
    exposure_auto: 'manual mode',
    gain_automatic: false,
  });
  expect(camera.set).toEqual([
    ['auto_exposure', 1],
    ['gain_automatic', 0],
    ['brightness', 120],
    ['exposure_time_absolute', 500],
  ]);
  camera.set.length = 0;
  changes.restore();
  expect(camera.values()).toEqual(before);
  expect(camera.set.at(-1)).toEqual(['auto_exposure', 3]);
  changes.restore();
  expect(camera.set).toHaveLength(4);
});

test.each(['off', 'Off', false, 0, '0'])('a switch is switched off with %j', (wish) => {
  const camera = new FakeControls();
  setControls(camera, { gain_automatic: wish });
  expect(camera.values()['gain_automatic']).toBe(0);
});

test('what an automatic sets at present is refused before anything is set, unless an automatic is to be set too', () => {
  const camera = new FakeControls();
  expect(() => planControls(camera, { exposure_time_absolute: 100 })).toThrow('has no effect while auto_exposure');
  const planned = planControls(camera, { exposure_time_absolute: 100, auto_exposure: 'manual mode' });
  expect(planned.map(({ control }) => control.name)).toEqual(['auto_exposure', 'exposure_time_absolute']);
});

test('what had the wanted value already is not set back', () => {
  const camera = new FakeControls();
  setControls(camera, { brightness: 128 }).restore();
  expect(camera.set).toEqual([['brightness', 128]]);
});

test.each([
  [{ brightnes: 1 }, 'no control "brightnes"', /Did you mean brightness\?/],
  [{ warp_drive: 1 }, 'no control "warp_drive"', /It has brightness, exposure_time_absolute/],
  [{ brightness: 300 }, 'brightness was to be set to 300; it takes a whole number from 0 to 255', /default is 128/],
  [{ brightness: 1.5 }, 'set to 1.5', /default/],
  [{ brightness: '' }, 'set to ""', /default/],
  [{ gain_automatic: 'yes' }, 'it takes on or off', /on or off/],
  [{ gain_automatic: 2 }, 'it takes on or off', /on or off/],
  [
    { auto_exposure: 'Manual' },
    'it takes one of "Manual Mode", "Aperture Priority Mode"',
    /Give one of these|Did you mean/,
  ],
  [{ auto_exposure: 'Manual Modes' }, 'takes one of', /Did you mean "Manual Mode"\?/],
  [{ firmware: 1 }, 'firmware can only be read', /Leave it out/],
  [
    { exposure_time_absolute: 100 },
    'exposure_time_absolute has no effect while auto_exposure is Aperture Priority Mode',
    /Set auto_exposure to "Manual Mode"/,
  ],
] as [Record<string, string | number>, string, RegExp][])('%j is refused: %s', (wishes, message, remedy) => {
  const camera = new FakeControls();
  expect(() => setControls(camera, wishes)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
      remedy: expect.stringMatching(remedy),
    }),
  );
  expect(camera.set).toEqual([]);
});

test('a driver that refuses a value is told of, and what was set before is set back', () => {
  const camera = new FakeControls();
  camera.refuses = 'brightness';
  expect(() => setControls(camera, { gain_automatic: false, brightness: 1 })).toThrow(/refuses to set brightness to 1/);
  expect(camera.values()['gain_automatic']).toBe(1);
});

test('names as v4l2-ctl writes them', () => {
  expect(controlName('Exposure, Auto')).toBe('exposure_auto');
  expect(controlName('White Balance Temperature, Auto')).toBe('white_balance_temperature_auto');
  expect(controlName(' LED1 Mode (x) ')).toBe('led1_mode_x');
});
