import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorBody } from '../conversation/error-body.ts';
import type { Dialect } from '../conversation/surface.ts';
import type { Fault } from '../core/fault.ts';
import { requestIdHeaders } from './headers.ts';

/** Bytes of an unwanted body that are read and thrown away so that the refusal can be read by the client. */
const DRAIN_BYTES = 1024 * 1024;
const DRAIN_MILLIS = 2000;

/** The client's side of one exchange. */
export class Client {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  #gone = false;
  readonly #left = new AbortController();
  #onGone: (() => void) | null = null;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    response.on('close', () => {
      if (response.writableFinished) return;
      this.#gone = true;
      this.#left.abort();
      this.#onGone?.();
    });
    // A socket error shows as `close`; without a listener it would end the process.
    response.on('error', () => {});
  }

  /** The client closed the connection before the answer was whole. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Aborted when the client has gone away. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** Calls back once when the client goes away, at once when it already has. */
  onGone(callback: () => void): void {
    this.#onGone = callback;
    if (this.#gone) callback();
  }

  send(status: number, headers: Record<string, string | string[]>, body: Uint8Array | string): void {
    if (this.#gone || this.response.headersSent) return;
    const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    headers['content-length'] = String(bytes.length);
    if (!this.request.complete) {
      headers['connection'] = 'close';
      this.#drain();
    }
    this.response.writeHead(status, headers);
    this.response.end(bytes);
  }

  /** An error in the caller's dialect. Returns the status. */
  refuse(dialect: Dialect, fault: Fault, requestId: string, extra: Readonly<Record<string, string>> = {}): void {
    const { status, body, headers } = errorBody(dialect, fault, requestId);
    this.send(
      status,
      { ...headers, ...requestIdHeaders(requestId), ...extra, 'content-type': 'application/json' },
      body,
    );
  }

  /** Closing a connection with unread bytes resets it, and the client would not see why: read a little, then close. */
  #drain(): void {
    const { request } = this;
    let read = 0;
    const timer = setTimeout(() => request.destroy(), DRAIN_MILLIS);
    timer.unref();
    request.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read > DRAIN_BYTES) request.destroy();
    });
    request.on('close', () => clearTimeout(timer));
    request.resume();
  }
}
