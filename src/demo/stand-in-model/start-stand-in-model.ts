import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Fault } from '../../core/fault.ts';
import { anthropicFormat } from './anthropic-format.ts';
import { decide } from './decide.ts';
import { row } from './dialect-format.ts';
import type { DialectFormat, Reply } from './dialect-format.ts';
import { openaiFormat } from './openai-format.ts';
import type { Turn } from './turn.ts';

export const STAND_IN_MODEL = 'stand-in-1';

const MAX_BODY = 4 * 1024 * 1024;
/** How many requests the model remembers for `seen`. */
const MAX_SEEN = 500;

export interface StandInOptions {
  /** Default 127.0.0.1: it obeys anybody, so it stays on this machine. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Milliseconds between two words of a stream, so that a person sees it stream. Default 0. */
  readonly pace?: number;
}

export interface StandInModel {
  /** `http://127.0.0.1:port`, without a version. */
  readonly url: string;
  /** The body of the request that carried this text as its `user` (or `metadata.user_id`), as it arrived here; null when none did. */
  seen(user: string): string | null;
  close(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= MAX_BODY) chunks.push(chunk as Buffer);
  }
  return size > MAX_BODY ? null : Buffer.concat(chunks).toString('utf8');
}

const tokens = (text: string): number => Math.ceil(text.length / 4);

/** The same request gets the same answer, ids included. */
function replyTo(turn: Turn, body: string): Reply {
  const move = decide(turn);
  const id = createHash('sha256').update(body).digest('hex').slice(0, 24);
  const calls = move.calls.map((call, index) => ({ ...call, id: `call_${id}${index}` }));
  const said = move.text + JSON.stringify(move.calls);
  return { id, model: turn.model, text: move.text, calls, inputTokens: tokens(body), outputTokens: tokens(said) };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Resolves when more can be written, or nobody is there to read it. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

async function sendStream(response: ServerResponse, events: readonly string[], pace: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const event of events) {
    if (response.destroyed) return;
    if (!response.write(event)) await drained(response);
    if (pace > 0) await setTimeout(pace);
  }
  response.end();
}

const FORMATS: Readonly<Record<string, DialectFormat>> = {
  'POST /v1/chat/completions': openaiFormat,
  'POST /v1/messages': anthropicFormat,
};

/**
 * Starts the stand-in for a language model: a deterministic script that obeys every instruction that it reads.
 * It speaks OpenAI chat completions and Anthropic messages, whole and streamed, with tools.
 *
 * @throws Fault `ERR_USAGE` when the port cannot be opened.
 */
export async function startStandInModel(options: StandInOptions = {}): Promise<StandInModel> {
  const seen = new Map<string, string>();
  const pace = options.pace ?? 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const anthropic = path.startsWith('/v1/messages') || request.headers['anthropic-version'] !== undefined;
    const format = FORMATS[`${request.method} ${path}`];
    const fallback = anthropic ? anthropicFormat : openaiFormat;
    const text = await readBody(request);
    if (request.method === 'GET' && path === '/v1/models') {
      const models = [{ id: STAND_IN_MODEL, object: 'model', created: 0, owned_by: 'parapet-demo' }];
      return sendJson(response, 200, { object: 'list', data: models });
    }
    if (format === undefined) {
      return sendJson(
        response,
        404,
        fallback.error(404, `The stand-in model does not serve ${request.method} ${path}.`),
      );
    }
    if (text === null) return sendJson(response, 413, format.error(413, `The body is larger than ${MAX_BODY} bytes.`));
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return sendJson(response, 400, format.error(400, 'The body is not JSON.'));
    }
    const turn = format.read(body);
    if (typeof turn === 'string') return sendJson(response, 400, format.error(400, turn));
    const user = row(body)['user'] ?? row(row(body)['metadata'])['user_id'];
    if (typeof user === 'string') {
      seen.set(user, text);
      const oldest = seen.keys().next().value;
      if (seen.size > MAX_SEEN && oldest !== undefined) seen.delete(oldest);
    }
    const reply = replyTo(turn, text);
    return turn.stream
      ? sendStream(response, format.stream(reply, turn), pace)
      : sendJson(response, 200, format.whole(reply));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const host = options.host ?? '127.0.0.1';
  server.listen(options.port ?? 0, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Fault('ERR_USAGE', `The stand-in model cannot listen on ${host}:${options.port ?? 0}.`, {
      hint: 'Another program may use that port; set a different one.',
      cause,
    });
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    seen: (user) => seen.get(user) ?? null,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
