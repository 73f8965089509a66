import type { IncomingHttpHeaders } from 'node:http';
import { Pool, type Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { UpstreamConfig } from '../config/schema.ts';
import { wildcard } from '../core/wildcard.ts';

/** After a failed connection an upstream is tried last for this long. */
const COOL_DOWN_MILLIS = 5000;

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With query string. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | null;
}

/** Where an answer goes, in this order: `head`, any number of `data`, then `end` or `failed`. */
export interface AnswerSink {
  head(status: number, headers: IncomingHttpHeaders): void;
  data(chunk: Buffer): void;
  end(): void;
  failed(fault: Fault): void;
}

/** The hand on a running call. */
export interface Call {
  pause(): void;
  resume(): void;
  abort(): void;
}

/** One provider endpoint with its connections. */
export interface Upstream {
  readonly config: UpstreamConfig;
  readonly id: string;
  /** Provider's name for a model that callers ask for, or null when this upstream does not serve it. */
  serves(model: string): string | null;
  /** True shortly after a connection failed. */
  readonly coolingDown: boolean;
  send(request: UpstreamRequest, sink: AnswerSink): Call;
  close(): Promise<void>;
}

export function createUpstream(config: UpstreamConfig, clock: Clock): Upstream {
  const base = new URL(config.url);
  // A base URL may carry a path (`https://host/team-a`); a trailing `/v1` is the habit of the OpenAI SDKs.
  const prefix = base.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  const pool = new Pool(base.origin, {
    connections: config.connections,
    pipelining: 1,
    connect: { timeout: config.connectTimeout },
    headersTimeout: config.firstByteTimeout,
    bodyTimeout: config.idleTimeout,
    keepAliveTimeout: 30_000,
  });
  const patterns = config.models.map(wildcard);
  const aliases = new Map(Object.entries(config.aliases));
  let coolUntil = 0;

  return {
    config,
    id: config.id,
    get coolingDown() {
      return coolUntil > clock();
    },
    serves(model) {
      return aliases.get(model) ?? (patterns.some((matches) => matches(model)) ? model : null);
    },
    send(request, sink) {
      const handler = new AnswerHandler(sink, config.id, () => {
        coolUntil = clock() + COOL_DOWN_MILLIS;
      });
      pool.dispatch(
        { method: request.method, path: prefix + request.path, headers: request.headers, body: request.body },
        handler,
      );
      return handler;
    },
    close: () => pool.destroy(),
  };
}

/** undici's dispatch handler: the thinnest way from the socket to the sink. */
class AnswerHandler implements Dispatcher.DispatchHandler, Call {
  readonly #sink: AnswerSink;
  readonly #upstream: string;
  readonly #onUnreachable: () => void;
  #controller: Dispatcher.DispatchController | null = null;
  #aborted = false;
  #headSeen = false;

  constructor(sink: AnswerSink, upstream: string, onUnreachable: () => void) {
    this.#sink = sink;
    this.#upstream = upstream;
    this.#onUnreachable = onUnreachable;
  }

  pause(): void {
    this.#controller?.pause();
  }
  resume(): void {
    this.#controller?.resume();
  }
  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#controller?.abort(new Error('aborted by the gateway'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(new Error('aborted by the gateway'));
  }
  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#aborted) return;
    this.#headSeen = true;
    this.#sink.head(status, headers);
  }
  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#aborted) this.#sink.data(chunk);
  }
  onResponseEnd(): void {
    if (!this.#aborted) this.#sink.end();
  }
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#aborted) return;
    const fault = toFault(error, this.#upstream, this.#headSeen);
    if (fault.code === 'ERR_UPSTREAM_UNREACHABLE') this.#onUnreachable();
    this.#sink.failed(fault);
  }
}

function toFault(error: Error, upstream: string, headSeen: boolean): Fault {
  const code = (error as { code?: unknown }).code;
  switch (code) {
    case 'UND_ERR_HEADERS_TIMEOUT':
      return new Fault('ERR_UPSTREAM_TIMEOUT', `The upstream "${upstream}" did not begin to answer in time.`, {
        cause: error,
      });
    case 'UND_ERR_BODY_TIMEOUT':
      return new Fault('ERR_UPSTREAM_TIMEOUT', `The upstream "${upstream}" stopped in the middle of its answer.`, {
        cause: error,
      });
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new Fault('ERR_UPSTREAM_UNREACHABLE', `The upstream "${upstream}" cannot be reached.`, { cause: error });
    default:
      return headSeen
        ? new Fault('ERR_UPSTREAM_INVALID', `The upstream "${upstream}" broke off its answer.`, { cause: error })
        : new Fault('ERR_UPSTREAM_UNREACHABLE', `The connection to the upstream "${upstream}" failed.`, {
            cause: error,
          });
  }
}
