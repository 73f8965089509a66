import { isFault } from '../core/fault.ts';
import type { FlowCall } from '../flow/history.ts';
import { AwaitedAnswers } from './awaited-answers.ts';
import { type CallPlan, howToAllow, planCall } from './call-gate.ts';
import { cleanValue, type Unseen } from './clean-text.ts';
import { APPROVAL, ConsentDesk, saidYes } from './consent-desk.ts';
import { digestOf, digestOrNull } from './digest.ts';
import { type GuardedResult, guardResult, withheldResult } from './guard-result.ts';
import { checkInputRequests } from './input-requests.ts';
import type { OfferGate } from './offer-gate.ts';
import { ownAnswer, type RowScope } from './own-answer.ts';
import type { OpenCall, Pending, Waiting } from './pending.ts';
import { isStateless, META, metaOf } from './protocol.ts';
import type { OpenedState, StateBinding } from './request-state.ts';
import {
  errorText,
  isObject,
  type JsonObject,
  refusedCall,
  RPC_CODES,
  type RpcId,
  type RpcRequest,
  type RpcResponse,
} from './rpc-message.ts';
import type { SessionParts } from './session-parts.ts';
import type { ToolDefinition } from './tool-definition.ts';
import { WithheldError } from './withheld.ts';

/** Pages of one listing. */
const MOST_PAGES = 64;
/** Milliseconds for the proxy's own listing. */
const LISTING_TIMEOUT = 30_000;
/** What is good in one request only, and is not what the call asks for. */
const ROUND = new Set(['_meta', 'requestState', 'inputResponses']);

/** The calls of one session: decided, asked about, made, recorded, and their answers guarded. */
export class CallSession<Way> {
  readonly #parts: SessionParts<Way>;
  readonly #offers: OfferGate<Way>;
  readonly #pending: Pending<Way>;
  readonly #consent: ConsentDesk<Way>;
  readonly #listings = new AwaitedAnswers();
  #counter = 0;
  #closed = false;

  constructor(parts: SessionParts<Way>, offers: OfferGate<Way>, pending: Pending<Way>, capabilities: () => JsonObject) {
    this.#parts = parts;
    this.#offers = offers;
    this.#pending = pending;
    this.#consent = new ConsentDesk(parts, capabilities);
  }

  /** Calls that are being decided. */
  readonly #inHand = new Set<RpcId>();

  inHand(id: RpcId): boolean {
    return this.#inHand.has(id);
  }

  /** Decides a call, and makes it or answers it. */
  async call(message: RpcRequest, way: Way | null): Promise<void> {
    this.#inHand.add(message.id);
    const place = { taken: false };
    try {
      await this.#decide(message, way, place);
    } catch (error) {
      if (place.taken) this.#parts.principal.limits.leave();
      throw error;
    } finally {
      this.#inHand.delete(message.id);
    }
  }

  async #decide(message: RpcRequest, way: Way | null, place: { taken: boolean }): Promise<void> {
    const { id, params } = message;
    const { wires, server, principal, config } = this.#parts;
    const modern = isStateless(params);
    const { name } = params;
    const args = params['arguments'] ?? {};
    if (typeof name !== 'string' || !isObject(args)) {
      wires.toClient(
        errorText(id, RPC_CODES.invalidParams, 'A call has a name and an object of arguments.'),
        way,
        true,
      );
      return;
    }
    const leave = (): void => {
      if (place.taken) principal.limits.leave();
      place.taken = false;
    };
    const refuse = async (rule: string, reason: string, plan: CallPlan | null): Promise<void> => {
      this.#recordSoon('call', { tool: name.slice(0, 128), decision: 'deny', rule, reason, ...flowOf(plan) });
      leave();
      wires.toClient(refusedCall(id, reason, modern), way, true);
    };
    const retried = params['requestState'] !== undefined || params['inputResponses'] !== undefined;
    const opened = retried ? this.#open('tools/call', params) : null;
    if (retried && opened === null) {
      this.#recordSoon('refused', { from: 'client', method: 'tools/call', why: 'request-state' });
      const why = 'The requestState is not one that was given out for this call.';
      wires.toClient(errorText(id, RPC_CODES.invalidParams, why), way, true);
      return;
    }
    const key = digestOrNull({ server, name, args, round: retried ? params['requestState'] : null });
    if (key === null)
      return refuse('arguments', 'The arguments have no one form as JSON: a string holds half a character.', null);
    const full = principal.limits.enter(key);
    if (full !== null) return refuse('limits', full, null);
    place.taken = true;

