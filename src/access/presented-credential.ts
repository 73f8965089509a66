import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../core/fault.ts';
import { VIRTUAL_KEY_PREFIX } from './virtual-key.ts';

/** The secret that a request shows, told apart by its form alone. */
export interface PresentedCredential {
  readonly kind: 'key' | 'jwt' | 'other';
  readonly text: string;
}

/**
 * Where the providers' SDKs put their key: OpenAI (`authorization`), Anthropic (`x-api-key`), Azure (`api-key`),
 * Google (`x-goog-api-key`).
 */
const KEY_HEADERS = ['x-api-key', 'api-key', 'x-goog-api-key'] as const;

/** Bytes; larger than any token that fits usefully into a header. */
const LONGEST = 16_384;
/** RFC 6750 §2.1 `b64token`: no spaces, no commas, so two joined header lines never read as one credential. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
/** RFC 7515 §7.1: three base64url parts. The last may be empty (`alg: none`), which verification refuses. */
const JWS_COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/**
 * The one credential of a request, or null when it shows none. The same credential in two headers counts once.
 * @throws Fault `ERR_UNAUTHENTICATED` when one is malformed, or two differ: which one counts would then depend on
 *   who reads the request, so none does.
 */
export function readCredential(headers: IncomingHttpHeaders): PresentedCredential | null {
  let text = headers.authorization === undefined ? null : bearer(headers.authorization);
  for (const header of KEY_HEADERS) {
    const value = headers[header];
    if (value === undefined) continue;
    if (Array.isArray(value)) throw malformed(header);
    const token = checked(value.trim(), header);
    if (text !== null && text !== token) {
      throw new Fault('ERR_UNAUTHENTICATED', 'The request shows several different credentials.', {
        where: header,
        hint: `Send one of: Authorization: Bearer, ${KEY_HEADERS.join(', ')}.`,
      });
    }
    text = token;
  }
  return text === null ? null : { kind: kindOf(text), text };
}

function bearer(value: string): string {
  const space = value.indexOf(' ');
  const scheme = space === -1 ? value : value.slice(0, space);
  if (scheme.toLowerCase() !== 'bearer') {
    throw new Fault('ERR_UNAUTHENTICATED', 'The authorization scheme is not supported.', {
      where: 'authorization',
      hint: 'Use: Authorization: Bearer <key or token>.',
    });
  }
  return checked(value.slice(scheme.length).trim(), 'authorization');
}

function checked(text: string, header: string): string {
  if (text.length > LONGEST) {
    throw new Fault('ERR_UNAUTHENTICATED', `The credential is longer than ${LONGEST} characters.`, { where: header });
  }
  if (!TOKEN.test(text)) throw malformed(header);
  return text;
}

function malformed(header: string): Fault {
  return new Fault('ERR_UNAUTHENTICATED', 'The credential is empty or malformed.', { where: header });
}

function kindOf(text: string): PresentedCredential['kind'] {
  if (text.startsWith(VIRTUAL_KEY_PREFIX)) return 'key';
  return JWS_COMPACT.test(text) ? 'jwt' : 'other';
}
