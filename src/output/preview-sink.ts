import type { WebSocket } from 'ws';
import type { Command } from '../config/settings.js';
import { nowMicros } from '../frame/clock.js';
import type { Frame } from '../frame/frame.js';
import type { Severity, Telemetry } from '../telemetry/telemetry.js';
import { type AvatarListing, pageAvatars } from './avatar-stills.js';
import { newToken } from './preview-access.js';
import { type PageRequest, PreviewClient } from './preview-client.js';
import { PictureEncoder } from './preview-encoder.js';
import { defaultPageRoot, loadPage, type PageFile } from './preview-page.js';
import { flagSplit, framePicture, type PageAvatar, type ServerMessage } from './preview-protocol.js';
import { PreviewServer } from './preview-server.js';
import type { FrameSink, StreamFormat } from './sink.js';

/** Five times a second: quicker than an eye reads numbers. */
const telemetryIntervalMs = 200;
/** A page that does not answer two of these is gone. */
const aliveIntervalMs = 15_000;

/** How the preview is served. */
export interface PreviewOptions {
  /** 0: any free port. */
  readonly port: number;
  /** The secret in the address; a new random one by default. */
  readonly token?: string;
  /** What a page asks for. Its `quit` is never passed on. */
  readonly onCommand: (command: Command) => void;
  /** How many pages are open, whenever that changes. */
  readonly onWatchers?: (count: number) => void;
  /** The folder of the page; the one that comes with mien by default. */
  readonly root?: string;
}

/** What the preview has done since it was opened. */
export interface PreviewStats {
  readonly clients: number;
  readonly encoded: number;
  readonly sent: number;
  /** Bytes that wait for pages that do not read. */
  readonly bufferedBytes: number;
}

/** The newest frame, kept until every page that is ready has it. */
interface Newest {
  readonly after: Uint8Array;
  readonly before: Uint8Array;
  hasBefore: boolean;
  /** Counts writes; -1 before the first. */
  number: number;
  /** When the picture was taken, in milliseconds since 1970: the clock that the page has too. */
  takenAtMs: number;
}

/**
 * The preview page: a web server on this machine alone, showing frames to whoever knows its address.
 *
 * `write` copies the frame and returns; it never waits for a page. A frame is encoded when a page is ready for one, so
 * that nobody watching costs nothing, and a page that stops reading slows neither the pipeline nor other pages.
 */
export class PreviewSink implements FrameSink {
  readonly name = 'preview page';
  readonly #options: PreviewOptions;
  readonly #clients = new Set<PreviewClient>();
  /** All that can be asked for: the page, and stills of avatars. */
  readonly #page = new Map<string, PageFile>();
  #avatars: readonly PageAvatar[] = [];
  #server: PreviewServer | null = null;
  #format: StreamFormat | null = null;
  #encoder: PictureEncoder | null = null;
  #newest: Newest | null = null;
  #isEncoding = false;
  #failure: unknown = null;
  #telemetry: Telemetry | null = null;
  #telemetryTimer: NodeJS.Timeout | null = null;
  #telemetrySentAt = Number.NEGATIVE_INFINITY;
  #aliveTimer: NodeJS.Timeout | null = null;
  #encoded = 0;
  #sent = 0;

  constructor(options: PreviewOptions) {
    this.#options = options;
  }

  /** Where to open the page, secret included; null while closed. */
  get address(): string | null {
    return this.#server?.address ?? null;
  }

