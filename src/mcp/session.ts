import { isFault } from '../core/fault.ts';
import { CallSession } from './call-session.ts';
import { cleanValue, type Unseen } from './clean-text.ts';
import { checkElicitation } from './elicitation-rules.ts';
import { guardResult } from './guard-result.ts';
import { OfferGate } from './offer-gate.ts';
import { Pending, type Waiting } from './pending.ts';
import {
  CLIENT_NOTIFICATIONS,
  CLIENT_REQUESTS,
  isDeclared,
  META,
  metaOf,
  SERVER_NOTIFICATIONS,
  SERVER_REQUESTS,
} from './protocol.ts';
import {
  errorText,
  isObject,
  type JsonObject,
  parseMessage,
  RPC_CODES,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from './rpc-message.ts';
import type { SessionParts } from './session-parts.ts';
import { WithheldError } from './withheld.ts';

/** Requests that name a task by its handle. */
const OF_A_TASK: ReadonlySet<string> = new Set(['tasks/get', 'tasks/result', 'tasks/cancel']);

/**
 * One client and one server, and everything that goes between them. It knows no transport: texts come in, and go out through
 * `wires`. A message that nothing is changed in leaves as the text that it came as.
 */
export class Session<Way> {
  readonly #parts: SessionParts<Way>;
  readonly #offers: OfferGate<Way>;
  readonly #calls: CallSession<Way>;
  readonly #pending: Pending<Way>;
  /** Requests of the server that the client has not answered. */
  readonly #asked = new Set<string>();
  /** What the client says of itself at `initialize`. */
  #capabilities: JsonObject = {};
  #closed = false;

  /** @throws Fault `ERR_STORE` when the server's pins cannot be used. */
  constructor(parts: SessionParts<Way>) {
    this.#parts = parts;
    this.#offers = new OfferGate(parts);
    this.#pending = new Pending(parts.config.limits.timeout, (waiting) => this.#late(waiting));
    this.#calls = new CallSession(parts, this.#offers, this.#pending, () => this.#capabilities);
  }

  /** The arguments that the client repeats in headers need the definition. */
  definition(name: string): JsonObject | null {
    return this.#offers.tool(name)?.value ?? null;
  }

  /** Why nothing of the server may be used: then it is not started, and not called. Null where it is the approved one. */
  get stranger(): string | null {
    return this.#offers.stranger;
  }

  /** A message of the client's. Never throws. */
  fromClient(text: string, way: Way | null): void {
    if (this.#closed) return;
    let message: RpcMessage;
    try {
      message = parseMessage(text, this.#parts.config.limits.message);
    } catch (error) {
      const said = isFault(error) ? error.message : 'The message cannot be read.';
      this.#parts.wires.toClient(errorText(null, RPC_CODES.parse, said), way, true);
      return;
    }
    try {
      if (message.kind === 'request') this.#request(message, way);
      else if (message.kind === 'notification') this.#clientNotification(message, way);
      else this.#clientResponse(message, way);
    } catch (error) {
      this.#broken(error);
      if (message.kind === 'request')
        this.#refuse(message.id, way, RPC_CODES.internal, 'The message could not be checked.');
    }
  }

  /** A message of the server's. Never throws. */
  fromServer(text: string, way: Way | null): void {
    if (this.#closed) return;
    let message: RpcMessage;
    try {
      message = parseMessage(text, Math.max(this.#parts.config.limits.message, this.#parts.config.limits.result) * 2);
    } catch (error) {
      this.#parts.note(`${this.#parts.server}: a message was dropped. ${isFault(error) ? error.message : ''}`.trim());
      return;
    }
    try {
      if (message.kind === 'response') this.#response(message, way);
      else if (message.kind === 'request') this.#serverRequest(message, way);
      else this.#serverNotification(message, way);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** The server is gone: what waits is answered. */
  serverEnded(why: string): void {
    for (const waiting of this.#pending.takeAll()) {
      this.#calls.over(waiting, 'server-ended');
      this.#refuse(waiting.id, waiting.way, RPC_CODES.refused, `The server is gone: ${why}.`);
    }
    this.#calls.close();
    this.#closed = true;
  }

  close(): void {
    for (const waiting of this.#pending.takeAll()) this.#calls.over(waiting, 'closed');
    this.#calls.close();
    this.#closed = true;
  }

  #request(message: RpcRequest, way: Way | null): void {
    const { id, method, params } = message;
    const { principal, server } = this.#parts;
    if (!CLIENT_REQUESTS.has(method)) {
      this.#refuse(id, way, RPC_CODES.unknownMethod, `Parapet does not know the method.`);
      return;
    }
    if (this.#pending.has(id) || this.#calls.inHand(id) || String(id).startsWith('parapet-')) {
      this.#refuse(id, way, RPC_CODES.invalidRequest, 'The id is in use.');
      return;
    }
    if (this.#offers.stranger !== null && method !== 'ping') {
      this.#refuse(id, way, RPC_CODES.refused, `${this.#offers.stranger} Whoever runs Parapet has to approve it.`);
      return;
    }
    if (method === 'tools/call') {
      this.#calls.call(message, way).catch((error: unknown) => {
        this.#broken(error);
        this.#refuse(id, way, RPC_CODES.internal, 'The call could not be checked.');
      });
      return;
    }
    const refused =
      method === 'prompts/get'
        ? this.#offers.refusal('prompts', params['name'])
        : method === 'resources/read' || method === 'resources/subscribe'
          ? this.#offers.refusal('resources', params['uri'])
          : null;
    if (refused !== null) {
      this.#refuse(
        id,
        way,
        RPC_CODES.invalidParams,
        `${refused} Whoever runs Parapet can look: parapet mcp diff ${server}`,
      );
      return;
    }
    if (OF_A_TASK.has(method) && principal.tasks.call(server, params['taskId']) === null) {
      this.#refuse(id, way, RPC_CODES.invalidParams, 'There is no such task.');
      return;
    }
    if (method === 'initialize') this.#capabilities = isObject(params['capabilities']) ? params['capabilities'] : {};
    if (method === 'tools/list' && params['cursor'] === undefined) this.#offers.forget();
    let sent = this.#withoutSampling(message);
    if (params['requestState'] !== undefined || params['inputResponses'] !== undefined) {
      const opened = this.#calls.openState(method, params);
      if (opened === null) {
        this.#refuse(id, way, RPC_CODES.invalidParams, 'The requestState is not one that was given out for this.');
        return;
      }
      sent = { ...sent, params: { ...(sent['params'] as JsonObject), ...opened } };
      if (opened['requestState'] === undefined) delete (sent['params'] as Record<string, unknown>)['requestState'];
    }
    this.#pending.add({ id, method, params, way, call: null }, method !== 'subscriptions/listen');
    this.#parts.wires.toServer(sent === message.value ? message.text : JSON.stringify(sent), way);
  }

  /** A server is not told of what it may not use. */
  #withoutSampling(message: RpcRequest): JsonObject {
    const { settings } = this.#parts;
    if (settings.sampling) return message.value;
    const { params } = message;
    if (message.method === 'initialize' && isObject(params['capabilities']) && 'sampling' in params['capabilities']) {
      const { sampling: _, ...capabilities } = params['capabilities'];
      return { ...message.value, params: { ...params, capabilities } };
    }
    const meta = metaOf(params);
    const declared = meta[META.capabilities];
    if (!isObject(declared) || !('sampling' in declared)) return message.value;
    const { sampling: _, ...capabilities } = declared;
    return { ...message.value, params: { ...params, _meta: { ...meta, [META.capabilities]: capabilities } } };
  }

  #clientNotification(message: RpcNotification, way: Way | null): void {
    if (!CLIENT_NOTIFICATIONS.has(message.method)) return;
    if (message.method === 'notifications/cancelled') {
      const id = message.params['requestId'];
      if ((typeof id === 'string' || typeof id === 'number') && this.#calls.cancelled(id)) return; // It was never sent on.
      const waiting = typeof id === 'string' || typeof id === 'number' ? this.#pending.take(id) : null;
      if (waiting !== null) this.#calls.over(waiting, 'cancelled');
    }
    this.#parts.wires.toServer(message.text, way);
  }

  #clientResponse(message: RpcResponse, way: Way | null): void {
    if (message.id === null || this.#calls.answered(message)) return;
    if (this.#asked.delete(keyOf(message.id))) this.#parts.wires.toServer(message.text, way);
  }

  #response(message: RpcResponse, way: Way | null): void {
    const { id, error } = message;
    if (id === null || this.#calls.listed(message)) return;
    const waiting = this.#pending.take(id);
    if (waiting === null) return; // Late, cancelled, or never asked.
    const to = waiting.way ?? way;
    try {
      if (error !== null) {
        const removed = new Set<Unseen>();
        const shown = this.#calls.failed(waiting, cleanValue(error, removed) as JsonObject, removed);
        this.#answer(message, shown === error ? null : { error: shown }, to);
      } else {
        const changed = this.#result(waiting, message.result!, message.text);
        this.#answer(message, changed === message.result ? null : { result: changed }, to);
      }
    } catch (cause) {
      this.#broken(cause);
      const withheld = cause instanceof WithheldError;
      const why = withheld ? cause.message : 'The answer could not be checked.';
      this.#refuse(id, to, withheld ? RPC_CODES.refused : RPC_CODES.internal, why);
    }
  }

  #result(waiting: Waiting<Way>, result: JsonObject, text: string): JsonObject {
    const { method } = waiting;
    switch (method) {
      case 'initialize':
      case 'server/discover':
        return this.#offers.greeting(cleaned(result));
      case 'tools/list':
        return this.#offers.tools(result);
      case 'prompts/list':
        return this.#offers.entries(result, 'prompts', waiting.params['cursor']);
      case 'resources/list':
        return this.#offers.entries(result, 'resources', waiting.params['cursor']);
      case 'resources/templates/list':
        return this.#offers.entries(result, 'resourceTemplates', waiting.params['cursor']);
      case 'tasks/list':
        return this.#ownTasks(cleaned(result));
      case 'tools/call':
      case 'tasks/result':
        return this.#calls.result(waiting, result, text);
      case 'prompts/get':
      case 'resources/read': {
        if (result['resultType'] === 'input_required') return this.#calls.inputRequired(waiting, result, null);
        const { limits, findings } = this.#parts.config;
        const guarded = guardResult(result, null, { most: limits.result, findings, size: Buffer.byteLength(text) });
        this.#calls.shown(waiting, guarded);
        if (guarded.withheld !== null) throw new WithheldError(guarded.withheld);
        return guarded.result;
      }
      default:
        return cleaned(result);
    }
  }

  /** The tasks that this principal's calls were turned into, and nobody else's. */
  #ownTasks(result: JsonObject): JsonObject {
    const { principal, server } = this.#parts;
    const tasks = Array.isArray(result['tasks']) ? (result['tasks'] as readonly unknown[]) : [];
    const own = tasks.filter((task) => isObject(task) && principal.tasks.call(server, task['taskId']) !== null);
    return own.length === tasks.length ? result : { ...result, tasks: own };
  }

  #answer(message: RpcResponse, changed: JsonObject | null, way: Way | null): void {
    const text = changed === null ? message.text : JSON.stringify({ jsonrpc: '2.0', id: message.id, ...changed });
    this.#parts.wires.toClient(text, way, true);
  }

  #serverRequest(message: RpcRequest, way: Way | null): void {
    const { id, method, params } = message;
    const { wires, settings, server } = this.#parts;
    const decline = (code: number, why: string): void => {
      this.#calls.refusedServer(method, why);
      wires.toServer(errorText(id, code, why), way);
    };
    if (!SERVER_REQUESTS.has(method)) {
      decline(RPC_CODES.unknownMethod, 'Parapet does not know the method.');
      return;
    }
    if (this.#offers.stranger !== null) {
      decline(RPC_CODES.refused, 'The server is not approved.');
      return;
    }
    if (method === 'sampling/createMessage' && !settings.sampling) {
      decline(RPC_CODES.unknownMethod, 'Sampling is turned off.');
      return;
    }
    if (!isDeclared(this.#capabilities, method, params)) {
      decline(RPC_CODES.unknownMethod, 'The client has not declared that it answers this.');
      return;
    }
    let { text } = message;
    if (method === 'elicitation/create') {
      const verdict = checkElicitation(params, server, settings.elicitation);
      if (verdict.status === 'refused') {
        this.#calls.refusedServer(method, verdict.reason);
        wires.toServer(JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'decline' } }), way);
        return;
      }
      text = JSON.stringify({ ...message.value, params: verdict.params });
    } else if (method === 'sampling/createMessage') {
      const clean = cleaned(params);
      if (clean !== params) text = JSON.stringify({ ...message.value, params: clean });
    }
    if (this.#asked.size >= 256 || String(id).startsWith('parapet-')) {
      decline(RPC_CODES.refused, 'Too many requests are open.');
      return;
    }
    this.#asked.add(keyOf(id));
    wires.toClient(text, way, false);
  }

  #serverNotification(message: RpcNotification, way: Way | null): void {
    const { method, params } = message;
    if (!SERVER_NOTIFICATIONS.has(method)) {
      this.#calls.refusedServer(method.slice(0, 64), 'Parapet does not know the notification.');
      return;
    }
    if (method === 'notifications/tools/list_changed') this.#offers.forget();
    if (
      method === 'notifications/tasks/status' &&
      this.#parts.principal.tasks.call(this.#parts.server, params['taskId']) === null
    )
      return;
    if (method === 'notifications/progress') this.#pending.progressed(params['progressToken']);
    const { limits } = this.#parts.config;
    if (Buffer.byteLength(message.text) > limits.message) return;
    const clean = cleaned(params);
    const about = metaOf(params)['io.modelcontextprotocol/subscriptionId'];
    const to = way ?? this.#pending.wayOf(params['progressToken']) ?? this.#pending.wayOfRequest(about);
    this.#parts.wires.toClient(
      clean === params ? message.text : JSON.stringify({ ...message.value, params: clean }),
      to,
      false,
    );
  }

  #late(waiting: Waiting<Way>): void {
    const { wires } = this.#parts;
    this.#calls.over(waiting, 'timeout');
    const params = { requestId: waiting.id, reason: 'timeout' };
    wires.toServer(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }), waiting.way);
    this.#refuse(waiting.id, waiting.way, RPC_CODES.refused, 'The server did not answer in time.');
  }

  #refuse(id: RpcId, way: Way | null, code: number, message: string): void {
    this.#parts.wires.toClient(errorText(id, code, message), way, true);
  }

  #broken(error: unknown): void {
    const what = isFault(error) ? error.line : error instanceof WithheldError ? error.message : nameOf(error);
    this.#parts.note(`${this.#parts.server}: ${what}`);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name} in a check` : 'a check failed';
}

function cleaned(value: JsonObject): JsonObject {
  return cleanValue(value, new Set()) as JsonObject;
}

function keyOf(id: RpcId): string {
  return `${typeof id} ${id}`;
}
