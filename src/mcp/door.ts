import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { McpConfig } from '../config/mcp-schema.ts';
import type { Clock } from '../core/clock.ts';
import { Fault, isFault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { ClientIdentity, KnownClient } from './client-identity.ts';
import { connectByHttp } from './connect-by-http.ts';
import { HttpWay } from './http-way.ts';
import { launchOf } from './launch.ts';
import { disagreement } from './mirrored-headers.ts';
import type { Credentials } from './open-credentials.ts';
import type { People } from './open-people.ts';
import type { PinStore } from './pins.ts';
import { createPrincipalState, principalKey } from './principal-state.ts';
import { isStateless } from './protocol.ts';
import { RequestStates } from './request-state.ts';
import { errorText, parseMessage, RPC_CODES, type RpcMessage } from './rpc-message.ts';
import { connectByStdio, type ServerConnection } from './server-connection.ts';
import { ServedSession, withUserWords } from './served-session.ts';
import type { PrincipalState } from './session-parts.ts';
import { remark } from './wrap.ts';

export interface ServeOptions {
  readonly config: McpConfig;
  readonly pins: PinStore;
  /** The operator's rules over tool calls; null where there are none. */
  readonly rules: FlowRules | null;
  /** Who is asked at the console; null where there is no queue. */
  readonly people: People | null;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly directory: string;
  /** Where the proxy keeps what is its own: `<state>/mcp`. */
  readonly state: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly note: (line: string) => void;
}

const PATH = /^\/mcp\/([a-z0-9][a-z0-9._-]{0,63})$/;
const METADATA = '/.well-known/oauth-protected-resource';
/** Milliseconds after which a session that nobody uses is closed. */
const IDLE = 30 * 60_000;

const NO_CONNECTION: ServerConnection<HttpWay> = {
  send: () => {},
  listen: () => {},
  abandon: () => {},
  close: () => Promise.resolve(),
};

/** What comes in over HTTP, to the session that it belongs to. */
export class Door {
  readonly #options: ServeOptions;
  readonly #identity: ClientIdentity;
  readonly #url: string;
  readonly #credentials: Credentials;
  readonly #states: RequestStates;
  readonly #principals = new Map<string, PrincipalState & { usedAt: number }>();
  /** By the id that the client was given, or by server and principal where there is none. */
  readonly #sessions = new Map<string, ServedSession>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: ServeOptions, identity: ClientIdentity, url: string, credentials: Credentials) {
    this.#credentials = credentials;
    this.#options = options;
    this.#identity = identity;
    this.#url = url;
    this.#states = new RequestStates(options.clock);
    this.#sweep = setInterval(() => this.#closeIdle(), 60_000);
    this.#sweep.unref();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0]!;
    const { jwt } = this.#options.config.listen;
    if (request.method === 'GET' && jwt.length > 0 && (path === METADATA || path.startsWith(`${METADATA}/`))) {
      const resource = `${this.#url}${path.slice(METADATA.length)}`;
      const body = {
        resource,
        authorization_servers: jwt.map(({ issuer }) => issuer),
        bearer_methods_supported: ['header'],
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    const server = PATH.exec(path)?.[1];
    if (server === undefined || !Object.hasOwn(this.#options.config.servers, server)) {
      answer(response, 404, RPC_CODES.invalidRequest, 'There is no server at this path; servers are at /mcp/<name>.');
      return;
    }
    const identity = await this.#identity.identify(request);
    if (identity.status === 'refused') {
      if (identity.code === 401)
        response.setHeader(
          'www-authenticate',
          jwt.length > 0 ? `Bearer resource_metadata="${this.#url}${METADATA}${path}"` : 'Bearer',
        );
      answer(response, identity.code, RPC_CODES.refused, identity.reason);
      return;
    }
    switch (request.method) {
      case 'POST':
        return this.#post(server, identity, request, response);
      case 'GET':
        return this.#get(server, identity, request, response);
      case 'DELETE': {
        const session = this.#find(server, identity.principal, request);
        if (session === null) answer(response, 404, RPC_CODES.invalidRequest, 'There is no such session.');
        else {
          this.#drop(session);
          await session.close();
          response.writeHead(204).end();
        }
        return;
      }
      default:
        response.setHeader('allow', 'POST, GET, DELETE');
        answer(response, 405, RPC_CODES.invalidRequest, 'The method is not POST, GET or DELETE.');
    }
  }

  async #post(
    server: string,
    identity: KnownClient,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { principal } = identity;
    const { config, clock } = this.#options;
    const type = String(request.headers['content-type'] ?? '')
      .split(';')[0]!
      .trim()
      .toLowerCase();
    if (type !== 'application/json') {
      answer(response, 415, RPC_CODES.invalidRequest, 'The body is not application/json.');
      return;
    }
    let message: RpcMessage;
    try {
      message = parseMessage(await readBody(request, config.limits.message), config.limits.message);
    } catch (error) {
      const large = isFault(error) && error.code === 'ERR_BODY_TOO_LARGE';
      answer(response, large ? 413 : 400, RPC_CODES.parse, isFault(error) ? error.message : 'The body cannot be read.');
      return;
    }
    const id = message.kind === 'request' ? message.id : null;
    const stateless = message.kind !== 'response' && isStateless(message.params);
    const session = stateless
      ? this.#shared(server, principal)
      : message.kind === 'request' && message.method === 'initialize'
        ? this.#begin(server, principal)
        : this.#find(server, principal, request);
    if (session === null) {
      const known = request.headers['mcp-session-id'] !== undefined;
      answer(
        response,
        known ? 404 : 400,
        RPC_CODES.invalidRequest,
        known ? 'There is no such session.' : 'Begin with initialize.',
        id,
      );
      return;
    }
    if (session === 'full') {
      answer(response, 503, RPC_CODES.refused, 'There are too many sessions.', id);
      return;
    }
    session.session.token = identity.token;
    const called = message.kind === 'request' && message.method === 'tools/call' ? message.params['name'] : undefined;
    const why = disagreement(
      request.headers,
      message,
      typeof called === 'string' ? session.session.definition(called) : null,
    );
    if (why !== null) {
      if (session.id !== null && session.fresh) this.#forget(session.session);
      answer(response, 400, RPC_CODES.headerMismatch, why, id);
      return;
    }
    if (message.kind !== 'request') {
      session.session.receive(message, new HttpWay(request, response, () => {}), clock());
      response.writeHead(202).end();
      return;
    }
    const way = new HttpWay(request, response, () => session.session.gone(way));
    if (session.fresh) way.sessionId = session.id;
    const words = request.headers['parapet-user-words'];
    session.session.receive(withUserWords(message, typeof words === 'string' ? words : undefined), way, clock());
  }

  #get(server: string, identity: KnownClient, request: IncomingMessage, response: ServerResponse): void {
    const session = this.#find(server, identity.principal, request);
    if (session === null) {
      answer(response, 404, RPC_CODES.invalidRequest, 'There is no such session.');
      return;
    }
    if (!String(request.headers.accept ?? '').includes('text/event-stream')) {
      answer(response, 406, RPC_CODES.invalidRequest, 'The stream is text/event-stream.');
      return;
    }
    session.session.token = identity.token;
    const way = new HttpWay(request, response, () => session.session.gone(way));
    session.session.attach(way);
  }

  /** A session is its principal's alone; for others it is not there. */
  #find(server: string, principal: Principal, request: IncomingMessage): Found | null {
    const id = request.headers['mcp-session-id'];
    const session = typeof id === 'string' ? this.#sessions.get(`id ${id}`) : undefined;
    if (session === undefined || session.principal !== this.#key(principal) || session.server !== server) return null;
    return { session, id: null, fresh: false, close: () => session.close() };
  }

  #begin(server: string, principal: Principal): Found | 'full' {
    const id = randomBytes(24).toString('base64url');
    const session = this.#open(`id ${id}`, server, principal, false);
    return session === 'full' ? session : { session, id, fresh: true, close: () => session.close() };
  }

  #shared(server: string, principal: Principal): Found | 'full' {
    const key = `shared ${server} ${this.#key(principal)}`;
    const session = this.#sessions.get(key) ?? this.#open(key, server, principal, true);
    return session === 'full' ? session : { session, id: null, fresh: false, close: () => session.close() };
  }

  #open(key: string, server: string, principal: Principal, shared: boolean): ServedSession | 'full' {
    const { config, pins, rules, people, audit, clock, note, directory, env } = this.#options;
    if (this.#sessions.size >= config.limits.sessions) this.#closeIdle();
    if (this.#sessions.size >= config.limits.sessions) return 'full';
    const settings = config.servers[server]!;
    const state = this.#principal(principal);
    const parts = {
      id: randomBytes(6).toString('hex'),
      server,
      settings,
      config,
      launch: launchOf(settings),
      pins,
      rules,
      people,
      callTokens: settings.url === undefined ? this.#credentials.callTokens(server) : null,
      principal: state,
      audit,
      states: this.#states,
      clock,
      note,
    };
    const session: ServedSession = new ServedSession(
      parts,
      this.#key(principal),
      shared,
      (to, ended) => {
        const events = {
          onMessage: (text: string, way: HttpWay | null) => to().fromServer(text, way),
          onRemark: (text: string) => remark(server, text, note),
          onEnd: (why: string) => {
            note(`${server}: ${why}.`);
            session.serverEnded(why);
            ended();
          },
        };
        if (to().stranger !== null) return NO_CONNECTION; // The session itself refuses every request.
        return settings.url === undefined
          ? connectByStdio<HttpWay>(server, settings, config, { directory, env }, events)
          : connectByHttp<HttpWay>(
              server,
              settings,
              config,
              (tool) => to().definition(tool),
              events,
              this.#credentials.forSession(server, state, () => session.token),
            );
      },
      (self) => this.#forget(self),
    );
    this.#sessions.set(key, session);
    return session;
  }

  #key(principal: Principal): string {
    return principalKey(principal, this.#options.rules);
  }

  #principal(principal: Principal): PrincipalState {
    const { clock } = this.#options;
    const key = this.#key(principal);
    const state = this.#principals.get(key) ?? {
      ...createPrincipalState(principal.id, principal, this.#options),
      usedAt: 0,
    };
    state.usedAt = clock();
    this.#principals.set(key, state);
    return state;
  }

  #forget(session: ServedSession): void {
    for (const [key, one] of this.#sessions) if (one === session) this.#sessions.delete(key);
  }

  #drop(found: Found): void {
    this.#forget(found.session);
  }

  #closeIdle(): void {
    const before = this.#options.clock() - IDLE;
    for (const session of this.#sessions.values()) {
      if (session.busy || session.usedAt > before) continue;
      this.#forget(session);
      session.close().catch(() => {});
    }
    // What a principal was shown outlives its sessions: ending one makes nothing unseen.
    for (const [id, { usedAt }] of this.#principals) {
      const has = [...this.#sessions.values()].some(({ principal }) => principal === id);
      if (!has && usedAt < before) this.#principals.delete(id);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }
}

interface Found {
  readonly session: ServedSession;
  /** The id to tell the client. */
  readonly id: string | null;
  readonly fresh: boolean;
  close(): Promise<void>;
}

/** An answer that is no answer of a server's. */
export function answer(
  response: ServerResponse,
  status: number,
  code: number,
  message: string,
  id: string | number | null = null,
): void {
  const text = errorText(id, code, message);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(text);
}

async function readBody(request: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new Fault('ERR_BODY_TOO_LARGE', `The body has more than ${most} bytes.`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('ERR_BODY_MALFORMED', 'The body is not UTF-8.', { cause });
  }
}
