import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What the page's HTTP server and its WebSocket both ask before they say anything: who may see the user's face. */
export interface Access {
  readonly token: string;
  readonly port: number;
}

/** A new secret for the page's address: 192 random bits, in characters that need no escaping. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * The path behind the token (`page.css` of `/TOKEN/page.css`), or null if the request may not see anything.
 *
 * The token comes first in the path, so that the page's own relative links carry it and no cookie is needed. A request
 * must also name us as its host: a page elsewhere whose name was pointed at 127.0.0.1 (DNS rebinding) names itself.
 */
export function admittedPath(request: IncomingMessage, access: Access): string | null {
  const [, given = '', ...rest] = (request.url ?? '').split('?', 1)[0]!.split('/');
  const isHost = hosts(access.port).includes(request.headers.host ?? '');
  const isOrigin = request.headers.origin === undefined || isOurOrigin(request, access);
  // The token is compared last and always, so that the time taken tells nothing about it.
  const isToken = isSameSecret(given, access.token);
  return isHost && isOrigin && isToken && rest.length > 0 ? rest.join('/') : null;
}

/** Whether the request comes from our own page: browsers state the origin of every WebSocket and cannot be made to lie. */
export function isOurOrigin(request: IncomingMessage, access: Access): boolean {
  return hosts(access.port).some((host) => request.headers.origin === `http://${host}`);
}

function hosts(port: number): readonly string[] {
  const suffix = port === 80 ? '' : `:${port}`;
  return [`127.0.0.1${suffix}`, `localhost${suffix}`];
}

/** Compares in constant time. Hashing first makes both sides the same length, whatever was sent. */
function isSameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
