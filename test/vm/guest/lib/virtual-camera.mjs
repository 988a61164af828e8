import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { run, tryRun } from './commands.mjs';
import { until } from './waiting.mjs';

// The devices of the guest, and what can be done to them.

export const VIRTUAL_CAMERA = '/dev/video10';
export const FAKE_WEBCAM = '/dev/video11';

/** The options that `runInVm` must be given: a virtual camera, and a second loopback that a fake webcam is made of. */
export const LOOPBACK_ARGUMENTS = ['devices=2', 'video_nr=10,11', 'exclusive_caps=1,1', 'card_label=mien,Fake Webcam'];

/** Whether somebody writes to it: only then other programs see a camera. */
export function isWritten(path = VIRTUAL_CAMERA) {
  return readFileSync(`/sys/class/video4linux/${path.split('/').pop()}/format`, 'utf8').trim() !== '';
}

export const removeModule = () => tryRun('modprobe', ['-r', 'v4l2loopback']);
export const loadModule = () => run('modprobe', ['v4l2loopback', ...LOOPBACK_ARGUMENTS]);

/** Another program that streams from a camera: it is busy from then on. */
export async function holdCamera(path) {
  const child = spawn('v4l2-ctl', ['-d', path, '--stream-mmap', '--stream-to=/dev/null'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  await until(`${path} is held`, () => text.includes('<')); // it prints one a frame
  return child;
}
