import { WebSocket } from 'ws';
import { type ClientMessage, parseClientMessage, type ServerMessage } from './preview-protocol.js';

/** Pictures sent and not yet acknowledged: one on its way while the page draws another. */
const maxInFlight = 2;
/** Bytes waiting for a page that does not read. Beyond it nothing more is sent to it, so memory is bounded. */
const maxBufferedBytes = 1 << 20;

/** What a page asks for, acknowledgements aside. */
export type PageRequest = Exclude<ClientMessage, { type: 'ack' }>;

/** One open page: what it was sent, what it has drawn, and whether it can take more. A slow page slows only itself. */
export class PreviewClient {
  /** Where this page's divider between before and after stands, as a part of the width. */
  split = 0.5;
  /** The last frame that was sent to it, by the sink's count. */
  lastFrame = -1;
  readonly #socket: WebSocket;
  readonly #inFlight = new Set<number>();
  /** Whether a ping has been sent and no pong has come back yet. */
  #isSilent = false;

  /**
   * @param onMessage - called with each valid message except acknowledgements, which are kept track of here
   * @param onChange - called when the page may have become ready for a picture
   */
  constructor(socket: WebSocket, onMessage: (message: PageRequest) => void, onChange: () => void) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      const parsed = isBinary
        ? ({ ok: false, reason: 'The page sent bytes where text was expected.' } as const)
        : parseClientMessage(data.toString());
      if (!parsed.ok) this.say({ type: 'message', severity: 'error', text: parsed.reason });
      else if (parsed.message.type === 'ack') this.#inFlight.delete(parsed.message.picture);
      else onMessage(parsed.message);
      onChange();
    });
    socket.on('pong', () => {
      this.#isSilent = false;
    });
    // A page that vanishes is followed by 'close', which removes it; without a listener it would end the program.
    socket.on('error', () => {});
  }

  /** Whether the page has drawn what it was sent and its connection is not backed up. */
  get isReady(): boolean {
    return this.#canTake && this.#inFlight.size < maxInFlight;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /**
   * Sends a picture, or drops it if the page has gone or does not read.
   *
   * @param framed - a picture with its header; shared with other clients, so only read
   * @returns whether it was sent
   */
  sendPicture(picture: number, framed: Buffer): boolean {
    if (!this.#canTake) return false;
    this.#inFlight.add(picture);
    this.#socket.send(framed, ignoreResult);
    return true;
  }

  /** Sends a message, or drops it if the page does not read. */
  say(message: ServerMessage): void {
    if (this.#canTake) this.#socket.send(JSON.stringify(message), ignoreResult);
  }

  /** Ends a connection that has not answered since the last call; asks the others to answer. */
  checkAlive(): void {
    if (this.#isSilent) {
      this.#socket.terminate();
      return;
    }
    this.#isSilent = true;
    if (this.#canTake) this.#socket.ping(ignoreResult);
  }

  get #canTake(): boolean {
    return this.#socket.readyState === WebSocket.OPEN && this.#socket.bufferedAmount < maxBufferedBytes;
  }
}

/** A send that fails is followed by 'close'. Without a callback, `ws` would raise it as an error of the program. */
function ignoreResult(): void {}
