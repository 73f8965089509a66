import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { Fault, isFault } from '../../core/fault.ts';
import { retryAfterMillis } from './retry-after.ts';

export interface EndpointSettings {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Goes to the origin and nowhere else: not into an error, a log or a report. */
  readonly credential?: { readonly header: string; readonly value: string };
  /** Requests at once. */
  readonly concurrent: number;
  /** Milliseconds for one attempt, its answer included. */
  readonly timeout: number;
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one, with chance. */
  readonly firstWait: number;
  /** Milliseconds; a server that asks to wait longer is given up. */
  readonly longestWait: number;
}

export interface EndpointRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface EndpointAnswer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Bytes of an answer; none that holds scores is larger. */
export const MOST_ANSWER_BYTES = 64 * 1024 * 1024;
/** Statuses after which the same request may go better. */
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504, 529]);

/**
 * The connections to one origin, which its user has named: there is no guard on addresses, as with the gateway's upstreams. Redirects are
 * not followed. Scoring changes nothing at the other end, so requests are sent again.
 */
export class HttpEndpoint {
  readonly #settings: EndpointSettings;
  readonly #pool: Pool;
  readonly #ended = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #free: number;
  /** Attempts that were sent, and those among them that were second or later ones. */
  readonly count = { attempts: 0, again: 0 };

  constructor(settings: EndpointSettings) {
    this.#settings = settings;
    this.#free = settings.concurrent;
    this.#pool = new Pool(settings.origin, {
      connections: settings.concurrent,
      connect: { timeout: settings.timeout },
      headersTimeout: settings.timeout,
      bodyTimeout: settings.timeout,
    });
  }

  /**
   * Sends a request until it is answered with 200, at most so often as the settings say.
   * @throws Fault `ERR_TARGET`; never quotes what was sent or answered
   */
  async send(request: EndpointRequest): Promise<EndpointAnswer> {
    await this.#enter();
    try {
      for (let attempt = 1; ; attempt++) {
        const found = await this.#attempt(request, attempt);
        if ('body' in found) return found;
        if (!found.again || attempt >= this.#settings.attempts || this.#ended.signal.aborted) throw found.fault;
        await this.#wait(attempt, found);
      }
    } finally {
      this.#leave();
    }
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#pool.destroy();
  }

  async #attempt(request: EndpointRequest, attempt: number): Promise<EndpointAnswer | Failure> {
    const { headers, credential, timeout, origin } = this.#settings;
    this.count.attempts++;
    if (attempt > 1) this.count.again++;
    const late = AbortSignal.timeout(timeout);
    try {
      const response = await this.#pool.request({
        method: request.method,
        path: request.path,
        headers: {
          accept: 'application/json',
          ...headers,
          ...request.headers,
          ...(credential === undefined ? {} : { [credential.header]: credential.value }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: AbortSignal.any([late, this.#ended.signal]),
      });
      const { statusCode } = response;
      if (statusCode === 200) return { headers: response.headers, body: await wholeBody(response.body, origin) };
      // Not read: what an error says is not ours to show.
      response.body.destroy();
      response.body.on('error', () => {});
      const after = response.headers['retry-after'];
      return {
        fault: refusal(statusCode, origin, attempt),
        again: AGAIN.has(statusCode),
        wait: retryAfterMillis(typeof after === 'string' ? after : undefined, Date.now()),
      };
    } catch (cause) {
      if (isFault(cause)) throw cause;
      const why = late.aborted ? `did not answer within ${timeout} ms` : 'cannot be reached';
      const tried = attempt > 1 ? `, ${attempt} times` : '';
      return {
        fault: new Fault('ERR_TARGET', `The target ${why}${tried}.`, {
          where: origin,
          hint: late.aborted ? 'Raise http.timeout, or send fewer samples at once (http.batch).' : 'Is it running?',
          cause: new Error(String((cause as { readonly code?: unknown } | null)?.code ?? 'network error')),
        }),
        again: true,
        wait: null,
      };
    }
  }

  async #wait(attempt: number, failure: Failure): Promise<void> {
    const { firstWait, longestWait, origin } = this.#settings;
    if (failure.wait !== null && failure.wait > longestWait) {
      throw new Fault('ERR_TARGET', `The target asks to wait ${Math.ceil(failure.wait / 1000)} s.`, {
        where: origin,
        hint: 'Go on later (with http.log no answer is lost), or raise http.retry.longestWait.',
        retryAfter: Math.ceil(failure.wait / 1000),
        cause: failure.fault,
      });
    }
    // Full jitter above one half, so that requests that were refused together do not come back together.
    const growing = Math.min(firstWait * 2 ** (attempt - 1), longestWait) * (0.5 + Math.random() / 2);
    await sleep(Math.max(growing, failure.wait ?? 0), undefined, { signal: this.#ended.signal }).catch(() => {
      throw failure.fault;
    });
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((enter) => this.#waiting.push(enter));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

interface Failure {
  readonly fault: Fault;
  readonly again: boolean;
  /** Milliseconds that the server asks for. */
  readonly wait: number | null;
}

async function wholeBody(body: AsyncIterable<Buffer>, where: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MOST_ANSWER_BYTES) {
      throw new Fault('ERR_TARGET', `The target's answer has more than ${MOST_ANSWER_BYTES} bytes.`, {
        where,
        hint: 'Send fewer samples at once (http.batch).',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refusal(status: number, where: string, attempt: number): Fault {
  const tried = attempt > 1 ? `, ${attempt} times` : '';
  const hint =
    status === 401 || status === 403
      ? 'It refuses the credential: see http.auth.'
      : status >= 300 && status < 400
        ? 'Redirects are not followed; write down where it leads.'
        : status === 404
          ? 'Check the address, and the name and version of the model in it.'
          : status === 413
            ? 'Send fewer samples at once (http.batch).'
            : status >= 400 && status < 500 && status !== 429
              ? 'Check the request: names, shapes and data types.'
              : 'Its own log says why.';
  return new Fault('ERR_TARGET', `The target answered with status ${status}${tried}.`, { where, hint });
}
