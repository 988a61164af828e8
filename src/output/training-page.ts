import type { WebSocket } from 'ws';
import { sharp } from '../system/sharp.js';
import type { RgbPicture, TrainingSample, TrainingTelemetry } from '../telemetry/training-telemetry.js';
import { newToken } from './preview-access.js';
import { PreviewClient } from './preview-client.js';
import { defaultPageRoot, loadPage, trainingPageRoot } from './preview-page.js';
import { framePicture } from './preview-protocol.js';
import { PreviewServer } from './preview-server.js';

/** A page that does not answer two of these is gone. */
const ALIVE_INTERVAL_MS = 15_000;
/** Whether a result is sharp is what people look for in it. */
const JPEG = { quality: 92, chromaSubsampling: '4:4:4' } as const;

/**
 * The page of a training: figures and pictures, on this machine alone, for whoever knows its address. The same server and
 * rules of access as the preview page; it takes no orders.
 */
export class TrainingPage {
  readonly #server: PreviewServer;
  readonly #clients = new Set<PreviewClient>();
  readonly #aliveTimer: NodeJS.Timeout;
  #telemetry: TrainingTelemetry | null = null;
  #sample: TrainingSample | null = null;
  #pictures = 0;

  private constructor(port: number) {
    this.#server = new PreviewServer({
      port,
      token: newToken(),
      page: loadPage(defaultPageRoot, trainingPageRoot),
      onConnection: (socket) => this.#welcome(socket),
    });
    this.#aliveTimer = setInterval(() => {
      for (const client of this.#clients) client.checkAlive();
    }, ALIVE_INTERVAL_MS).unref();
  }

  /** @param port - 0: any free port. @throws UserError OUTPUT_FAILED if the port cannot be had. */
  static async open(port: number): Promise<TrainingPage> {
    const page = new TrainingPage(port);
    await page.#server.listen();
    return page;
  }

  /** Where to open the page, secret included. */
  get address(): string {
    return this.#server.address;
  }

  /** How many pages are open. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Shows new figures on all pages. */
  update(telemetry: TrainingTelemetry): void {
    this.#telemetry = telemetry;
    for (const client of this.#clients) client.say({ type: 'training', telemetry });
  }

  /** Shows new pictures on the pages that are ready for them; the others get the next ones. */
  async show(sample: TrainingSample): Promise<void> {
    this.#sample = sample;
    await this.#send(sample, [...this.#clients]);
  }

  /** Says goodbye to the pages and frees the port. */
  async close(): Promise<void> {
    clearInterval(this.#aliveTimer);
    await this.#server.close();
    this.#clients.clear();
  }

  #welcome(socket: WebSocket): void {
    // It has no controls: what it says beside acknowledgements means nothing here.
    const client = new PreviewClient(
      socket,
      () => {},
      () => {},
    );
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
    if (this.#telemetry) client.say({ type: 'training', telemetry: this.#telemetry });
    if (this.#sample) this.#send(this.#sample, [client]).catch(() => {}); // `show` tells of it
  }

  async #send(sample: TrainingSample, clients: readonly PreviewClient[]): Promise<void> {
    const ready = clients.filter((client) => client.isReady);
    if (ready.length === 0) return;
    const jpeg = await encodeSideBySide([sample.driver, sample.target, sample.result]);
    const picture = this.#pictures++;
    const framed = framePicture(picture, 0, Date.now(), jpeg);
    for (const client of ready) client.sendPicture(picture, framed);
  }
}

/** Pictures of one size, left to right, as one JPEG. */
function encodeSideBySide(pictures: readonly RgbPicture[]): Promise<Uint8Array> {
  const { width, height } = pictures[0]!;
  const sheet = new Uint8Array(3 * width * height * pictures.length);
  for (const [at, { data }] of pictures.entries()) {
    for (let row = 0; row < height; row++) {
      sheet.set(data.subarray(3 * row * width, 3 * (row + 1) * width), 3 * width * (row * pictures.length + at));
    }
  }
  return sharp(sheet, { raw: { width: width * pictures.length, height, channels: 3 } })
    .jpeg(JPEG)
    .toBuffer();
}
