import { parentPort } from 'node:worker_threads';
import { createSource } from '../capture/create-source.js';
import type { FrameSource } from '../capture/source.js';
import { toErrorRecord } from '../errors.js';
import { type ChannelHandle, ChannelWriter } from '../frame/channel.js';
import type { FromCapture, ToCapture } from './messages.js';

// The capture thread: reads the source into the channel to the engine until it ends or is told to stop.

const port = parentPort;
if (!port) throw new Error('capture-worker is started by the loop, as a worker thread');
const send = (message: FromCapture) => port.postMessage(message);
const fail = (thrown: unknown) => send({ kind: 'failed', error: toErrorRecord(thrown) });

let source: FrameSource | null = null;
let isStopping = false;

port.on('message', (message: ToCapture) => {
  switch (message.kind) {
    case 'open':
      source = createSource(message.spec);
      source.onStatus = (status) => send({ kind: 'status', status });
      source.onWarning = (text) => send({ kind: 'warning', text });
      source.open().then((info) => send({ kind: 'opened', info }), fail);
      break;
    case 'start':
      run(message.channel).catch(fail);
      break;
    case 'watched':
      source?.setWatched?.(message.isWatched);
      break;
    case 'stop':
      isStopping = true;
      // Ends a wait for a frame that is due in seconds only, as those of a slide show are.
      source?.close().catch(fail);
      break;
  }
});

async function run(channel: ChannelHandle): Promise<void> {
  const writer = new ChannelWriter(channel);
  try {
    while (!isStopping && source) {
      if (!(await writer.space())) break;
      const slot = writer.slot();
      if (!slot) continue;
      const stamp = await source.read(slot.data);
      if (!stamp) break;
      writer.publish(stamp);
    }
  } catch (error) {
    writer.breakOff();
    throw error;
  } finally {
    writer.end();
    await source?.close();
  }
  send({ kind: 'ended', frames: writer.published });
}
