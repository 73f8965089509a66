import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import type { McpConfig, McpServerConfig } from '../config/mcp-schema.ts';
import { Fault, isFault } from '../core/fault.ts';
import { mirroredHeaders } from './mirrored-headers.ts';
import { readEvents } from './read-events.ts';
import { errorText, isObject, type JsonObject, parseMessage, RPC_CODES, type RpcMessage } from './rpc-message.ts';
import { isPublicAddress, publicLookup } from './safe-address.ts';
import { type ConnectionEvents, longestMessage, type ServerConnection } from './server-connection.ts';
import type { UpstreamCredential } from './upstream-credential.ts';

const ACCEPT = 'application/json, text/event-stream';
const CONNECT_TIMEOUT = 10_000;
/** Times that one message is sent again with another credential: a token that has ended, and one that may do more. */
const MOST_ATTEMPTS = 2;
const SESSION_ID = /^[\x21-\x7e]{1,512}$/;

/** Where a stream is, so that it can be gone on with. */
interface Place {
  lastId: string | null;
  /** Milliseconds. */
  retry: number;
}
/** Streams in a row that bring nothing before one is given up. */
const MOST_IDLE = 5;
/** Streams over which one answer may come. */
const MOST_STREAMS = 100;
const FIRST_PAUSE = 1000;
const LEAST_PAUSE = 200;
const MOST_PAUSE = 30_000;

/**
 * Refuses addresses that an attacker would have the proxy call: not https, or not on the internet, unless the operator says
 * that the server is private. @throws Fault `ERR_CONFIG`.
 */
export function requireSafeUrl(text: string, isPrivate: boolean, where: string): URL {
  const url = URL.parse(text);
  const fail = (message: string, hint: string): Fault => new Fault('ERR_CONFIG', message, { where, hint });
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '')
    throw fail('The address of the server is no plain URL.', 'Put credentials into `headers`.');
  if (isPrivate) return url;
  if (url.protocol !== 'https:')
    throw fail(
      'The server is not reached over https.',
      'Use https, or set `private: true` for a server in your own network.',
    );
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && !isPublicAddress(host)))
    throw fail('The server has an address that is not on the internet.', 'Set `private: true` if it is meant.');
  return url;
}

/**
 * A server behind Streamable HTTP. Nothing of a client's request reaches it but the message: headers are made from that and from
 * the configuration, so that no token is passed through; redirects are errors; the name is resolved once for each connection, to
 * addresses that were looked at.
 */
