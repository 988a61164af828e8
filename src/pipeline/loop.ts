// All that the threads say to each other, and what follows from it, is told here once: hence the length.
import { EventEmitter } from 'node:events';
import type { Scope } from '../avatar/consent.js';
import type { SourceInfo } from '../capture/source.js';
import {
  applyPatch,
  type Command,
  type LiveSettings,
  type LiveSettingsPatch,
  withoutBareFace,
} from '../config/settings.js';
import { fromErrorRecord, type UserError } from '../errors.js';
import type { AvatarCard } from '../output/avatar-card.js';
import type { AvatarListing } from '../output/avatar-stills.js';
import type { CardState } from '../output/card.js';
import type { Severity, SourceStatus, Telemetry } from '../telemetry/telemetry.js';
import { CaptureThread } from './capture-thread.js';
import { Cards } from './cards.js';
import { EngineThread } from './engine-thread.js';
import type { LoopOptions } from './loop-options.js';
import { telemetryOf } from './loop-telemetry.js';
import type { EngineReport, FromSink, ToSink } from './messages.js';
import { ProcessMeter } from './process-meter.js';
import { closeUnused, isVirtualCamera, type OpenedSink, openSink, type Sink } from './sink-thread.js';
import { cardState, describeSourceStatus } from './source-state.js';
import { settledWithin, Thread } from './thread.js';
import { Wardrobe } from './wardrobe.js';

/** How long the outputs may take to close after a failure, before their threads are ended. */
const SETTLE_MS = 1500;

interface LoopEvents {
  telemetry: [Telemetry];
  message: [Severity, string];
  recording: [string | null];
  'first-frame': [];
}

/**
 * The running main job, seen from the main thread: it starts the capture, engine and sink threads, passes commands on,
 * and puts together what they report. It never touches pixels.
 */
export class Loop extends EventEmitter<LoopEvents> {
  readonly info: SourceInfo;
  /** Resolves when the source has ended and all outputs are closed; rejects with the cause when a thread fails. */
  readonly done: Promise<void>;

