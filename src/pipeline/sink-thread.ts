import type { SourceInfo } from '../capture/source.js';
import { ChannelWriter, createChannel } from '../frame/channel.js';
import type { FromSink, OutputHandle, SinkSpec, ToSink } from './messages.js';
import type { Thread } from './thread.js';

/** A sink on a thread of its own, seen from the main thread. */
export interface Sink {
  readonly id: string;
  readonly spec: SinkSpec;
  readonly thread: Thread<ToSink, FromSink>;
  /** Resolves when all frames are written and the output is closed; rejects with what made it fail. */
  readonly closed: Promise<{ readonly written: number }>;
  readonly name: string;
  /** Where a browser finds it: the preview page. */
  readonly address: string | null;
  /** As `SinkStats.watchers`. */
  watchers: number | null;
}

/** Whether other programs see the sink as a camera. */
export function isVirtualCamera({ kind }: SinkSpec): boolean {
  return kind === 'v4l2loopback' || kind === 'pipewire';
}

function tellsWatchers(spec: SinkSpec): boolean {
  return isVirtualCamera(spec) || spec.kind === 'preview';
}

/** An open sink, and the end of its channel that the engine is to have. */
export interface OpenedSink {
  readonly sink: Sink;
  readonly output: OutputHandle;
}

/** Closes a sink that no frame will come to, so that it leaves nothing behind. */
export async function closeUnused({ sink, output }: OpenedSink): Promise<void> {
  new ChannelWriter(output.channel).breakOff();
  await sink.closed;
}

/** Starts a sink's thread on a channel of its own and waits until it is open. @throws UserError of the sink. */
export async function openSink(
  thread: Thread<ToSink, FromSink>,
  spec: SinkSpec,
  id: string,
  info: SourceInfo,
  mode: 'live' | 'offline',
): Promise<OpenedSink> {
  // A preview wants the newest picture; a recording wants every one, and only offline work may wait for it.
  const isEvery = spec.kind === 'recording' || mode === 'offline';
  const channel = createChannel(isEvery ? 'every' : 'newest', info.layout, spec.kind === 'preview' ? 2 : 1);
  const closed = thread.once('closed');
  closed.catch(() => {}); // its waiters come later
  const opened = thread.once('opened');
  thread.send({ kind: 'start', spec, channel, rate: info.rate });
  const { name, address } = await opened;
  return {
    sink: { id, spec, thread, closed, name, address, watchers: tellsWatchers(spec) ? 0 : null },
    output: { id, channel, whenFull: mode === 'offline' ? 'wait' : 'drop' },
  };
}
