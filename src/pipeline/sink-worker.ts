import { parentPort } from 'node:worker_threads';
import { toErrorRecord } from '../errors.js';
import { ChannelReader } from '../frame/channel.js';
import type { PreviewSink } from '../output/preview-sink.js';
import type { FrameSink } from '../output/sink.js';
import type { FromSink, SinkSpec, ToSink } from './messages.js';

// A sink thread: one sink, fed from its channel until the engine ends it. Slow sinks slow nobody else.

const port = parentPort;
if (!port) throw new Error('sink-worker is started by the loop, as a worker thread');
const send = (message: FromSink) => port.postMessage(message);

let preview: PreviewSink | null = null;

port.on('message', (message: ToSink) => {
  switch (message.kind) {
    case 'start':
      run(message).catch((thrown: unknown) => send({ kind: 'failed', error: toErrorRecord(thrown) }));
      break;
    case 'telemetry':
      preview?.publishTelemetry(message.telemetry);
      break;
    case 'message':
      preview?.publishMessage(message.severity, message.text);
      break;
  }
});

async function run({ spec, channel, rate }: Extract<ToSink, { kind: 'start' }>): Promise<void> {
  const sink = await makeSink(spec);
  const reader = new ChannelReader(channel);
  let written = 0;
  try {
    await sink.open({ layout: channel.layout, rate });
    send({ kind: 'opened', name: sink.name, address: preview?.address ?? null });
    for (;;) {
      const frame = await reader.take();
      if (!frame) break;
      try {
        await sink.write(frame, frame.second);
        written++;
      } finally {
        reader.release();
      }
    }
    if (reader.isBrokenOff && spec.kind === 'recording' && spec.preset === 'offline') sink.discard?.();
  } finally {
    reader.leave();
    await sink.close();
  }
  send({ kind: 'closed', written });
}

/** Each thread loads only what its own sink needs: FFmpeg for recordings, the web server for the page. */
async function makeSink(spec: SinkSpec): Promise<FrameSink> {
  switch (spec.kind) {
    case 'preview': {
      const { PreviewSink } = await import('../output/preview-sink.js');
      preview = new PreviewSink({ port: spec.port, onCommand: (command) => send({ kind: 'command', command }) });
      return preview;
    }
    case 'recording': {
      const { RecordingSink } = await import('../output/recording-sink.js');
      return new RecordingSink(spec.path, spec);
    }
    case 'counting': {
      const { CountingSink } = await import('../output/counting-sink.js');
      return new CountingSink();
    }
  }
}