  get stats(): PreviewStats {
    const bufferedBytes = [...this.#clients].reduce((sum, client) => sum + client.bufferedBytes, 0);
    return { clients: this.#clients.size, encoded: this.#encoded, sent: this.#sent, bufferedBytes };
  }

  /** @throws UserError OUTPUT_FAILED if the port cannot be had. */
  async open(format: StreamFormat): Promise<void> {
    const { byteLength } = format.layout;
    this.#format = format;
    this.#encoder = await PictureEncoder.open(format.layout);
    this.#newest = {
      after: new Uint8Array(byteLength),
      before: new Uint8Array(byteLength),
      hasBefore: false,
      number: -1,
      takenAtMs: 0,
    };
    for (const [path, file] of loadPage(this.#options.root ?? defaultPageRoot)) this.#page.set(path, file);
    const server = new PreviewServer({
      port: this.#options.port,
      token: this.#options.token ?? newToken(),
      page: this.#page,
      onConnection: (socket) => this.#welcome(socket),
    });
    await server.listen();
    this.#server = server;
    this.#aliveTimer = setInterval(() => {
      for (const client of this.#clients) client.checkAlive();
    }, aliveIntervalMs).unref();
  }

  /**
   * Takes a frame for the pages. Returns at once; the bytes are the caller's again.
   *
   * @param before - the same picture before the effects (I420 of the same layout), for the split view; or null
   * @throws whatever the encoder failed with on an earlier frame
   */
  write(frame: Frame, before: Uint8Array | null = null): void {
    if (this.#failure) throw this.#failure;
    const newest = this.#newest;
    if (!newest || this.#clients.size === 0) return;
    newest.after.set(frame.data);
    newest.hasBefore = before !== null;
    if (before) newest.before.set(before);
    newest.number++;
    newest.takenAtMs = Date.now() - (nowMicros() - frame.capturedAt) / 1000;
    this.#pump();
  }

  /** Shows the state of the pipeline on all pages, five times a second at most; between, the newest waits. */
  publishTelemetry(telemetry: Telemetry): void {
    this.#telemetry = telemetry;
    if (this.#telemetryTimer || this.#clients.size === 0) return;
    const wait = this.#telemetrySentAt + telemetryIntervalMs - performance.now();
    if (wait <= 0) this.#sendTelemetry();
    else this.#telemetryTimer = setTimeout(() => this.#sendTelemetry(), wait).unref();
  }

  /** Tells all pages, and those to come, which avatars there are. */
  async publishAvatars(listings: readonly AvatarListing[]): Promise<void> {
    const { avatars, files } = await pageAvatars(listings);
    for (const { picture } of this.#avatars) if (picture !== null) this.#page.delete(picture);
    for (const [path, file] of files) this.#page.set(path, file);
    this.#avatars = avatars;
    this.#sayToAll({ type: 'avatars', avatars });
  }

  /** Shows a line to the users of all pages. */
  publishMessage(severity: Severity, text: string): void {
    this.#sayToAll({ type: 'message', severity, text });
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#newest = null;
    if (this.#telemetryTimer) clearTimeout(this.#telemetryTimer);
    if (this.#aliveTimer) clearInterval(this.#aliveTimer);
    this.#telemetryTimer = null;
    this.#aliveTimer = null;
    await server?.close();
    this.#clients.clear();
  }

  #welcome(socket: WebSocket): void {
    if (!this.#format) throw new Error('a page connected before the sink was open');
    const client = new PreviewClient(
      socket,
      (message) => this.#obey(client, message),
      () => this.#pump(),
    );
    this.#clients.add(client);
    this.#options.onWatchers?.(this.#clients.size);
    socket.on('close', () => this.#forget(client));
    const { layout, rate } = this.#format;
    client.say({ type: 'hello', width: layout.width, height: layout.height, rate });
    if (this.#avatars.length > 0) client.say({ type: 'avatars', avatars: this.#avatars });
    if (this.#telemetry) client.say({ type: 'telemetry', telemetry: this.#telemetry });
  }

  #forget(client: PreviewClient): void {
    this.#clients.delete(client);
    this.#options.onWatchers?.(this.#clients.size);
    // With nobody watching no frame is kept: the next page to come shall not see an old one.
    if (this.#newest && this.#clients.size === 0) this.#newest.number = -1;
  }

  #obey(client: PreviewClient, message: PageRequest): void {
    if (message.type === 'view') client.split = message.split;
    else this.#options.onCommand(message.command);
  }

  /** Encodes the newest frame if a page is ready for it; runs again when that is done, and when a page becomes ready. */
  #pump(): void {
    const newest = this.#newest;
    if (!newest || newest.number < 0 || this.#isEncoding || this.#failure) return;
    const ready = [...this.#clients].filter((client) => client.isReady && client.lastFrame !== newest.number);
    if (ready.length === 0) return;
    this.#isEncoding = true;
    this.#encodeFor(ready, newest)
      .catch((thrown: unknown) => {
        this.#failure = thrown; // `write` throws it, where the loop can see it
      })
      .finally(() => {
        this.#isEncoding = false;
        this.#pump();
      });
  }

  /** Pages that show the same view share one encoding. */
  async #encodeFor(ready: readonly PreviewClient[], newest: Newest): Promise<void> {
    const encoder = this.#encoder;
    if (!encoder) return;
    const splits = newest.hasBefore ? [...new Set(ready.map((client) => client.split))] : [null];
    for (const split of splits) {
      // The frame may be replaced while the JPEG is made: what belongs to it is read before.
      const { number, takenAtMs } = newest;
      const before = split !== null && newest.hasBefore ? newest.before : null;
      const jpeg = await encoder.encode(newest.after, before, split ?? 0);
      const picture = this.#encoded++;
      const framed = framePicture(picture, before ? flagSplit : 0, takenAtMs, jpeg);
      for (const client of ready) {
        if (split !== null && client.split !== split) continue;
        client.lastFrame = number;
        if (client.sendPicture(picture, framed)) this.#sent++;
      }
    }
  }

  #sendTelemetry(): void {
    this.#telemetryTimer = null;
    this.#telemetrySentAt = performance.now();
    if (this.#telemetry) this.#sayToAll({ type: 'telemetry', telemetry: this.#telemetry });
  }

  #sayToAll(message: ServerMessage): void {
    for (const client of this.#clients) client.say(message);
  }
}
