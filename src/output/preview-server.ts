import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { UserError } from '../errors.js';
import { type Access, admittedPath, isOurOrigin } from './preview-access.js';
import type { PageFiles } from './preview-page.js';

/** Pages open at once. Each costs memory, and a person needs one or two. */
const maxClients = 8;
/** What a page sends is a command of some hundred bytes. */
const maxMessageBytes = 16 * 1024;
/** How long closing waits for pages to say goodbye. */
const goodbyeMs = 300;

/** What is served, to whom, and who hears of a new page. */
export interface PreviewServerOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly token: string;
  readonly page: PageFiles;
  readonly onConnection: (socket: WebSocket) => void;
}

/** Serves the page and its WebSocket on 127.0.0.1, to whoever knows the token and to nobody else. */
export class PreviewServer {
  readonly #options: PreviewServerOptions;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });

  constructor(options: PreviewServerOptions) {
    this.#options = options;
    this.#http = createServer((request, response) => this.#answer(request, response));
    this.#http.headersTimeout = 5_000;
    this.#http.requestTimeout = 5_000;
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Where the page is, token included. Only after `listen`. */
  get address(): string {
    return `http://127.0.0.1:${this.#access.port}/${this.#options.token}/`;
  }

  /** @throws UserError OUTPUT_FAILED if the port cannot be had. */
  listen(): Promise<void> {
    const { port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#http.once('error', (error: NodeJS.ErrnoException) => reject(explainListen(error, port)));
      this.#http.listen({ host: '127.0.0.1', port }, () => {
        this.#http.removeAllListeners('error');
        resolve();
      });
    });
  }

  /** Says goodbye to the pages and frees the port. */
  async close(): Promise<void> {
    if (!this.#http.listening) return;
    const closed = new Promise((resolve) => this.#http.close(resolve));
    for (const socket of this.#sockets.clients) socket.close(1001, 'mien has ended');
    const giveUp = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
      this.#http.closeAllConnections();
    }, goodbyeMs);
    this.#http.closeIdleConnections();
    await closed;
    clearTimeout(giveUp);
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  get #access(): Access {
    return { token: this.#options.token, port: (this.#http.address() as AddressInfo).port };
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = admittedPath(request, this.#access);
    response.setHeaders(securityHeaders(request, path !== null));
    const file = path === null ? undefined : this.#options.page.get(path);
    if (path === null) {
      endWithText(response, 403, 'Open the address that mien prints: its token is missing here.\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      endWithText(response, 405, 'Only GET.\n');
    } else if (!file) {
      endWithText(response, 404, 'No such page.\n');
    } else {
      response.setHeader('Content-Type', file.type);
      response.setHeader('Content-Length', file.body.byteLength);
      response.end(request.method === 'HEAD' ? undefined : file.body);
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A connection that breaks during the handshake: there is nobody left to tell.
    socket.on('error', () => socket.destroy());
    const access = this.#access;
    if (admittedPath(request, access) !== 'socket' || !isOurOrigin(request, access)) {
      refuse(socket, '403 Forbidden');
    } else if (this.#sockets.clients.size >= maxClients) {
      refuse(socket, '503 Service Unavailable');
    } else {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#options.onConnection(webSocket));
    }
  }
}

/** Nothing from elsewhere runs in the page, nothing of it is stored, and no other page may frame or read it. */
function securityHeaders(request: IncomingMessage, isAdmitted: boolean): Map<string, string> {
  // 'self' does not cover ws: in every browser, so the address is named; the host is ours, for it was admitted.
  const socket = isAdmitted ? ` ws://${request.headers.host}` : '';
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${socket}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new Map([
    ['Content-Security-Policy', policy.join('; ')],
    ['Cache-Control', 'no-store'],
    ['Referrer-Policy', 'no-referrer'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
  ]);
}

function endWithText(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Connection', 'close');
  response.end(text);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function explainListen(error: NodeJS.ErrnoException, port: number): UserError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'another program is using it'
      : error.code === 'EACCES'
        ? 'this user may not open it'
        : error.message;
  return new UserError(
    'OUTPUT_FAILED',
    `The preview page cannot listen on port ${port} of 127.0.0.1: ${why}.`,
    'Choose another port, or 0 for any free one.',
    { cause: error },
  );
}