  readonly #options: LoopOptions;
  readonly #capture: CaptureThread;
  readonly #engine: EngineThread;
  readonly #sinks: Sink[];
  readonly #meter = new ProcessMeter();
  #settings: LiveSettings;
  #status: SourceStatus = { kind: 'starting' };
  /** The source gave no pictures for a reason that the user was told. */
  #wasLost = false;
  #isWatched: boolean | null = null;
  readonly #cards: Cards<CardState>;
  readonly #avatarCards: Cards<AvatarCard>;
  readonly #wardrobe: Wardrobe;
  /** Resolves when the avatar to begin with was verified or refused. */
  readonly #dressed: Promise<void>;
  /** Offline, an avatar that cannot be worn ends the run: nobody wants a film of its card. */
  #mayStart = true;
  #endWith: (reason: Error) => void = () => {};
  readonly #refused = new Promise<never>((_resolve, reject) => {
    this.#endWith = reject;
  });
  #report: EngineReport | null = null;
  #nextSinkId: number;
  /** Recordings started and stopped by command, one after the other: a quick second command waits for the first. */
  #recordings: Promise<void> = Promise.resolve();
  #hasEnded = false;
  #stopping: Promise<void> | null = null;

  /** Opens the source and all sinks and lets frames run. @throws UserError of whichever part cannot be opened. */
  static async start(options: LoopOptions): Promise<Loop> {
    const capture = new CaptureThread();
    const engine = new EngineThread();
    const threads = options.sinks.map((spec) => new Thread<ToSink, FromSink>(spec.kind, 'sink-worker'));
    let opening: Promise<OpenedSink>[] = [];
    try {
      const info = await Promise.race([capture.open(options.source), engine.failed]);
      // The models load while the sinks open.
      const input = engine.start(info, options);
      opening = threads.map((thread, index) =>
        openSink(thread, options.sinks[index]!, `sink-${index}`, info, options.mode),
      );
      const loop = new Loop(options, info, capture, engine, await Promise.all(opening));
      // The camera starts when somebody is there to take its frames: none is dropped while the models load.
      Promise.all([engine.ready, loop.#dressed]).then(
        () => loop.#mayStart && capture.start(input),
        () => {}, // `done` hears of it
      );
      return loop;
    } catch (error) {
      await settledWithin(Promise.allSettled(opening.map((sink) => sink.then(closeUnused))), SETTLE_MS);
      await Promise.all([capture.stop(), engine.stop(), ...threads.map((thread) => thread.stop())]);
      throw error;
    }
  }

  private constructor(
    options: LoopOptions,
    info: SourceInfo,
    capture: CaptureThread,
    engine: EngineThread,
    opened: readonly OpenedSink[],
  ) {
    super();
    this.#options = options;
    this.#settings = withoutBareFace(options.settings);
    this.#capture = capture;
    this.#engine = engine;
    this.#sinks = opened.map(({ sink }) => sink);
    this.#nextSinkId = opened.length;
    this.info = info;
    this.#cards = new Cards(
      (state) => options.renderCard(info.layout, state),
      (state) => state,
      (text) => this.#tell('warning', text),
    );

    this.#avatarCards = new Cards(
      (card) => options.avatars.renderCard(info.layout, card),
      ({ name, state, still }) => `${name}: ${state}${still === null ? '' : `, still of ${still.byteLength} bytes`}`,
      (text) => this.#tell('warning', text),
    );
    this.#wardrobe = new Wardrobe(options.avatars.open, () => this.#scope, {
      wear: (avatar) => engine.send({ kind: 'avatar', avatar }),
      card: (state) => this.#avatarCards.change(state, (card) => engine.send({ kind: 'avatar-card', card })),
      refused: (reason) => this.#tellRefused(reason),
    });

    for (const { output } of opened) engine.send({ kind: 'add-output', output });
    // Threads keep what they have said so far: by then whoever awaits `start` listens to this loop.
    this.#dressed = new Promise((resolve) => {
      setImmediate(() => {
        this.#listen(opened);
        resolve(this.#settings.effect === 'avatar' ? this.#dress() : undefined);
      });
    });
    this.done = this.#run();
    if (options.settings.paused) this.#sendPauseCard();
    this.#updateCard();
    this.#updateWatched();
  }

  get settings(): LiveSettings {
    return this.#settings;
  }

  /** What is open, by name; with its address where it has one. */
  get outputs(): readonly { readonly name: string; readonly address: string | null }[] {
    return this.#sinks;
  }

  /** Does what a user asked for, by key, by page or by signal. */
  command(command: Command): void {
    switch (command.kind) {
      case 'set':
        this.#set(command.patch);
        break;
      case 'next-avatar':
        this.#wearNext();
        break;
      case 'confirm-face':
        this.#engine.send({ kind: 'confirm-face' });
        break;
      case 'record':
        this.#recordings = this.#recordings
          .then(() => (command.on ? this.#startRecording() : this.#stopRecordings()))
          .catch((error: Error) => this.#tell('error', error.message));
        break;
      case 'quit':
        void this.stop().catch(() => {}); // whoever awaits `done` hears of it
        break;
    }
  }

  /** Ends the source; the frames under way are written, and every output is closed properly. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      this.#capture.finish();
      await this.done;
    })();
    return this.#stopping;
  }

  #set(patch: LiveSettingsPatch): void {
    const before = this.#settings;
    this.#settings = applyPatch(before, patch);
    const { effect, paused } = this.#settings;
    // First of all: from here on the engine lets no bare face out if an avatar was chosen.
    this.#engine.send({ kind: 'settings', settings: this.#settings });
    if (effect === 'avatar' && before.effect !== 'avatar') {
      // Should the camera stall just now, its last picture is of the user's own face.
      for (const { thread } of this.#cameras) thread.send({ kind: 'forget-frame' });
    }
    if (effect === 'avatar' && (patch.split || before.split)) {
      this.#tell('info', 'before and after is off while an avatar is worn: it would show your own face');
    }
    const isChosen = patch.effect === 'avatar' || patch.avatar !== undefined;
    if (effect === 'avatar' && (isChosen || before.effect !== 'avatar')) void this.#dress();
    if (effect !== 'avatar' && before.effect === 'avatar') void this.#wardrobe.choose(null);
    if (paused) this.#sendPauseCard();
    this.#updateCard();
    this.#publishAgain();
  }

  /** Puts the chosen avatar on. A recording that its consent does not allow ends. */
  async #dress(): Promise<void> {
    await this.#wardrobe.choose(this.#settings.avatar);
    const refusal = this.#wardrobe.refusesRecording();
    if (refusal && this.#sinks.some(({ spec }) => spec.kind === 'recording')) {
      this.#tell('error', `The recording ends. ${refusal.message}`);
      this.command({ kind: 'record', on: false });
    }
    this.#publishAgain();
  }

  #wearNext(): void {
    const avatars = this.#listAvatars();
    if (avatars.length === 0) {
      this.#tell(
        'warning',
        'there is no avatar: make one with "mien avatar create", or take one in with "mien avatar import"',
      );
      return;
    }
    const { effect, avatar } = this.#settings;
    const last = avatars.findIndex(({ name, isDemo }) => (avatar === '' ? isDemo : name === avatar));
    const next = effect === 'avatar' ? (last + 1) % avatars.length : Math.max(0, last);
    this.#set({ effect: 'avatar', avatar: avatars[next]!.name });
  }

  /** The avatars that there are now; open pages are told too. */
  #listAvatars(): readonly AvatarListing[] {
    const avatars = this.#options.avatars.list();
    for (const { spec, thread } of this.#sinks) if (spec.kind === 'preview') thread.send({ kind: 'avatars', avatars });
    return avatars;
  }

  #tellRefused(reason: UserError): void {
    this.#tell('error', `${reason.message} ${reason.remedy}`);
    if (this.#options.mode === 'offline') {
      this.#mayStart = false;
      this.#endWith(reason);
    }
    this.#publishAgain();
  }

  /** What the avatar would be worn for. A recording that is begun meanwhile is judged by itself. */
  get #scope(): readonly Scope[] {
    if (this.#options.mode === 'offline') return ['recording'];
    return this.#cameras.length > 0 ? [this.#options.avatars.wornFor] : [];
  }

  #listen(opened: readonly OpenedSink[]): void {
    this.#capture.on('status', ({ status }) => this.#setStatus(status));
    this.#capture.on('warning', ({ text }) => this.#tell('warning', text));
    this.#engine.on('report', ({ report }) => this.#publish(report));
    this.#engine.on('first-frame', () => {
      // A clip has no news of its own; a camera may have been lost since.
      if (this.#status.kind === 'starting') this.#setStatus({ kind: 'live' });
      this.emit('first-frame');
    });
    this.#engine.on('wear', ({ wear }) => {
      this.#wardrobe.worn(wear);
      this.#publishAgain();
    });
    this.#engine.on('avatar-failed', ({ error }) => this.#wardrobe.failed(fromErrorRecord(error)));
    this.#engine.on('warning', ({ text }) => this.#tell('warning', text));
    for (const { sink } of opened) this.#attend(sink);
    if (this.#sinks.some(({ spec }) => spec.kind === 'preview')) this.#listAvatars();
  }

  async #run(): Promise<void> {
    try {
      const { ended } = this.#engine;
      await Promise.race([ended, this.#capture.failed, this.#refused, ...this.#fatalSinks()]).finally(() => {
        this.#hasEnded = true;
      });
      // The engine may tell of the end of a source that broke off before the source tells why.
      if (!(await ended).isWhole) await this.#capture.failed;
      await this.#recordings; // one that is just being opened is closed again
      await Promise.all(this.#sinks.map((sink) => sink.closed));
    } catch (error) {
      await this.#engine.stop();
      // What still works gets a moment to finish its files, or to throw away what is not whole.
      const settled = Promise.allSettled([this.#recordings, ...this.#sinks.map((sink) => sink.closed)]);
      await settledWithin(settled, SETTLE_MS);
      throw error;
    } finally {
      this.#wardrobe.close();
      await Promise.all([this.#capture.stop(), this.#engine.stop(), ...this.#sinks.map((sink) => sink.thread.stop())]);
    }
  }

  /** Offline the outputs are the job, so losing one ends it; live the call goes on without it. */
  #fatalSinks(): Promise<unknown>[] {
    return this.#options.mode === 'offline' ? this.#sinks.map((sink) => sink.thread.failed) : [];
  }

  #attend(sink: Sink): void {
    sink.thread.on('command', ({ command }) => this.command(command));
    sink.thread.on('notice', ({ severity, text }) => this.#tell(severity, text));
    sink.thread.on('watchers', ({ count }) => {
      sink.watchers = count;
      this.#updateWatched();
    });
    if (this.#options.mode === 'offline') return;
    sink.closed.catch((error: Error) => {
      this.#forget(sink);
      this.#tell('error', `${sink.name} stopped: ${error.message}`);
    });
  }

  #forget(sink: Sink): void {
    const index = this.#sinks.indexOf(sink);
    if (index < 0) return;
    this.#sinks.splice(index, 1);
    this.#updateWatched();
    this.#engine.send({ kind: 'remove-output', id: sink.id });
    if (sink.spec.kind === 'recording') this.emit('recording', null);
    void sink.thread.stop();
  }

  async #startRecording(): Promise<void> {
    if (this.#hasEnded || this.#sinks.some((sink) => sink.spec.kind === 'recording')) return;
    const refusal = this.#wardrobe.refusesRecording();
    if (refusal) {
      this.#tell('error', `Nothing is recorded. ${refusal.message} ${refusal.remedy}`);
      return;
    }
    const spec = this.#options.nextRecording();
    const thread = new Thread<ToSink, FromSink>('recording', 'sink-worker');
    try {
      const { sink, output } = await openSink(thread, spec, `sink-${this.#nextSinkId++}`, this.info, 'live');
      if (this.#hasEnded) {
        await closeUnused({ sink, output });
        await thread.stop();
        return;
      }
      this.#sinks.push(sink);
      this.#attend(sink);
      this.#updateWatched();
      this.#engine.send({ kind: 'add-output', output });
      this.emit('recording', spec.path);
    } catch (error) {
      await thread.stop();
      this.#tell('error', error instanceof Error ? error.message : String(error));
    }
  }

  async #stopRecordings(): Promise<void> {
    for (const sink of this.#sinks.filter(({ spec }) => spec.kind === 'recording')) {
      this.#engine.send({ kind: 'remove-output', id: sink.id });
      try {
        await sink.closed;
        if (sink.spec.kind === 'recording') this.#tell('info', `recorded ${sink.spec.path}`);
      } catch {
        continue; // told by #attend
      }
      this.#forget(sink);
    }
  }

  #setStatus(status: SourceStatus): void {
    const before = this.#status;
    this.#status = status;
    if (before.kind === status.kind) return;
    // That it starts shows by itself, and the first frame is told of as such.
    if (status.kind !== 'starting' && (status.kind !== 'live' || this.#wasLost)) {
      const { severity, text } = describeSourceStatus(this.info.name, status, this.#cameras.length > 0);
      this.#tell(severity, text);
      this.#wasLost = status.kind !== 'live';
    }
    this.#updateCard();
    this.#publishAgain();
  }

  /** A camera opened on demand is on while anybody sees or keeps what comes out of it. */
  #updateWatched(): void {
    const isWatched = this.#sinks.some(({ watchers }) => watchers !== 0);
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    this.#capture.setWatched(isWatched);
  }

  get #cameras(): readonly Sink[] {
    return this.#sinks.filter(({ spec }) => isVirtualCamera(spec));
  }

  /** Virtual cameras get the card for the case that no frames come, before they need it. */
  #updateCard(): void {
    const cameras = this.#cameras;
    if (cameras.length === 0) return;
    this.#cards.change(cardState(this.#status, this.#settings.paused), (card) => {
      for (const { thread } of cameras) thread.send({ kind: 'card', card });
    });
  }

  /** While paused, the engine sends a card in place of each frame. */
  #sendPauseCard(): void {
    this.#cards.draw('paused', (card) => this.#engine.send({ kind: 'card', card }));
  }

  #tell(severity: Severity, text: string): void {
    this.emit('message', severity, text);
    for (const { spec, thread } of this.#sinks) {
      if (spec.kind === 'preview') thread.send({ kind: 'message', severity, text });
    }
  }

  #publishAgain(): void {
    if (this.#report) this.#publish(this.#report);
  }

  #publish(report: EngineReport): void {
    this.#report = report;
    const telemetry: Telemetry = {
      ...telemetryOf(report, this.info, this.#sinks, this.#status),
      avatar: this.#wardrobe.status,
      settings: this.#settings,
      ...this.#meter.read(),
    };
    this.emit('telemetry', telemetry);
    for (const { spec, thread } of this.#sinks) {
      if (spec.kind === 'preview') thread.send({ kind: 'telemetry', telemetry });
    }
  }
}
