import type { SinkSpec } from '../pipeline/messages.js';

type RecordingSpec = Extract<SinkSpec, { kind: 'recording' }>;

/** A live recording to this file. An existing file is never overwritten. */
export function recordingSpec(path: string): RecordingSpec {
  return { kind: 'recording', path, preset: 'live', overwrite: false, copyAudioFrom: null };
}

/** A recording started by a key goes to the folder that mien was started in, named after the moment. */
export function timestampedRecording(): RecordingSpec {
  const moment = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  const time = `${two(moment.getHours())}${two(moment.getMinutes())}${two(moment.getSeconds())}`;
  return recordingSpec(`mien-${day}-${time}.mp4`);
}
