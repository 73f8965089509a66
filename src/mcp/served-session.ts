import type { HttpWay } from './http-way.ts';
import { META, metaOf } from './protocol.ts';
import { isObject, type JsonObject, parseMessage, type RpcId, type RpcMessage } from './rpc-message.ts';
import type { ServerConnection } from './server-connection.ts';
import { Session } from './session.ts';
import type { SessionParts } from './session-parts.ts';

const MOST_QUEUED = 64;
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

/** A request whose names are good on one HTTP exchange alone, and were changed for the session. */
interface Renamed {
  readonly way: HttpWay;
  readonly id: RpcId;
  readonly token: unknown;
}

/**
 * A session whose client comes over HTTP, an exchange for each message. Clients of the revision without sessions share one for
 * each principal: their ids and progress tokens are then made different on the way in, and put back on the way out.
 */
export class ServedSession {
  readonly principal: string;
  readonly server: string;
  readonly #session: Session<HttpWay>;
  readonly #connection: ServerConnection<HttpWay>;
  readonly #shared: boolean;
  readonly #longest: number;
  readonly #renamed = new Map<string, Renamed>();
  readonly #open = new Set<HttpWay>();
  #stream: HttpWay | null = null;
  #queue: string[] = [];
  #counter = 0;
  usedAt: number;
  /** The token that its client came with last. */
  token: string | null = null;

  /** @param principal what makes its principal that one. @param connect makes the connection to the server, with the session to which its messages go. */
  constructor(
    parts: Omit<SessionParts<HttpWay>, 'wires'>,
    principal: string,
    shared: boolean,
    connect: (session: () => Session<HttpWay>, ended: () => void) => ServerConnection<HttpWay>,
    onEnd: (self: ServedSession) => void,
  ) {
    this.principal = principal;
    this.server = parts.server;
    this.#shared = shared;
    this.#longest = 4 * Math.max(parts.config.limits.message, parts.config.limits.result);
    this.usedAt = parts.clock();
    this.#session = new Session<HttpWay>({
      ...parts,
      wires: {
        toClient: (text, way, last) => this.#toClient(text, way, last),
        toServer: (text, way) => this.#connection.send(text, way),
      },
    });
    this.#connection = connect(
      () => this.#session,
      () => onEnd(this),
    );
  }

  get busy(): boolean {
    return this.#open.size > 0 || this.#stream?.open === true;
  }

  definition(name: string): JsonObject | null {
    return this.#session.definition(name);
  }

  /** A message that came by `way`; a request is answered there. */
  receive(message: RpcMessage, way: HttpWay, now: number): void {
    this.usedAt = now;
    if (message.kind !== 'request') {
      this.#session.fromClient(message.text, null);
      return;
    }
    this.#open.add(way);
    if (!this.#shared) {
      this.#session.fromClient(message.text, way);
      return;
    }
    const name = `p${++this.#counter}`;
    const token = metaOf(message.params)['progressToken'];
    this.#renamed.set(name, { way, id: message.id, token });
    const params =
      token === undefined
        ? message.params
        : { ...message.params, _meta: { ...metaOf(message.params), progressToken: name } };
    this.#session.fromClient(JSON.stringify({ ...message.value, id: name, params }), way);
  }

  /** The client's stream for what nobody asked for. */
  attach(way: HttpWay): void {
    this.#stream?.end();
    this.#stream = way;
    way.begin();
    for (const text of this.#queue) way.send(text, false);
    this.#queue = [];
    this.#connection.listen();
  }

  /** A client that goes away cancels what it asked for, where the revision has no other way to say so. */
  gone(way: HttpWay): void {
    this.#open.delete(way);
    if (this.#stream === way) this.#stream = null;
    if (!this.#shared) return;
    for (const [name, renamed] of this.#renamed) {
      if (renamed.way !== way) continue;
      this.#renamed.delete(name);
      const params = { requestId: name, reason: 'The client went away.' };
      this.#session.fromClient(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }), null);
    }
    this.#connection.abandon(way);
  }

  serverEnded(why: string): void {
    this.#session.serverEnded(why);
    for (const way of this.#open) way.end();
    this.#stream?.end();
  }

  async close(): Promise<void> {
    this.#session.close();
    for (const way of this.#open) way.end();
    this.#stream?.end();
    await this.#connection.close();
  }

  #toClient(text: string, way: HttpWay | null, last: boolean): void {
    if (last && way !== null) this.#open.delete(way);
    const shown = this.#shared ? this.#restored(text) : text;
    const [to] =
      way !== null ? [way] : [this.#stream, ...[...this.#open].toReversed()].filter((one) => one?.open === true);
    if (to !== undefined && to !== null) to.send(shown, last);
    else if (!last && this.#queue.length < MOST_QUEUED) this.#queue.push(shown);
  }

  /** With the client's own id and progress token. */
  #restored(text: string): string {
    const message = parseMessage(text, this.#longest);
    if (message.kind === 'response') {
      const name = String(message.id);
      const renamed = this.#renamed.get(name);
      if (renamed === undefined) return text;
      this.#renamed.delete(name);
      const { result } = message;
      const meta = result !== null && isObject(result['_meta']) ? result['_meta'] : null;
      const named = meta !== null && meta[SUBSCRIPTION] === name;
      const restored = named ? { result: { ...result, _meta: { ...meta, [SUBSCRIPTION]: renamed.id } } } : {};
      return JSON.stringify({ ...message.value, id: renamed.id, ...restored });
    }
    const token = message.params['progressToken'];
    const byToken = typeof token === 'string' ? this.#renamed.get(token) : undefined;
    if (byToken !== undefined)
      return JSON.stringify({ ...message.value, params: { ...message.params, progressToken: byToken.token } });
    const meta = metaOf(message.params);
    const about = this.#renamed.get(String(meta[SUBSCRIPTION]));
    if (about === undefined) return text;
    return JSON.stringify({
      ...message.value,
      params: { ...message.params, _meta: { ...meta, [SUBSCRIPTION]: about.id } },
    });
  }
}

/** The user's words in a header (base64 of UTF-8), for clients that can't set `_meta`; what the message says itself counts first. */
export function withUserWords(message: RpcMessage, header: string | undefined): RpcMessage {
  if (message.kind !== 'request' || message.method !== 'tools/call' || header === undefined) return message;
  const meta = metaOf(message.params);
  if (META.userWords in meta || header.length > 128 * 1024) return message;
  const params = {
    ...message.params,
    _meta: { ...meta, [META.userWords]: Buffer.from(header, 'base64').toString('utf8') },
  };
  const value = { ...message.value, params };
  return { ...message, params, value, text: JSON.stringify(value) };
}
