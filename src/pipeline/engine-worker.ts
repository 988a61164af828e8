import { parentPort } from 'node:worker_threads';
import type { LiveSettings } from '../config/settings.js';
import { toErrorRecord } from '../errors.js';
import { ChannelReader, ChannelWriter } from '../frame/channel.js';
import { nowMs } from '../frame/clock.js';
import { brokenBy } from '../telemetry/ledger.js';
import type { FaceStatus } from '../telemetry/telemetry.js';
import type { FaceState } from '../tracking/face.js';
import { BadFrames } from './bad-frames.js';
import { FramePath } from './frame-path.js';
import type { FromEngine, OutputHandle, ToEngine } from './messages.js';
import { RateMeter } from './rate-meter.js';
import type { WornAvatar } from './worn-avatar.js';

// The engine thread: takes the newest frame, sends it down the path, and tells the main thread how it goes.

const REPORT_EVERY_MS = 200;

const port = parentPort;
if (!port) throw new Error('engine-worker is started by the loop, as a worker thread');
const send = (message: FromEngine) => port.postMessage(message);

let path: FramePath | null = null;
let settings: LiveSettings;
/** What was asked of the path while its models were loading. */
const early: ((path: FramePath) => void)[] = [];
/** Outputs among that: their sinks must hear of it if the models cannot be loaded. */
const waiting: OutputHandle[] = [];
let hasEnded = false;

port.on('message', (message: ToEngine) => {
  switch (message.kind) {
    case 'start':
      run(message).catch((thrown: unknown) => send({ kind: 'failed', error: toErrorRecord(thrown) }));
      break;
    case 'settings':
      settings = message.settings;
      path?.change(settings);
      break;
    case 'avatar':
      whenOpen(({ avatar }) => (message.avatar ? avatar.wear(message.avatar) : avatar.takeOff()));
      break;
    case 'avatar-card':
      whenOpen(({ avatar }) => avatar.setCard(message.card));
      break;
    case 'confirm-face':
      whenOpen(({ avatar }) => avatar.confirmFace());
      break;
    case 'card':
      whenOpen((open) => open.setCard(message.card));
      break;
    case 'add-output':
      // After the end nobody feeds it any more: its sink must hear that, or it would wait for ever.
      if (hasEnded) new ChannelWriter(message.output.channel).end();
      else {
        if (!path) waiting.push(message.output);
        whenOpen((open) => open.outputs.add(message.output));
      }
      break;
    case 'remove-output':
      whenOpen((open) => open.outputs.remove(message.id));
      break;
  }
});

function whenOpen(act: (path: FramePath) => void): void {
  if (path) act(path);
  else if (!hasEnded) early.push(act);
}

async function run(start: Extract<ToEngine, { kind: 'start' }>): Promise<void> {
  settings = start.settings;
  const reader = new ChannelReader(start.input);
  try {
    const opened = await FramePath.open(start.input.layout, start.rate, start.settings, {
      isLive: !start.isOffline,
      onAvatarFailed: (error) => send({ kind: 'avatar-failed', error: toErrorRecord(error) }),
    });
    opened.change(settings); // they may have changed while the models were loading
    path = opened;
  } catch (error) {
    hasEnded = true;
    for (const { channel } of waiting) new ChannelWriter(channel).breakOff();
    throw error;
  }
  for (const act of early.splice(0)) act(path);
  send({ kind: 'ready' });

  const meterIn = new RateMeter();
  const meterOut = new RateMeter();
  const badFrames = new BadFrames(start.isOffline);
  let captured = 0;
  let taken = 0;
  let written = 0;
  const budgetMs = (1000 * start.rate.den) / start.rate.num;
  let reportedAt = 0;
  let isWhole = false;
  const report = () => {
    const now = nowMs();
    if (!path || now - reportedAt < REPORT_EVERY_MS * 0.9) return;
    reportedAt = now;
    const stages = path.ledger.stages(now);
    const total = path.ledger.total(now, budgetMs);
    send({
      kind: 'report',
      report: {
        stages,
        total,
        brokenBy: brokenBy(stages, total),
        face: faceStatus(path.face, settings),
        fpsIn: meterIn.rate(now),
        fpsOut: meterOut.rate(now),
        frames: { captured, written, dropped: captured - taken + badFrames.count },
        outputs: path.outputs.stats(),
      },
    });
  };
  // Frames may stop coming, the reports must not.
  const timer = setInterval(report, REPORT_EVERY_MS);

  try {
    for (;;) {
      const frame = await reader.takeBlocking();
      if (!frame) break;
      try {
        // A gap in the sequence is a drop, whether the source was late or the engine.
        captured = frame.sequence + 1;
        taken++;
        meterIn.count(captured, nowMs());
        if (start.isOffline) await path.avatar.loaded(); // nothing is hurried there
        await path.process(frame, start.isOffline ? nowMs() : undefined);
        tellOfAvatar(path.avatar, start.isOffline);
        badFrames.passed();
        if (written++ === 0) send({ kind: 'first-frame' });
        meterOut.count(written, nowMs());
      } catch (error) {
        if (badFrames.failed(error)) {
          send({ kind: 'warning', text: `frame ${frame.sequence} is left out: ${toErrorRecord(error).message}` });
        }
        path.forget();
      } finally {
        reader.release();
      }
      report();
    }
    isWhole = !reader.isBrokenOff;
  } finally {
    clearInterval(timer);
    reportedAt = 0;
    report();
    hasEnded = true;
    reader.leave();
    await path.close(isWhole);
    path = null;
  }
  send({ kind: 'ended', isWhole });
}

let toldWear = '';
let toldFailure = false;

/** Tells at once when what leaves while an avatar is chosen changes, and of the first failure in a row. */
function tellOfAvatar(avatar: WornAvatar, isOffline: boolean): void {
  const { failure, status } = avatar;
  if (failure !== null && isOffline) throw failure; // offline every frame counts
  if (failure !== null && !toldFailure) {
    send({
      kind: 'warning',
      text: `the avatar failed, nothing of the camera is shown: ${toErrorRecord(failure).message}`,
    });
  }
  toldFailure = failure !== null;
  if (settings.effect !== 'avatar' || settings.paused) return;
  const key = status.kind === 'worn' ? status.kind : `${status.shows} ${status.words}`;
  if (key === toldWear) return;
  toldWear = key;
  send({ kind: 'wear', wear: status });
}

function faceStatus(face: FaceState | null, { effect, paused }: LiveSettings): FaceStatus {
  if (face) return { kind: 'tracked', presence: face.presence, widthPx: faceWidth(face) };
  return { kind: effect === 'none' || paused ? 'off' : 'none' };
}

/** Cheek to cheek, in pixels: mesh points 234 and 454, the outermost of the face oval. */
function faceWidth({ points }: FaceState): number {
  return Math.hypot(points[3 * 454]! - points[3 * 234]!, points[3 * 454 + 1]! - points[3 * 234 + 1]!);
}
