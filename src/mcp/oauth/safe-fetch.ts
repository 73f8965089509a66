import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { Fault } from '../../core/fault.ts';
import { readJson } from '../../text/json/read-json.ts';
import { isObject, type JsonObject } from '../rpc-message.ts';
import { isPublicAddress, publicLookup } from '../safe-address.ts';

/** A document of an authorization server; none is larger. */
const MOST_BYTES = 256 * 1024;
const TIMEOUT = 10_000;

export interface FetchedDocument {
  readonly status: number;
  /** Null where it is no JSON object. */
  readonly body: JsonObject | null;
  readonly challenge: string | undefined;
}

export interface Sent {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Calls addresses that others name: documents of servers and authorization servers. Over https and to the internet alone, but for
 * origins that the operator has named as private; the name is resolved once, and every address that it has is looked at; redirects
 * are answers like any other, and not followed.
 */
export class SafeFetch {
  readonly #open: ReadonlySet<string>;
  readonly #public = new Agent({ connect: { timeout: TIMEOUT, lookup: publicLookup } });
  readonly #private = new Agent({ connect: { timeout: TIMEOUT } });

  /** @param open origins that may stand on a private network, and be reached over http. */
  constructor(open: ReadonlySet<string>) {
    this.#open = open;
  }

  /** Why an address is not called, or null. What a name resolves to is looked at when it is called. */
  refusal(url: URL): string | null {
    if (url.username !== '' || url.password !== '' || url.hash !== '') return 'it is no plain URL';
    if (this.#open.has(url.origin)) return null;
    if (url.protocol !== 'https:') return 'it is not https';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && !isPublicAddress(host)))
      return 'it is not on the internet';
    return null;
  }

  /** @param what for messages: `The metadata of the authorization server`. @throws Fault `ERR_UPSTREAM_AUTH`. */
  async fetch(url: URL, sent: Sent, what: string): Promise<FetchedDocument> {
    const refusal = this.refusal(url);
    if (refusal !== null)
      throw new Fault('ERR_UPSTREAM_AUTH', `${what} is not fetched: ${refusal}.`, { where: url.origin });
    try {
      const { statusCode, headers, body } = await request(url, {
        method: sent.method,
        headers: { accept: 'application/json', ...sent.headers },
        ...(sent.body === undefined ? {} : { body: sent.body }),
        dispatcher: this.#open.has(url.origin) ? this.#private : this.#public,
        headersTimeout: TIMEOUT,
        bodyTimeout: TIMEOUT,
        signal: AbortSignal.timeout(2 * TIMEOUT),
      });
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > MOST_BYTES) throw new RangeError('too long');
        chunks.push(chunk);
      }
      const given = headers['www-authenticate'];
      return {
        status: statusCode,
        body: objectIn(Buffer.concat(chunks)),
        challenge: Array.isArray(given) ? given.join(', ') : given,
      };
    } catch (cause) {
      const closed = (cause as { readonly code?: unknown } | null)?.code === 'ERR_ADDRESS_CLOSED';
      const why = closed ? 'its name leads to an address that is not on the internet' : 'it cannot be reached';
      throw new Fault('ERR_UPSTREAM_AUTH', `${what} is not there: ${why}.`, { where: url.origin, cause });
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#public.destroy(), this.#private.destroy()]);
  }
}

function objectIn(bytes: Buffer): JsonObject | null {
  try {
    const value = readJson(bytes, { bytes: MOST_BYTES, depth: 16, items: 10_000 });
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