export function connectByHttp<Way extends object>(
  name: string,
  server: McpServerConfig,
  config: McpConfig,
  definition: (tool: string) => JsonObject | null,
  events: ConnectionEvents<Way>,
  credentials: readonly UpstreamCredential[] = [],
): ServerConnection<Way> {
  const url = requireSafeUrl(server.url ?? '', server.private, `mcp.servers.${name}.url`);
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT, ...(server.private ? {} : { lookup: publicLookup }) },
    connections: config.limits.concurrent + 2,
    headersTimeout: config.limits.timeout,
    bodyTimeout: config.limits.timeout,
  });
  const longest = longestMessage(config);
  const open = new Map<Way, Set<AbortController>>();
  let sessionId: string | null = null;
  let version: string | null = null;
  let listening: AbortController | null = null;
  let closed = false;

  const headersFor = (message: RpcMessage | null): Record<string, string> => {
    const tool = message?.kind === 'request' ? message.params['name'] : undefined;
    return {
      ...(version === null ? {} : { 'mcp-protocol-version': version }),
      ...(sessionId === null ? {} : { 'mcp-session-id': sessionId }),
      ...(message === null ? {} : mirroredHeaders(message, typeof tool === 'string' ? definition(tool) : null)),
      ...server.headers,
    };
  };

  /** One request, and again with other credentials where the server refused those; else why it was refused. */
  const ask = async (
    message: RpcMessage | null,
    signal: AbortSignal,
    lastId: string | null,
  ): Promise<Dispatcher.ResponseData | string> => {
    for (let attempt = 0; ; attempt++) {
      const shown: Record<string, string>[] = [];
      for (const credential of credentials) shown.push({ ...(await credential.headers(message)) });
      // Where the server speaks when it has something to say, silence is no fault.
      const waits = message === null || (message.kind === 'request' && message.method === 'subscriptions/listen');
      const response = await request(url, {
        ...(waits ? { bodyTimeout: 0 } : {}),
        method: message === null ? 'GET' : 'POST',
        dispatcher: agent,
        signal,
        headers: {
          accept: message === null ? 'text/event-stream' : ACCEPT,
          ...(message === null ? {} : { 'content-type': 'application/json' }),
          ...(lastId === null ? {} : { 'last-event-id': lastId }),
          ...headersFor(message),
          ...Object.assign({}, ...shown),
        },
        ...(message === null ? {} : { body: message.text }),
      });
      const { statusCode: status, headers } = response;
      if ((status !== 401 && status !== 403) || credentials.length === 0) return response;
      await response.body.dump();
      const given = headers['www-authenticate'];
      const challenge = Array.isArray(given) ? given.join(', ') : given;
      if (attempt >= MOST_ATTEMPTS) return "The server refused the proxy's credential, however it was renewed.";
      for (const [index, credential] of credentials.entries()) {
        const why = await credential.refused(status, challenge, shown[index] ?? {});
        if (why !== null) return why;
      }
    }
  };

  const exchange = async (message: RpcMessage, way: Way | null, signal: AbortSignal): Promise<void> => {
    const place: Place = { lastId: null, retry: FIRST_PAUSE };
    const answers = message.kind === 'request';
    const fail = (why: string): void => {
      if (answers) events.onMessage(errorText(message.id, RPC_CODES.refused, why), way);
    };
    const response = await ask(message, signal, null);
    if (typeof response === 'string') {
      fail(response);
      return;
    }
    const { statusCode, headers, body } = response;
    if (message.kind === 'request' && message.method === 'initialize') {
      const id = headers['mcp-session-id'];
      if (typeof id === 'string' && SESSION_ID.test(id)) sessionId = id;
    }
    if (statusCode === 202 || statusCode === 204) {
      await body.dump();
      return;
    }
    const type = String(headers['content-type'] ?? '')
      .split(';')[0]!
      .trim()
      .toLowerCase();
    if (isStream(response)) {
      let answered = await follow(body, way, message, place);
      // A server may end a stream and go on in another (MCP 2025-11-25, Resumability and Redelivery).
      let idle = 0;
      for (let streams = 0; answers && !answered && place.lastId !== null && streams < MOST_STREAMS; streams++) {
        const before = place.lastId;
        await sleep(place.retry, undefined, { signal });
        const next = await ask(null, signal, place.lastId);
        if (typeof next === 'string' || !isStream(next)) {
          if (typeof next !== 'string') await next.body.dump();
          break;
        }
        answered = await follow(next.body, way, message, place);
        idle = place.lastId === before ? idle + 1 : 0;
        if (idle >= MOST_IDLE) break;
      }
      if (!answered) fail('The server ended the stream without an answer.');
      return;
    }
    const text = await readAll(body, longest);
    if (type === 'application/json' && (statusCode === 200 || isMessage(text, longest))) {
      if (!deliver(text, way, message)) fail('The server answered something else.');
      return;
    }
    fail(statusOf(statusCode));
  };

  /** Delivers what a stream brings, and keeps the place. @returns whether the answer to `message` was in it. */
  const follow = async (
    body: AsyncIterable<Uint8Array>,
    way: Way | null,
    message: RpcMessage | null,
    place: Place,
  ): Promise<boolean> => {
    let answered = false;
    try {
      for await (const event of readEvents(body, longest)) {
        place.lastId = event.lastId ?? place.lastId;
        if (event.retry !== null) place.retry = Math.min(Math.max(event.retry, LEAST_PAUSE), MOST_PAUSE);
        if (event.data !== null && deliver(event.data, way, message)) answered = true;
      }
    } catch (error) {
      // A connection that broke is a stream that ended.
      if (error instanceof RangeError || place.lastId === null) throw error;
    }
    return answered;
  };

  /** The stream on which the server speaks unasked, for as long as it has one. */
  const listen = async (signal: AbortSignal): Promise<void> => {
    const place: Place = { lastId: null, retry: FIRST_PAUSE };
    for (let idle = 0; idle < MOST_IDLE && !signal.aborted; idle++) {
      const before = place.lastId;
      const response = await ask(null, signal, place.lastId).catch(() => 'unreachable');
      if (typeof response !== 'string') {
        if (!isStream(response)) {
          await response.body.dump();
          return; // It has none (405), or no longer.
        }
        await follow(response.body, null, null, place).catch(() => false);
      }
      if (place.lastId !== before) idle = -1;
      await sleep(place.retry, undefined, { signal });
    }
  };

  /** @returns whether it was the answer to `message`. */
  const deliver = (text: string, way: Way | null, message: RpcMessage | null): boolean => {
    if (text.trim() === '') return false;
    let parsed: RpcMessage;
    try {
      parsed = parseMessage(text, longest);
    } catch {
      events.onMessage(text, way); // The session says what is wrong with it.
      return false;
    }
    const answers = message?.kind === 'request' && parsed.kind === 'response' && parsed.id === message.id;
    if (answers && message.method === 'initialize' && parsed.kind === 'response') {
      const agreed = parsed.result?.['protocolVersion'];
      if (typeof agreed === 'string' && /^[\w.-]{1,32}$/.test(agreed)) version = agreed;
    }
    events.onMessage(text, way);
    return answers;
  };

  return {
    send(text, way) {
      if (closed) return;
      const message = parseMessage(text, longest);
      const controller = new AbortController();
      if (way !== null) {
        const own = open.get(way) ?? new Set();
        open.set(way, own.add(controller));
      }
      exchange(message, way, controller.signal)
        .catch((error: unknown) => {
          if (message.kind === 'request' && !controller.signal.aborted)
            events.onMessage(errorText(message.id, RPC_CODES.refused, reasonOf(error)), way);
        })
        .finally(() => {
          if (way === null) return;
          const own = open.get(way);
          own?.delete(controller);
          if (own?.size === 0) open.delete(way);
        });
    },
    listen() {
      if (closed || listening !== null) return;
      const controller = (listening = new AbortController());
      listen(controller.signal)
        .catch(() => {})
        .finally(() => {
          if (listening === controller) listening = null;
        });
    },
    abandon(way) {
      for (const controller of open.get(way) ?? []) controller.abort();
      open.delete(way);
    },
    async close() {
      closed = true;
      listening?.abort();
      for (const own of open.values()) for (const controller of own) controller.abort();
      if (sessionId !== null) {
        await request(url, { method: 'DELETE', dispatcher: agent, headers: headersFor(null), headersTimeout: 2000 })
          .then(({ body }) => body.dump())
          .catch(() => {});
      }
      await agent.destroy();
    },
  };
}

async function readAll(body: Dispatcher.ResponseData['body'], most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) throw new RangeError('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isMessage(text: string, most: number): boolean {
  try {
    return isObject(parseMessage(text, most).value);
  } catch {
    return false;
  }
}

function isStream({ statusCode, headers }: Dispatcher.ResponseData): boolean {
  const type = String(headers['content-type'] ?? '').split(';')[0]!;
  return statusCode === 200 && type.trim().toLowerCase() === 'text/event-stream';
}

function statusOf(status: number): string {
  if (status >= 300 && status < 400) return 'The server redirects; redirects are not followed.';
  if (status === 401 || status === 403) return "The server refused the proxy's credential.";
  if (status === 404) return 'The server does not know the session, or the path.';
  return `The server answered with status ${status}.`;
}

function reasonOf(error: unknown): string {
  if (isFault(error)) return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === 'ERR_ADDRESS_CLOSED') return 'The name of the server leads to an address that is not on the internet.';
  if (error instanceof RangeError) return 'The answer of the server is too long.';
  return 'The server cannot be reached.';
}
