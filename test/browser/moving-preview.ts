import { type Command, LiveSettings } from '../../src/config/settings.js';
import { nowMicros } from '../../src/frame/clock.js';
import { i420Layout } from '../../src/frame/i420.js';
import { PreviewSink } from '../../src/output/preview-sink.js';
import type { AvatarStatus, Telemetry } from '../../src/telemetry/telemetry.js';

const layout = i420Layout(1280, 720);
const rate = { num: 30, den: 1 };
/** Luma of the camera's picture away from the bar. The "effect" adds the strength to it. */
export const baseLuma = 60;

/**
 * A mien in miniature behind the real preview sink: 1280x720 at 30 a second, a white bar that moves right, and an effect
 * that brightens by `strength`. It obeys the page's commands as the real loop does.
 */
export class MovingPreview {
  readonly sink: PreviewSink;
  readonly commands: Command[] = [];
  settings = LiveSettings.parse({});
  isRecording = false;
  avatar: AvatarStatus = { kind: 'off' };
  frames = 0;
  /** Milliseconds that all calls of `write` took together. */
  writeMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #beganMs = 0;

  constructor(port = 0, token?: string) {
    const options = { port, onCommand: (command: Command) => this.#obey(command) };
    this.sink = new PreviewSink(token === undefined ? options : { ...options, token });
  }

  async start(): Promise<string> {
    await this.sink.open({ layout, rate });
    this.#beganMs = performance.now();
    this.#next();
    return this.sink.address!;
  }

  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.sink.close();
  }

  /** Feeds by the clock, not by the timer: a late timer is caught up with, as a camera would. */
  #next(): void {
    const after = this.#paint(this.settings.effect === 'none' ? 0 : this.settings.strength);
    const before = this.settings.split ? this.#paint(0) : null;
    const sequence = this.frames++;
    const begun = performance.now();
    this.sink.write({ layout, data: after, sequence, capturedAt: nowMicros(), pts: sequence / 30 }, before);
    this.writeMs += performance.now() - begun;
    if (sequence % 6 === 0) this.sink.publishTelemetry(this.#telemetry());
    const due = this.#beganMs + (this.frames * 1000) / 30;
    this.#timer = setTimeout(() => this.#next(), Math.max(0, due - performance.now()));
  }

  #paint(lift: number): Uint8Array {
    const data = new Uint8Array(layout.byteLength).fill(128, layout.offsetU).fill(baseLuma + lift, 0, layout.offsetU);
    const left = (this.frames * 8) % (layout.width - 60);
    for (let y = 0; y < 80; y++) data.fill(235, y * layout.strideY + left, y * layout.strideY + left + 60);
    return data;
  }

  #obey(command: Command): void {
    this.commands.push(command);
    if (command.kind === 'record') this.isRecording = command.on;
    if (command.kind === 'set') this.settings = LiveSettings.parse({ ...this.settings, ...command.patch });
  }

  #telemetry(): Telemetry {
    const stage = (name: string, p50: number, budget: number) => ({ name, p50, p95: 1.5 * p50, p99: 2 * p50, budget });
    return {
      source: { name: 'moving bar', width: 1280, height: 720, fps: 30, status: { kind: 'live' } },
      fpsIn: 30,
      fpsOut: 30,
      frames: { captured: this.frames, written: this.frames, dropped: 4 },
      total: stage('total', 27.5, 33.3),
      stages: [stage('capture', 1, 4), stage('track', 3, 5), stage('blend', 23.5, 4)],
      brokenBy: 'blend',
      face: { kind: 'tracked', presence: 0.9, widthPx: 240 },
      avatar: this.avatar,
      settings: this.settings,
      sinks: [
        { kind: 'preview', name: 'preview page', written: this.frames, dropped: 0, watchers: 1 },
        ...(this.isRecording
          ? [
              {
                kind: 'recording' as const,
                name: 'recording mien-2026-11-24-101500.mp4',
                written: 1000,
                dropped: 0,
                watchers: null,
              },
            ]
          : []),
      ],
      cpuPercent: 42,
      rssMb: 210,
      uptimeS: 61,
    };
  }
}
