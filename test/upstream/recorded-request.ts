import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** A request as it arrived. */
export interface RecordedRequest {
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  /** The raw bytes of the body. */
  readonly body: Buffer;
  /** True once the other side went away before its answer was complete. */
  readonly disconnected: boolean;
  /** Settles when the answer is out or the other side has gone away: true when it went away. */
  readonly ended: Promise<boolean>;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function recordRequest(request: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
  let disconnected = false;
  const ended = new Promise<boolean>((resolve) => {
    response.once('close', () => {
      disconnected = !response.writableFinished;
      resolve(disconnected);
    });
  });
  const body = await bodyOf(request);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body,
    get disconnected() {
      return disconnected;
    },
    ended,
  };
}