    const tool = await this.#tool(name, message, way);
    if (tool === null && !this.#offers.listingHolds)
      return refuse('not-listed', 'The tools of the server could not be listed just now.', null);
    if (tool === null) {
      const why = `The tool is not offered, or not approved. Whoever runs Parapet can look: parapet mcp diff ${server}`;
      return refuse('not-approved', why, null);
    }
    if (config.userWords) {
      const words = metaOf(params)[META.userWords];
      if (typeof words === 'string') principal.flow.say(words.slice(0, 64 * 1024));
    }
    const plan = planCall(this.#parts, tool, args);
    if (plan.verdict === 'deny') {
      const how = plan.rule === 'scope' ? '' : ` ${howToAllow(server, name)}`;
      return refuse(plan.rule, `${plan.reason}${how}`, plan);
    }
    let decision = 'allow';
    let by: string | null = null;
    if (plan.verdict === 'approve' && opened?.approval === 'granted') decision = 'approved';
    else if (plan.verdict === 'approve' && opened?.approval !== 'asked') {
      const binding = this.#binding('tools/call', params);
      const consent = await this.#consent.ask({ message, way, tool: name, plan, modern, binding });
      if (consent.status === 'asked') {
        await this.#record('call', {
          tool: name,
          decision: 'asked',
          rule: plan.rule,
          reason: plan.reason,
          ...flowOf(plan),
        });
        leave();
        return;
      }
      if (consent.status === 'no')
        return refuse(plan.rule, `${plan.reason} ${consent.why} ${howToAllow(server, name)}`, plan);
      // What was agreed to is this definition; while the person was thinking, the server could have put another in its place.
      const now = this.#closed ? null : await this.#tool(name, message, way);
      if (now?.digest !== tool.digest)
        return refuse('not-approved', 'The tool has changed, or is gone, since a person was asked.', plan);
      decision = 'approved';
      ({ by } = consent);
    } else if (plan.verdict === 'approve') {
      if (!saidYes(params['inputResponses'])) {
        return refuse(plan.rule, `${plan.reason} The person who was asked did not say yes.`, plan);
      }
      decision = 'approved';
    }
    let token: string | null = null;
    try {
      token = (await this.#parts.callTokens?.mint(name, plan.args, principal.who)) ?? null;
    } catch (error) {
      return refuse('call-token', isFault(error) ? error.message : 'No token could be made for the call.', plan);
    }
    // What is recorded first is then done; what cannot be recorded is not.
    try {
      const { rule, reason } = plan;
      await this.#record('call', {
        tool: name,
        decision,
        rule,
        reason,
        ...(by === null ? {} : { by }),
        ...flowOf(plan),
      });
    } catch (error) {
      leave();
      this.#parts.note(`${server}: ${isFault(error) ? error.line : 'the record cannot be written'}`);
      wires.toClient(refusedCall(id, 'It could not be recorded.', modern), way, true);
      return;
    }
    principal.flow.called({ kind: 'call', id: plan.digest, tool: name, args: plan.args } satisfies FlowCall);
    const call: OpenCall = {
      tool,
      args: plan.args,
      digest: plan.digest,
      granted: decision === 'approved',
      began: this.#parts.clock(),
    };
    this.#pending.add({ id, method: 'tools/call', params, way, call });
    place.taken = false; // It is given back with the answer.
    const plain = this.#outgoing(message, opened, plan.args === args ? null : plan.args);
    const sent = token === null ? plain : withMeta(plain, META.callToken, token);
    wires.toServer(sent === message.value ? message.text : JSON.stringify(sent), way);
  }

  /** What goes to the server: without what was meant for the proxy, and with the server's own state again. */
  #outgoing(
    message: RpcRequest,
    opened: { readonly state: string | null } | null,
    args: JsonObject | null,
  ): JsonObject {
    const { params } = message;
    let meta = metaOf(params);
    let next = args === null ? params : { ...params, arguments: args };
    if (META.userWords in meta) {
      const { [META.userWords]: _, ...rest } = meta;
      meta = rest;
      next = { ...next, _meta: rest };
    }
    const declared = meta[META.capabilities];
    if (!this.#parts.settings.sampling && isObject(declared) && 'sampling' in declared) {
      const { sampling: _, ...capabilities } = declared;
      next = { ...next, _meta: { ...meta, [META.capabilities]: capabilities } };
    }
    if (opened !== null) next = withState(next, opened.state);
    return next === params ? message.value : { ...message.value, params: next };
  }

  /** For other requests than calls: the parameters to send on instead, or null when the state is not ours. */
  openState(method: string, params: JsonObject): JsonObject | null {
    const opened = this.#open(method, params);
    if (opened === null) return null;
    const { requestState, inputResponses } = withState(params, opened.state);
    return { requestState, inputResponses };
  }

  #open(method: string, params: JsonObject): OpenedState | null {
    return this.#parts.states.open(params['requestState'], this.#binding(method, params));
  }

  #binding(method: string, params: JsonObject): StateBinding {
    const asked = Object.fromEntries(Object.entries(params).filter(([key]) => !ROUND.has(key)));
    return { server: this.#parts.server, principal: this.#parts.principal.id, method, call: digestOf(asked) };
  }

  /** The admitted definition, from the client's own listing or, where that no longer holds, from one of the proxy's. */
  async #tool(name: string, message: RpcRequest, way: Way | null): Promise<ToolDefinition | null> {
    if (!this.#offers.listingHolds || this.#offers.tool(name) === null) await this.#list(message, way);
    return this.#offers.tool(name);
  }

  async #list(message: RpcRequest, way: Way | null): Promise<void> {
    this.#offers.forget();
    const { [META.userWords]: _, progressToken: __, ...meta } = metaOf(message.params);
    let cursor: unknown;
    for (let page = 0; page < MOST_PAGES; page++) {
      const id = `parapet-list-${++this.#counter}`;
      const params = {
        ...(cursor === undefined ? {} : { cursor }),
        ...(isStateless(message.params) ? { _meta: meta } : {}),
      };
      const answer = this.#listings.wait(id, LISTING_TIMEOUT);
      this.#parts.wires.toServer(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params }), way);
      const result = (await answer)?.result;
      if (result === null || result === undefined) return;
      this.#offers.tools(result);
      cursor = result['nextCursor'];
      if (typeof cursor !== 'string') return;
    }
  }

  /** True when it answers a question of the proxy's own. */
  answered(message: RpcResponse): boolean {
    return this.#consent.answered(message);
  }

  /** True when it answers a listing of the proxy's own. */
  listed(message: RpcResponse): boolean {
    return this.#listings.settle(message);
  }

  /** True when the call was still waiting for a person. */
  cancelled(id: RpcId): boolean {
    return this.#consent.cancelled(id);
  }

  result(waiting: Waiting<Way>, result: JsonObject, text: string): JsonObject {
    const { principal, server, config } = this.#parts;
    if (result['resultType'] === 'input_required') {
      this.over(waiting, 'input-required');
      return this.inputRequired(waiting, result, waiting.call);
    }
    const task = result['task'];
    if (waiting.call !== null && isObject(task) && typeof task['taskId'] === 'string') {
      principal.tasks.remember(server, task['taskId'], waiting.call);
      this.over(waiting, 'task');
      return cleanValue(result, new Set()) as JsonObject;
    }
    const call = waiting.call ?? principal.tasks.call(server, waiting.params['taskId']);
    const { limits, findings } = config;
    const bounds = { most: limits.result, findings, size: Buffer.byteLength(text) };
    const scopes = call === null ? [] : this.#rowScopes(call.tool.name);
    const own = scopes.length === 0 ? null : ownAnswer(result, scopes, principal.who);
    const guarded =
      own?.passed === false
        ? withheldResult(result, own.reason)
        : guardResult(own?.result ?? result, call?.tool ?? null, bounds);
    // A call that became a task has given its place back already.
    const dropped = own?.passed === true ? own.dropped : 0;
    this.#told({ ...waiting, call }, guarded, result['isError'] === true, dropped, waiting.call !== null);
    return guarded.result;
  }

  /** Whose rows of a tool's answers may be passed on. */
  #rowScopes(tool: string): readonly RowScope[] {
    return (this.#parts.rules?.scopes(tool) ?? []).flatMap(({ rows }) => rows ?? []);
  }

  /** A prompt or a resource was shown: what is in it may be anybody's words. */
  shown(waiting: Waiting<Way>, guarded: GuardedResult): void {
    this.#told(waiting, guarded, false);
  }

  #told(
    waiting: Waiting<Way>,
    guarded: GuardedResult,
    isError: boolean,
    dropped = 0,
    holdsPlace = waiting.call !== null,
  ): void {
    const { principal, clock } = this.#parts;
    const { call, method } = waiting;
    const tool = call?.tool.name ?? (method === 'resources/read' ? 'read_resource_file' : 'get_prompt_file');
    if (holdsPlace) principal.limits.leave();
    principal.flow.answered(String(call?.digest ?? ''), tool, guarded.text, guarded.structured);
    this.#recordSoon('result', {
      method,
      tool: call?.tool.name ?? null,
      call: call?.digest ?? null,
      outcome: guarded.withheld !== null ? 'withheld' : isError ? 'error' : 'ok',
      units: guarded.text.length,
      removed: guarded.removed,
      ...(dropped === 0 ? {} : { dropped }),
      findings: guarded.findings.slice(0, 32),
      millis: call === null ? null : clock() - call.began,
      ...(guarded.withheld === null ? {} : { why: guarded.withheld }),
    });
  }

  /** An error of the server's: its words reach the model as a result's do. */
  failed(waiting: Waiting<Way>, error: JsonObject, removed: ReadonlySet<Unseen>): JsonObject {
    const { config } = this.#parts;
    const text = JSON.stringify(error);
    const rules = { most: config.limits.result, findings: config.findings, size: Buffer.byteLength(text) };
    const guarded = guardResult(error, null, rules);
    const told: GuardedResult = { ...guarded, removed: [...new Set([...guarded.removed, ...removed])] };
    if (waiting.call !== null || guarded.findings.length > 0) this.#told(waiting, told, true);
    if (guarded.withheld === null) return error;
    return { code: error['code'] ?? RPC_CODES.refused, message: `Parapet withheld the error. ${guarded.withheld}` };
  }

  /** What a server asks of the client before it goes on (MCP 2026-07-28), checked as its requests are, and its state sealed. */
  inputRequired(waiting: Waiting<Way>, result: JsonObject, call: OpenCall | null): JsonObject {
    const { states } = this.#parts;
    const clean = cleanValue(result, new Set()) as JsonObject;
    const asked = isObject(clean['inputRequests']) ? clean['inputRequests'] : {};
    const checked = checkInputRequests(asked, metaOf(waiting.params)[META.capabilities], this.#parts);
    if (checked.status === 'refused') {
      this.refusedServer('input_required', checked.reason);
      if (call === null) throw new WithheldError(checked.reason);
      const text = `Parapet did not pass on what the server asked. ${checked.reason}`;
      return { resultType: 'complete', content: [{ type: 'text', text }], isError: true };
    }
    const state = clean['requestState'];
    const binding = this.#binding(waiting.method, waiting.params);
    const approval = call?.granted === true ? 'granted' : 'none';
    const requestState = states.seal(typeof state === 'string' ? state : null, approval, binding);
    const requests = clean['inputRequests'] === undefined ? {} : { inputRequests: checked.requests };
    return { ...clean, ...requests, requestState };
  }

  /** A call ended without an answer that a model reads. */
  over(waiting: Waiting<Way>, outcome: string): void {
    if (waiting.call === null) return;
    this.#parts.principal.limits.leave();
    this.#recordSoon('result', {
      method: waiting.method,
      tool: waiting.call.tool.name,
      call: waiting.call.digest,
      outcome,
    });
  }

  refusedServer(method: string, why: string): void {
    this.#recordSoon('refused', { from: 'server', method, why });
  }

  close(): void {
    this.#closed = true;
    this.#listings.close();
    this.#consent.close();
  }

  async #record(event: 'call' | 'result' | 'refused', detail: Readonly<Record<string, unknown>>): Promise<void> {
    const { audit, server, principal, id } = this.#parts;
    await audit.record({ event, server, principal: principal.id, session: id, detail });
  }

  #recordSoon(event: 'call' | 'result' | 'refused', detail: Readonly<Record<string, unknown>>): void {
    this.#record(event, detail).catch(() => this.#parts.note(`${this.#parts.server}: the record cannot be written.`));
  }
}

