import { parentPort } from 'node:worker_threads';
import { toErrorRecord } from '../errors.js';
import { ChannelReader } from '../frame/channel.js';
import type { PreviewSink } from '../output/preview-sink.js';
import type { FrameSink, StreamFormat, VirtualCamera } from '../output/sink.js';
import { SteadyCamera } from '../output/steady-camera.js';
import type { FromSink, SinkSpec, ToSink } from './messages.js';

// A sink thread: one sink, fed from its channel until the engine ends it. Slow sinks slow nobody else.

const port = parentPort;
if (!port) throw new Error('sink-worker is started by the loop, as a worker thread');
const send = (message: FromSink) => port.postMessage(message);

type SpecOf<Kind extends SinkSpec['kind']> = Extract<SinkSpec, { kind: Kind }>;

let preview: PreviewSink | null = null;
let steady: SteadyCamera | null = null;

port.on('message', (message: ToSink) => {
  switch (message.kind) {
    case 'start':
      run(message).catch((thrown: unknown) => send({ kind: 'failed', error: toErrorRecord(thrown) }));
      break;
    case 'card':
      steady?.setCard(message.card);
      break;
    case 'forget-frame':
      steady?.forgetFrame();
      break;
    case 'telemetry':
      preview?.publishTelemetry(message.telemetry);
      break;
    case 'avatars':
      preview?.publishAvatars(message.avatars).catch((thrown: unknown) => {
        send({
          kind: 'notice',
          severity: 'warning',
          text: `the page offers no avatars: ${toErrorRecord(thrown).message}`,
        });
      });
      break;
    case 'message':
      preview?.publishMessage(message.severity, message.text);
      break;
  }
});

async function run({ spec, channel, rate }: Extract<ToSink, { kind: 'start' }>): Promise<void> {
  const reader = new ChannelReader(channel);
  const format = { layout: channel.layout, rate };
  const written =
    spec.kind === 'v4l2loopback' || spec.kind === 'pipewire'
      ? await runCamera(await makeCamera(spec), reader, format)
      : await runSink(await makeSink(spec), reader, format, spec);
  send({ kind: 'closed', written });
}

/** Frames, and stand-ins for those that do not come: until mien ends, the camera is alive. */
async function runCamera(camera: VirtualCamera, reader: ChannelReader, format: StreamFormat): Promise<number> {
  try {
    await camera.open(format);
    const { name } = camera;
    steady = new SteadyCamera(camera, format, {
      onWatchers: (count) => send({ kind: 'watchers', count }),
      onGone: (reason) =>
        reason === null
          ? send({ kind: 'notice', severity: 'info', text: `${name} is back` })
          : send({ kind: 'notice', severity: 'warning', text: `${name} went away, trying again: ${reason}` }),
    });
    send({ kind: 'opened', name, address: null });
    if (camera.warning) send({ kind: 'notice', severity: 'warning', text: camera.warning });
    return await steady.run(reader);
  } finally {
    steady = null;
    reader.leave();
    await camera.close();
  }
}

/** Frames, and nothing else. */
async function runSink(sink: FrameSink, reader: ChannelReader, format: StreamFormat, spec: SinkSpec): Promise<number> {
  let written = 0;
  try {
    await sink.open(format);
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
  return written;
}

// Each thread loads only what its own sink needs: FFmpeg for recordings, the web server for the page.

async function makeCamera(spec: SpecOf<'v4l2loopback'> | SpecOf<'pipewire'>): Promise<VirtualCamera> {
  switch (spec.kind) {
    case 'v4l2loopback': {
      const { LoopbackCamera } = await import('../output/v4l2loopback/loopback-camera.js');
      return new LoopbackCamera({ path: spec.path, pixels: spec.pixels });
    }
    case 'pipewire': {
      const { PipewireCamera } = await import('../output/pipewire/pipewire-camera.js');
      return new PipewireCamera({ nodeName: spec.nodeName });
    }
  }
}

async function makeSink(spec: SpecOf<'preview'> | SpecOf<'recording'> | SpecOf<'counting'>): Promise<FrameSink> {
  switch (spec.kind) {
    case 'preview': {
      const { PreviewSink } = await import('../output/preview-sink.js');
      preview = new PreviewSink({
        port: spec.port,
        onCommand: (command) => send({ kind: 'command', command }),
        onWatchers: (count) => send({ kind: 'watchers', count }),
      });
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
