import type { IncomingMessage, ServerResponse } from 'node:http';

const PING = 15_000;
const MOST_BUFFERED = 16 * 1024 * 1024;

/**
 * One HTTP exchange with a client, through which messages go back: as one JSON answer when that is all there is, as an event
 * stream from the moment that there is more.
 */
export class HttpWay {
  readonly #response: ServerResponse;
  readonly #streams: boolean;
  #timer: NodeJS.Timeout | null = null;
  #begun = false;
  /** Set before the first message: the session that an `initialize` began. */
  sessionId: string | null = null;

  /** @param onGone the client went away before the answer. */
  constructor(request: IncomingMessage, response: ServerResponse, onGone: () => void) {
    this.#response = response;
    this.#streams = String(request.headers.accept ?? '').includes('text/event-stream');
    response.on('close', () => {
      if (this.#timer !== null) clearInterval(this.#timer);
      if (!response.writableFinished) onGone();
    });
  }

  get open(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  /** Opens the event stream without a message. */
  begin(): void {
    if (this.#begun || !this.open) return;
    this.#begun = true;
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      ...this.#session(),
    });
    this.#response.flushHeaders();
    this.#timer = setInterval(() => this.#response.write(': ping\n\n'), PING);
    this.#timer.unref();
  }

  send(text: string, last: boolean): void {
    if (!this.open) return;
    if (last && !this.#begun) {
      this.json(200, text);
      return;
    }
    if (!this.#streams) return; // A client that takes no events gets the answer alone.
    this.begin();
    const data = text
      .split(/\r\n|\r|\n/)
      .map((line) => `data: ${line}\n`)
      .join('');
    this.#response.write(`event: message\n${data}\n`);
    if (last) this.#response.end();
    else if (this.#response.writableLength > MOST_BUFFERED) this.#response.destroy();
  }

  json(status: number, text: string): void {
    if (!this.open) return;
    this.#response.writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(text),
      ...this.#session(),
    });
    this.#response.end(text);
  }

  end(): void {
    if (this.open) this.#response.end();
  }

  #session(): Record<string, string> {
    return this.sessionId === null ? {} : { 'mcp-session-id': this.sessionId };
  }
}