function flowOf(plan: CallPlan | null): Readonly<Record<string, unknown>> {
  if (plan === null) return {};
  const tiers = Object.fromEntries(
    Object.entries(plan.flow.args).map(([path, { tier, role }]) => [path.slice(0, 100), `${tier} ${role}`]),
  );
  return {
    call: plan.digest,
    act: plan.flow.act,
    flow: { verdict: plan.flow.verdict, rule: plan.flow.rule },
    tiers,
    ...(plan.written.length === 0 ? {} : { written: plan.written }),
  };
}

function withMeta(message: JsonObject, name: string, value: string): JsonObject {
  const params = message['params'] as JsonObject;
  return { ...message, params: { ...params, _meta: { ...metaOf(params), [name]: value } } };
}

/** With the server's own state instead of the sealed one, and without the answer to the proxy's own question. */
function withState(params: JsonObject, state: string | null): JsonObject {
  const { requestState: _, inputResponses, ...rest } = params;
  let responses = inputResponses;
  if (isObject(inputResponses) && APPROVAL in inputResponses) {
    const { [APPROVAL]: __, ...others } = inputResponses;
    responses = Object.keys(others).length === 0 ? undefined : others;
  }
  return {
    ...rest,
    ...(responses === undefined ? {} : { inputResponses: responses }),
    ...(state === null ? {} : { requestState: state }),
  };
}
