import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector, request, type Dispatcher } from 'undici';
import { Fault } from '../../core/fault.ts';
import { isPublicAddress, publicLookup } from '../../mcp/safe-address.ts';

const MOST_REDIRECTS = 5;
const TIMEOUT = 30_000;

export interface RemoteOptions {
  /** Addresses of one's own network may be reached, and without TLS. */
  readonly allowPrivate: boolean;
  /** False: an answer that leads elsewhere is the answer. */
  readonly follow?: boolean;
  /** Milliseconds for connection, headers and body each. */
  readonly timeout?: number;
  /** A certificate that a client would refuse is told of (`certificateProblem`), and the answer is read. Only where nothing that is secret is sent. */
  readonly anyCertificate?: boolean;
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
  /** Origin → why its certificate would be refused. */
  readonly #certificates = new Map<string, string>();

  constructor(options: RemoteOptions) {
    this.#options = options;
    const connect = {
      timeout: options.timeout ?? TIMEOUT,
      ...(options.allowPrivate ? {} : { lookup: publicLookup }),
    };
    this.#agent = new Agent({
      connect: options.anyCertificate === true ? this.#looking(connect) : connect,
      headersTimeout: options.timeout ?? TIMEOUT,
      bodyTimeout: options.timeout ?? TIMEOUT,
    });
  }

  /** @throws Fault `ERR_USAGE` for an address that may not be asked; `ERR_UPSTREAM_UNREACHABLE` where nothing answers. */
  async get(
    address: URL,
    headers: Readonly<Record<string, string>> = {},
    signal: AbortSignal = this.#options.signal,
  ): Promise<RemoteAnswer> {
    let url = address;
    for (let step = 0; ; step++) {
      this.#check(url);
      let answer: Dispatcher.ResponseData;
      try {
        answer = await request(url, {
          dispatcher: this.#agent,
          headers: { 'user-agent': 'parapet', 'accept-encoding': 'identity', ...headers },
          signal: AbortSignal.any([this.#options.signal, signal]),
        });
      } catch (cause) {
        throw unreachable(url, cause);
      }
      const { location } = answer.headers;
      if (
        this.#options.follow !== false &&
        [301, 302, 303, 307, 308].includes(answer.statusCode) &&
        typeof location === 'string'
      ) {
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
        // Where clouds keep the credentials of machines: nobody is led there by somebody else's address, not even in one's own network.
        if (isLinkLocal(next) && !isLinkLocal(address))
          throw new Fault('ERR_UPSTREAM_INVALID', 'The address leads to one of the machine itself.', {
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

  /** Why the certificate at an address would be refused, as the end of a sentence; null where it would not be, or nothing was asked there. */
  certificateProblem({ origin }: URL): string | null {
    return this.#certificates.get(origin) ?? null;
  }

  /** A connector that looks at certificates and takes them all. */
  #looking(options: buildConnector.BuildOptions): buildConnector.connector {
    const connector = buildConnector({ ...options, rejectUnauthorized: false });
    return (target, done) =>
      connector(target, (...outcome) => {
        const [, socket] = outcome;
        if (socket instanceof TLSSocket && !socket.authorized) {
          const port = target.port === '' || target.port === '443' ? '' : `:${target.port}`;
          const host = target.hostname.includes(':') ? `[${target.hostname.replace(/^\[|\]$/g, '')}]` : target.hostname;
          // A session that is taken up again shows no certificate: the first says more.
          const origin = `https://${host}${port}`;
          if (!this.#certificates.has(origin)) this.#certificates.set(origin, problemOf(socket));
        }
        done(...outcome);
      });
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

/** 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291), and where Amazon's metadata are in IPv6. */
function isLinkLocal({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return /^169\.254\.|^fe[89ab][0-9a-f]:|^::ffff:a9fe:|^fd00:ec2::254$/.test(host);
}

/** An address without what may be secret in it. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function problemOf(socket: TLSSocket): string {
  const code = String(socket.authorizationError);
  const { valid_to: until } = socket.getPeerCertificate();
  const over = until === undefined ? Number.NaN : Date.parse(until);
  const expired = over < Date.now() ? `, and it expired on ${new Date(over).toISOString().slice(0, 10)}` : '';
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return Number.isNaN(over) ? 'has expired' : `expired on ${new Date(over).toISOString().slice(0, 10)}`;
    case 'CERT_NOT_YET_VALID':
      return 'is not valid yet';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `is for another name${expired}`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `is signed by itself${expired}`;
    default:
      return `is not signed by anybody who is trusted here (${code})${expired}`;
  }
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
