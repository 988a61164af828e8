import { describe, expect, test } from 'vitest';
import { findLoopback, type SurveyedDevice } from '../../../src/output/v4l2loopback/find-loopback.js';
import type { UnreadableDevice } from '../../../src/system/v4l2/list-devices.js';

function device(path: string, card: string, more: Partial<SurveyedDevice> = {}): SurveyedDevice {
  return { path, card, driver: 'v4l2 loopback', bus: '', caps: 0, hasWriter: false, ...more };
}
const webcam = device('/dev/video0', 'Integrated Camera', { driver: 'uvcvideo' });
const own = device('/dev/video12', 'Mien');
const dummy = device('/dev/video10', 'Dummy video device (0x0000)');
const other = device('/dev/video11', 'Second');
const obs = device('/dev/video13', 'OBS Virtual Camera');

const survey = (devices: SurveyedDevice[], unreadable: UnreadableDevice[] = []) => ({ devices, unreadable });
const found = (path: string) => ({ kind: 'found', device: expect.objectContaining({ path }) });
const auto = (...devices: SurveyedDevice[]) => findLoopback('auto', survey(devices));

describe('auto', () => {
  test('takes the device labelled mien, in any case, wherever it stands', () => {
    expect(auto(webcam, dummy, other, own)).toEqual(found('/dev/video12'));
  });

  test('takes it even while somebody writes to it: opening it tells who', () => {
    expect(auto(dummy, { ...own, hasWriter: true })).toEqual(found('/dev/video12'));
  });

  test('takes the only other one that is free', () => {
    expect(auto(webcam, dummy)).toEqual(found('/dev/video10'));
    expect(auto(webcam, obs, { ...other, hasWriter: true }, dummy)).toEqual(found('/dev/video10'));
  });

  test('chooses none of several, and says how to choose', () => {
    expect(auto(webcam, dummy, other)).toEqual({
      kind: 'none',
      reason:
        'several v4l2loopback devices are free: /dev/video10 ("Dummy video device (0x0000)"), /dev/video11 ("Second"); ' +
        'choose one with --output /dev/video10',
    });
  });

  test('leaves other programs theirs', () => {
    expect(auto(webcam, obs, { ...dummy, hasWriter: true })).toEqual({
      kind: 'none',
      reason:
        'no v4l2loopback device is free: /dev/video13 ("OBS Virtual Camera") is of OBS, ' +
        '/dev/video10 ("Dummy video device (0x0000)") is written to',
    });
  });

  test('never takes a webcam', () => {
    expect(auto(webcam)).toEqual({ kind: 'none', reason: 'there is no v4l2loopback device' });
  });

  test('takes the free one of two labelled mien, and none of two free ones', () => {
    const second = device('/dev/video14', 'mien');
    expect(auto({ ...own, hasWriter: true }, second)).toEqual(found('/dev/video14'));
    expect(auto(own, second)).toMatchObject({ kind: 'none' });
  });
});

describe('by path and label', () => {
  test('the very one, OBS or in use or not', () => {
    expect(findLoopback('/dev/video13', survey([obs, own]))).toEqual(found('/dev/video13'));
    expect(findLoopback('obs virtual camera', survey([obs, own]))).toEqual(found('/dev/video13'));
  });

  test.each([
    ['/dev/video9', 'DEVICE_MISSING', /there is no such video device/],
    ['/dev/video0', 'DEVICE_MISSING', /"Integrated Camera"\) is no virtual camera: its driver is uvcvideo/],
    ['/dev/video15', 'OUTPUT_FAILED', /may not be opened by this user \(EACCES\)/],
    ['nobody', 'DEVICE_MISSING', /labelled "nobody": \/dev\/video10/],
    ['Twin', 'DEVICE_MISSING', /Several .* labelled "Twin": \/dev\/video20, \/dev\/video21/],
  ])('%s is refused with %s', (wanted, code, message) => {
    const twins = [device('/dev/video20', 'twin'), device('/dev/video21', 'twin')];
    const all = survey([webcam, dummy, ...twins], [{ path: '/dev/video15', code: 'EACCES' }]);
    expect(() => findLoopback(wanted, all)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test('a webcam is not found by its label', () => {
    expect(() => findLoopback('Integrated Camera', survey([webcam]))).toThrow(/there is none at all/);
  });
});
