import { isIP } from 'node:net';
import { Agent, request, type Dispatcher } from 'undici';
import { Fault } from '../../core/fault.ts';
import { isPublicAddress, publicLookup } from '../../mcp/safe-address.ts';

const MOST_REDIRECTS = 5;
const TIMEOUT = 30_000;

export interface RemoteOptions {
  /** Addresses of one's own network may be reached, and without TLS. */
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
}

export interface RemoteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The address that answered, after redirects. */
  readonly url: URL;
  /** @throws Fault `ERR_UPSTREAM_INVALID` where more than `limit` bytes come. */
  body(limit: number): Promise<Uint8Array>;
  /** Ends the answer unread. */
  close(): void;
}

/**
 * Asks for files over HTTP on behalf of a user who was given an address by a stranger: GET only, no credentials, no cookies, and nowhere but
 * to the internet, after redirects and name resolution, too.
 */
export class RemoteClient {
  readonly #options: RemoteOptions;
  readonly #agent: Agent;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connect: { timeout: TIMEOUT, ...(options.allowPrivate ? {} : { lookup: publicLookup }) },
      headersTimeout: TIMEOUT,
      bodyTimeout: TIMEOUT,
    });
  }

  /** @throws Fault `ERR_USAGE` for an address that may not be asked; `ERR_UPSTREAM_UNREACHABLE` where nothing answers. */
  async get(address: URL, headers: Readonly<Record<string, string>> = {}): Promise<RemoteAnswer> {
    let url = address;
    for (let step = 0; ; step++) {
      this.#check(url);
      let answer: Dispatcher.ResponseData;
      try {
        answer = await request(url, {
          dispatcher: this.#agent,
          headers: { 'user-agent': 'parapet', 'accept-encoding': 'identity', ...headers },
          signal: this.#options.signal,
        });
      } catch (cause) {
        throw unreachable(url, cause);
      }
      const { location } = answer.headers;
      if ([301, 302, 303, 307, 308].includes(answer.statusCode) && typeof location === 'string') {
        discard(answer.body);
        const next = URL.parse(location, url.href);
        if (step >= MOST_REDIRECTS || next === null)
          throw new Fault('ERR_UPSTREAM_INVALID', 'The address leads from one place to another without end.', {
            where: shown(address),
          });
        if (url.protocol === 'https:' && next.protocol !== 'https:')
          throw new Fault('ERR_UPSTREAM_INVALID', 'The address leads from https to a place without protection.', {
            where: shown(next),
          });
        url = next;
        continue;
      }
      const at = url;
      return {
        status: answer.statusCode,
        headers: answer.headers,
        url: at,
        body: (limit) => read(answer.body, limit, at),
        close: () => discard(answer.body),
      };
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #check(url: URL): void {
    const refuse = (message: string): Fault =>
      new Fault('ERR_USAGE', message, { where: shown(url), hint: 'Say --allow-private-addresses if it is meant.' });
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new Fault('ERR_USAGE', 'Only http and https are read.', { where: shown(url) });
    if (url.username !== '' || url.password !== '') {
      throw new Fault('ERR_USAGE', 'The address holds credentials, which are never sent.', { where: shown(url) });
    }
    if (this.#options.allowPrivate) return;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && !isPublicAddress(host)))
      throw refuse('The address is not on the internet.');
  }
}

/** An address without what may be secret in it. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function unreachable(url: URL, cause: unknown): Fault {
  const { code, name } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_ADDRESS_CLOSED') {
    return new Fault('ERR_USAGE', 'The name leads to an address that is not on the internet.', {
      where: shown(url),
      hint: 'Say --allow-private-addresses if it is meant.',
      cause,
    });
  }
  return new Fault('ERR_UPSTREAM_UNREACHABLE', `The address does not answer (${code ?? name}).`, {
    where: shown(url),
    cause,
  });
}

async function read(body: Dispatcher.ResponseData['body'], limit: number, url: URL): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const part of body) {
      total += (part as Uint8Array).length;
      if (total > limit) {
        throw new Fault('ERR_UPSTREAM_INVALID', `The answer is longer than ${limit} bytes.`, { where: shown(url) });
      }
      parts.push(part as Uint8Array);
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw unreachable(url, cause);
  }
  return Buffer.concat(parts, total);
}

function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
}
