import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Conversation } from '../conversation/conversation.ts';
import type { Dialect, ResponseView, Surface, SurfaceId } from '../conversation/surface.ts';
import { Fault, isFault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import { type History, isAnswer, readHistory } from '../guard/history.ts';
import { NO_MEMORY } from '../guard/message-memory.ts';
import { createAllowList } from '../detect/exfil-link/allow-list.ts';
import { conceal } from '../guard/conceal.ts';
import { bindVault, isReversible, noteRestored, restoresSomething } from '../guard/own-values.ts';
import type { Restoring } from '../guard/restorer.ts';
import { bindRules, type Rule } from '../guard/rule.ts';
import { inspectAnswer } from '../guard/inspect-answer.ts';
import { readFiles } from '../guard/files/read-files.ts';
import { inspectSegments } from '../guard/inspect-segments.ts';
import { redact } from '../guard/redaction.ts';
import { takeOut } from '../guard/stopped-history.ts';
import { toEdits } from '../guard/to-edits.ts';
import { estimateTokens } from '../text/count-tokens.ts';
import { readJson } from '../text/json/read-json.ts';
import { type JsonEdit, spliceJson } from '../text/json/splice-json.ts';
import type { Segment } from '../conversation/segment.ts';
import { Answer } from './answer.ts';
import { answerMessages } from './answer-messages.ts';
import { askForReview } from './ask-for-review.ts';
import { type Candidate, findCandidates } from './candidates.ts';
import { Client } from './client.ts';
import { outcomeOf, stopFault, toFault } from './ending.ts';
import { type CallStops, callStops } from '../conversation/call-stops.ts';
import { addUsage, ruleAnswer, saidIn } from './flow/answer-round.ts';
import type { CallGate, Ruling } from './flow/call-gate.ts';
import { GatedStream } from './flow/gated-stream.ts';
import { answerStopped, mendReferences } from './flow/mend-request.ts';
import { recordScopedResults, scopeRequest } from './flow/scope-request.ts';
import { type GateContext, openGate, reopenGate } from './flow/open-gate.ts';
import type { FlowCall, FlowEvent } from '../flow/history.ts';
import { exchangeContext } from '../guard/exchange-context.ts';
import { everyString } from './every-string.ts';
import { ExchangeDraft } from './exchange-draft.ts';
import type { Gateway } from './gateway.ts';
import type { Generation } from './generation.ts';
import { clientHeaders, requestIdHeaders, upstreamHeaders, upstreamRequestId } from './headers.ts';
import { keepInput, keepOutput } from './kept-text.ts';
import { listModels } from './list-models.ts';
import { presentedBy } from './presented.ts';
import { namesKey, namesOurKey, upstreamAuth } from './provider-key.ts';
import { rateHeaders } from './rate-headers.ts';
import { readBody } from './read-body.ts';
import { restoreAnswer } from '../guard/restore-answer.ts';
import { restoreText } from '../guard/restorer.ts';
import { createRequestId } from './request-id.ts';
import { type Route, explainUnknown, matchRoute } from './route.ts';
import { Spending } from './spending.ts';
import { StreamAnswer } from './stream-answer.ts';
import { openSegments, readThread, rememberThread } from './thread.ts';
import { NO_THREAD, type Thread } from './thread-memory.ts';
import type { ConversationVault } from './vault.ts';

/** Answers of providers that another upstream may do better. */
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504, 529]);

/** Bytes of a request for a token. */
const MAX_TOKEN_REQUEST = 4096;
/** Bytes of a provider's error. */
const MAX_ERROR = 1024 * 1024;
/** Levels of nesting in a provider's answer. */
const ANSWER_DEPTH = 256;

/** Surfaces whose requests carry a history. */
const HISTORIES: ReadonlySet<string> = new Set([
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'anthropic-count-tokens',
]);

/** Thrown through the steps when the client went away: nobody is left to answer. */
const CLIENT_GONE = Symbol('client gone');

/**
 * One request on its way through the gateway: who asks, what is asked, may they, how much is left, what may go in,
 * the provider, what may come out, the record. The order is the security: nothing of a body is read before the caller
 * is known, nothing leaves before its record is written.
 */
export class Passage {
  readonly #gateway: Gateway;
  readonly #generation: Generation;
  readonly #client: Client;
  readonly #draft: ExchangeDraft;
  readonly #route: Route;
  readonly #query: string;
  #dialect: Dialect;
  #spending: Spending | null = null;
  #leave: (() => void) | null = null;
  #answer: Answer | null = null;
  #inputTokens = 0;
  /** The generation's rules as they hold in this exchange. */
  #rules: readonly Rule[];
  #history: History | null = null;
  /** The turns before this one, where the provider keeps them; null when they are not known. */
  #thread: Thread | null = NO_THREAD;
  /** Values that go back to the caller; null where no rule restores any. */
  #vault: ConversationVault | null = null;
  /** The provider keeps this exchange: its values are kept as well. */
  #kept = false;
  /** Decides the answer's tool calls; null where nothing does. */
  #gate: CallGate | null = null;
  /** The reservation that holds now is not settled. */
  #owed = false;

  constructor(gateway: Gateway, request: IncomingMessage, response: ServerResponse) {
    this.#gateway = gateway;
    this.#generation = gateway.generation;
    this.#rules = this.#generation.rules.base;
    this.#client = new Client(request, response);
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    this.#query = mark === -1 ? '' : url.slice(mark);
    const now = this.#generation.now();
    this.#draft = new ExchangeDraft(
      createRequestId(this.#generation.now),
      now,
      request,
      path,
      this.#generation.loaded.hash,
    );
    this.#route = matchRoute(request.method ?? 'GET', path, request.headers);
    this.#dialect = this.#route.dialect;
  }

  /** Never rejects: every ending is answered and recorded. */
  async run(): Promise<void> {
    const gateway = this.#gateway;
    let principal: Principal | null = null;
    try {
      if (!gateway.admit()) {
        gateway.metrics.turnedAway.inc({ reason: 'overloaded' });
        const fault = new Fault('ERR_OVERLOADED', 'The gateway is at its limit or about to stop.', { retryAfter: 1 });
        this.#client.refuse(this.#dialect, fault, this.#draft.id);
        return;
      }
      principal = await this.#identify();
      if (principal === null) return;
      this.#leave = this.#generation.budgets.enter(principal);
      if (this.#leave === null) {
        throw new Fault('ERR_TOO_MANY_CONCURRENT', `"${principal.id}" has as many requests in flight as it may.`, {
          retryAfter: 1,
        });
      }
      gateway.live.began(principal.id);
      await this.#go(principal);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#leave?.();
      if (this.#leave !== null && principal !== null) gateway.live.ended(principal.id);
    }
  }

  /** Null when the caller was throttled: answered, counted and not recorded, so that a flood cannot fill the ledger. */
  async #identify(): Promise<Principal | null> {
    try {
      const answer = this.#generation.authenticator.authenticate(presentedBy(this.#client.request));
      const principal = answer instanceof Promise ? await answer : answer;
      this.#draft.principal = principal;
      return principal;
    } catch (error) {
      if (isFault(error) && error.code === 'ERR_AUTH_THROTTLED') {
        this.#gateway.metrics.turnedAway.inc({ reason: 'auth-throttled' });
        this.#client.refuse(this.#dialect, error, this.#draft.id);
        return null;
      }
      throw error;
    }
  }

  async #go(principal: Principal): Promise<void> {
    const route = this.#route;
    switch (route.kind) {
      case 'surface':
        return this.#ask(principal, route.surface, route.upstreamPath);
      case 'models':
        return this.#models(principal, route.model);
      case 'call-token':
        return this.#callToken(principal);
      case 'response-object':
        return this.#responseObject(principal, route);
      case 'method':
        throw new Fault('ERR_METHOD', `This path takes ${route.allow}.`, { where: 'method' });
      case 'unknown':
        throw new Fault(
          'ERR_ROUTE_UNKNOWN',
          'This path is not served. Parapet forwards nothing that it does not guard.',
          {
            hint: explainUnknown(this.#client.request) ?? 'docs/gateway.md lists the paths that are served.',
          },
        );
    }
  }

  async #ask(principal: Principal, surface: Surface, path: string): Promise<void> {
    const { limits, guard } = this.#generation.loaded.config;
    const draft = this.#draft;
    draft.surface = surface.id;
    let bytes = await readBody(this.#client.request, limits.body, limits.bodyTimeout);
    draft.requestBytes = bytes.length;
    const bounds = { bytes: limits.body, depth: limits.depth, items: limits.items };
    let body: unknown = readJson(bytes, bounds);
    let conversation = surface.parseRequest(body);
    draft.model = conversation.model;
    draft.stream = conversation.stream;

    this.#authorise(principal, 'invoke', conversation.model, surface.id, conversation.stream);
    const candidates = findCandidates(this.#generation.upstreams, surface.dialect, conversation.model);
    if (conversation.previous !== null && guard.previous !== 'any')
      await this.#ownedBy(principal, conversation.previous, 'previous_response_id');
    this.#thread = readThread(this.#gateway.memory.threads, principal.id, conversation.previous, guard.previous);

    const offered = conversation.tools;
    const scoped = this.#scope(principal, surface.id, conversation.previous, body);
    if (scoped.length > 0) {
      // What the model must not see is not there for anything that comes behind.
      bytes = Buffer.from(spliceJson(bytes.toString('utf8'), scoped), 'utf8');
      body = readJson(bytes, { ...bounds, bytes: Number.MAX_SAFE_INTEGER });
      conversation = surface.parseRequest(body);
    }
    const allowed = this.#bind(principal, surface.id, conversation);
    this.#kept = conversation.kept === true;
    await this.#openVault(principal, conversation.previous, 'input');
    const files = hasMedia(conversation.segments)
      ? await this.#untilGone(this.#readFiles('input', body, conversation.segments))
      : [];
    const edits = await this.#inspectInput(principal, conversation, files, allowed, body);
    this.#gate = openGate(
      this.#gateContext(principal),
      conversation,
      body,
      files,
      this.#client.request.headers,
      offered,
    );
    if (this.#gate !== null && surface.id === 'openai-responses') edits.push(...mendReferences(body));
    const stopped =
      conversation.previous === null
        ? []
        : (this.#gateway.flowMemory.history(principal.id, conversation.previous)?.stopped ?? []);
    body = null; // an answer may stream for minutes, and a body be large
    if (conversation.previous !== null) {
      // A conversation that the provider keeps holds the placeholders as soon as it has been sent.
      await this.#keepVault(conversation.previous, 'input');
      this.#stopIfTold('input');
    }
    const inputTokens =
      countTokens(conversation.segments) + countTokens(files.filter(({ file }) => file?.hidden === false));
    this.#inputTokens = inputTokens;
    const reserve = async (): Promise<void> => {
      this.#spending = await Spending.reserve(this.#generation, principal, conversation.model, inputTokens, {
        maxOutput: conversation.maxOutputTokens,
        stream: conversation.stream,
        generates: surface.generates,
      });
      this.#owed = true;
    };
    await reserve();
    // The usage of a Chat stream comes only on request; budgets and records need it, the caller may not want it.
    const addsUsage = conversation.stream && !conversation.usageRequested && reportsUsageOnRequest(surface);
    if (addsUsage) edits.push({ path: ['stream_options'], insert: { include_usage: true } });

    const text = (): string => bytes.toString('utf8');
    const bodyFor = (candidate: Candidate): Uint8Array => {
      const renamed: JsonEdit[] =
        candidate.model === conversation.model ? [] : [{ path: ['model'], value: candidate.model }];
      if (edits.length + renamed.length + stopped.length === 0) return bytes;
      return Buffer.from(answerStopped(spliceJson(text(), [...edits, ...renamed]), stopped), 'utf8');
    };
    const answer = await this.#send(candidates, 'POST', path, bodyFor);
    let round = bodyFor;
    await this.#reply(answer, surface, conversation, inputTokens, addsUsage, async (stops, said, errors) => {
      const before = round;
      const goOn = (candidate: Candidate): string | null =>
        stops.goOn(Buffer.from(before(candidate)).toString('utf8'), said, errors);
      if (goOn(candidates[0]!) === null) return null;
      await reserve();
      round = (candidate) => Buffer.from(goOn(candidate)!, 'utf8');
      return this.#send(candidates, 'POST', path, round);
    });
  }

  /** What the operator's scopes take out of the request; recorded, and nothing is taken out where calls are only watched. */
  #scope(principal: Principal, surface: SurfaceId, previous: string | null, body: unknown): readonly JsonEdit[] {
    const { settings, rules } = this.#generation.flow;
    if (rules === null || settings.mode === 'off') return [];
    const memory = this.#gateway.flowMemory;
    const kept = previous === null ? null : memory.history(principal.id, previous);
    const scoped = scopeRequest(surface, body, {
      rules,
      principal,
      callById: (id) => memory.call(principal.id, id) ?? kept?.events.find(isCall(id)) ?? null,
    });
    const decision = recordScopedResults(scoped, settings.mode);
    if (decision !== null) this.#draft.flow.push(decision);
    return settings.mode === 'enforce' ? scoped.edits : [];
  }

  #gateContext(principal: Principal): GateContext {
    const { flow } = this.#draft;
    return {
      engine: this.#generation.flow,
      memory: this.#gateway.flowMemory,
      principal,
      record: (decision) => flow.push(decision),
      exchange: this.#draft.id,
      signal: this.#client.left,
    };
  }

  /**
   * Takes the rules that hold for this exchange and tells them what they need to know of it.
   * @returns version of the allow-list.
   */
  #bind(principal: Principal, surface: string, conversation: Conversation): string {
    const generation = this.#generation;
    const who = { principal: principal.id, team: principal.team ?? null, model: conversation.model, surface };
    const allow = this.#gateway.allowBook.for(generation.loaded).for(who);
    const context = exchangeContext(conversation, principal);
    this.#rules = bindRules(
      generation.rules.for(who),
      { ...context, instructions: [...(this.#thread?.instructions ?? []), ...context.instructions] },
      allow?.allows,
    );
    return allow?.version ?? '';
  }

  #authorise(principal: Principal, action: 'invoke' | 'list', model: string, surface: string, stream: boolean): void {
    const decision = this.#generation.policy.decide({
      principal,
      action,
      resource: { type: 'Model', id: model },
      context: { surface, stream, address: this.#client.request.socket.remoteAddress ?? '' },
    });
    if (!decision.allowed) {
      throw new Fault('ERR_FORBIDDEN', `"${principal.id}" may not use the model "${model.slice(0, 128)}".`, {
        where: 'model',
      });
    }
  }

  /** @throws Fault `ERR_NOT_FOUND` when the object is not the principal's: whose it is, or whether it exists, is not told. */
  async #ownedBy(principal: Principal, object: string, where: string): Promise<string> {
    const owner = await this.#gateway.owners.find(object);
    if (owner === null || owner.principal !== principal.id) {
      throw new Fault('ERR_NOT_FOUND', `There is no response "${object.slice(0, 128)}" that you may use.`, { where });
    }
    return owner.upstream;
  }

  /** @throws Fault `ERR_BLOCKED`, `ERR_REVIEW`, `ERR_CHECK_FAILED`. */
  async #inspectInput(
    principal: Principal,
    conversation: Conversation,
    files: readonly Segment[],
    allowed: string,
    body: unknown,
  ): Promise<JsonEdit[]> {
    const { config } = this.#generation.loaded;
    const { memory } = this.#gateway;
    const { log } = this.#draft;
    // Files come last: the words around one are still read as neighbours.
    const segments = files.length === 0 ? conversation.segments : [...conversation.segments, ...files];
    const open = openSegments(this.#thread);
    const remembered = HISTORIES.has(conversation.surface) ? memory.messages.of(principal.id) : NO_MEMORY;
    const history: History = readHistory(segments, this.#rules, remembered, {
      allowed,
      before: open.length === 0 ? '' : JSON.stringify(open.map(({ text }) => text)),
    });
    const out = takeOut(conversation, history.stopped, config.guard.blockedHistory, log);
    const found = await inspectSegments(
      this.#rules,
      'input',
      [...open, ...segments.filter((segment) => !out.redactions.has(segment))],
      log,
      { look: memory.verdicts.of(principal.id).inspect, old: history.old, company: new Set(open) },
    );
    const concealed = this.#vault === null ? found : conceal(conversation.segments, found, this.#vault.vault, body);
    const redactions = new Map([...concealed].filter(([segment]) => !out.redactions.has(segment)));
    const review = await this.#askForReview(principal, conversation, body);
    history.settle(log);
    this.#history = history;
    if (this.#thread === null) {
      const outcome = { status: 'skipped', reason: 'earlier turns of this conversation are not known here' } as const;
      const place = { segment: 'previous_response_id', role: '', origin: '' };
      for (const rule of this.#rules) if (rule.on.includes('input')) log.outcome(rule, 'input', outcome, place);
    }
    keepInput(this.#draft, segments, new Map([...redactions, ...out.redactions]), config.evidence.content);
    if (review !== null) throw review;
    this.#stopIfTold('input');
    return [...out.edits, ...toEdits(segments, redactions)];
  }

  /** Where a rule wants a person to look at the request: asks. @returns the refusal, or null when nobody has to or somebody agreed. */
  async #askForReview(principal: Principal, conversation: Conversation, body: unknown): Promise<Fault | null> {
    const fault = stopFault(this.#draft, 'input');
    if (fault?.code !== 'ERR_REVIEW') return null;
    const { surface } = conversation;
    const asked = { fault, principal, surface, body, draft: this.#draft };
    const { waitFor } = this.#generation.loaded.config.approvals;
    // A consent must not be used up for somebody who does not wait for it any more.
    const stop = new AbortController();
    try {
      return await this.#untilGone(askForReview(this.#gateway.approvals, asked, waitFor, stop.signal));
    } finally {
      stop.abort();
    }
  }

  /** With a rule that restores: finds what the caller may get back. What the rule finds from now on is added. */
  async #openVault(principal: Principal, object: string | null, stage: 'input' | 'output'): Promise<void> {
    if (!restoresSomething(this.#rules)) return;
    const { vault } = this.#gateway;
    try {
      this.#vault = await vault.open(principal.id, object);
    } catch (error) {
      this.#vaultFailed(error, stage, 'the vault could not be read');
      this.#vault = vault.openEmpty(principal.id);
    }
    this.#rules = bindVault(this.#rules, this.#vault.vault);
  }

  /** Before an answer leaves that a later request can go on with, its values are where that request will look. */
  async #keepVault(object: string, stage: 'input' | 'output'): Promise<void> {
    const { principal } = this.#draft;
    if (this.#vault === null || !this.#kept || principal === null) return;
    try {
      await this.#gateway.vault.keep(principal.id, this.#vault, object, this.#generation.loaded.config.guard.vault);
    } catch (error) {
      this.#vaultFailed(error, stage, 'the vault could not be written');
    }
  }

  /** A failed check like any other: what it means, each rule says itself. */
  #vaultFailed(error: unknown, stage: 'input' | 'output', reason: string): void {
    this.#gateway.log.error({ err: error, request: this.#draft.id }, reason);
    for (const rule of this.#rules.filter(isReversible)) {
      this.#draft.log.outcome(rule, stage, { status: 'failed', reason }, { segment: '', role: '', origin: '' });
    }
  }

  get #restoring(): Restoring | undefined {
    if (this.#vault === null) return undefined;
    const { linkHosts } = this.#generation.loaded.config.guard.vault;
    return { vault: this.#vault.vault, allows: createAllowList(linkHosts) };
  }

  /** Texts in images and files; what cannot be read is in the log. */
  #readFiles(stage: 'input' | 'output', body: unknown, segments: readonly Segment[]): Promise<readonly Segment[]> {
    return readFiles(stage, body, segments, {
      reader: this.#gateway.files,
      settings: this.#generation.files,
      rules: this.#rules,
      log: this.#draft.log,
    });
  }

  #stopIfTold(stage: 'input' | 'output'): void {
    const fault = stopFault(this.#draft, stage);
    if (fault !== null) throw fault;
  }

  /** Tries the candidates in order until one begins to answer. */
  async #send(
    candidates: readonly Candidate[],
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    bodyFor: (candidate: Candidate) => Uint8Array | null,
  ): Promise<Answer> {
    const draft = this.#draft;
    for (const [index, candidate] of candidates.entries()) {
      if (this.#client.gone) throw CLIENT_GONE;
      const { upstream } = candidate;
      const last = index === candidates.length - 1;
      draft.upstream = upstream.id;
      draft.sent();
      const answer = new Answer(upstream);
      this.#answer = answer;
      const gone = new Promise<never>((_, reject) => {
        this.#client.onGone(() => {
          answer.abort();
          reject(CLIENT_GONE);
        });
      });
      gone.catch(() => {});
      answer.send({
        method,
        path: path + this.#query,
        headers: upstreamHeaders(this.#client.request.headers, upstream.config),
        body: bodyFor(candidate),
      });
      try {
        await Promise.race([answer.opened, gone]);
      } catch (error) {
        if (isFault(error) && !last) continue;
        throw error;
      }
      draft.answered();
      if (RETRYABLE.has(answer.status) && !last) {
        answer.abort();
        continue;
      }
      draft.upstreamRequestId = upstreamRequestId(answer.headers);
      return answer;
    }
    throw new Fault('ERR_UPSTREAM_UNREACHABLE', 'No upstream could be reached.');
  }

  async #reply(
    answer: Answer,
    surface: Surface,
    conversation: Conversation,
    inputTokens: number,
    addsUsage: boolean,
    again: AskAgain,
  ): Promise<void> {
    const type = String(answer.headers['content-type'] ?? '');
    if (answer.status >= 400) return this.#relayError(answer);
    requireReadable(answer);
    if (surface.createStreamReader !== undefined && type.startsWith('text/event-stream')) {
      return this.#stream(answer, surface, conversation, inputTokens, addsUsage, again);
    }
    const stops = callStops(surface.id);
    const parse = (body: unknown): ResponseView | null => surface.parseResponse(body);
    const counted = { inputTokens, generates: surface.generates };
    const kept = keptUnder(conversation);
    await this.#whole(answer, parse, counted, stops === null ? null : { stops, again, kept, rounds: 0 }, conversation);
  }

  /**
   * A whole JSON answer: read, inspected, and only where a rule says so changed.
   * @param counted null: the answer was paid for when it was made.
   * @param conversation null: it was asked for when it was made.
   */
  async #whole(
    answer: Answer,
    parse: (body: unknown) => ResponseView | null,
    counted: { readonly inputTokens: number; readonly generates: boolean } | null,
    calls: Calls | null,
    conversation: Conversation | null = null,
  ): Promise<void> {
    const { limits, evidence } = this.#generation.loaded.config;
    const draft = this.#draft;
    let bytes = await this.#untilGone(answer.collect(limits.response));
    if (this.#namesOurKey(bytes)) throw namesOurKey(answer.upstream.id);
    let body: unknown;
    let view: ResponseView | null;
    try {
      body = this.#readAnswer(bytes, limits.response);
      view = parse(body);
    } catch (error) {
      throw new Fault(
        'ERR_UPSTREAM_INVALID',
        `The upstream "${answer.upstream.id}" answered with something that is not JSON.`,
        { cause: error },
      );
    }
    if (view === null) {
      throw new Fault(
        'ERR_UPSTREAM_INVALID',
        `The upstream "${answer.upstream.id}" answered in a form that is not its protocol's.`,
      );
    }
    if (counted === null) {
      this.#settle({ inputTokens: 0, outputTokens: 0, estimated: false });
    } else {
      const usage = view.usage ?? {
        inputTokens: counted.inputTokens,
        outputTokens: counted.generates ? countTokens(view.segments) : 0,
        estimated: true,
      };
      draft.usage = addUsage(draft.usage, usage);
      const cost = this.#settle(usage);
      draft.microUsd = cost === null ? null : cost + (draft.microUsd ?? 0);
    }
    const said = body;
    ({ bytes, body, view } = restoreAnswer(this.#restoring, bytes, body, view, parse));
    let stopped: readonly Ruling[] = [];
    if (this.#gate !== null && calls !== null) {
      const round = await this.#untilGone(ruleAnswer(this.#gate, calls.stops, body, calls.rounds));
      if (round.status === 'again') {
        const next = await this.#askAgain(calls, said, round.errors);
        if (next !== null)
          return this.#whole(next, parse, counted, { ...calls, rounds: calls.rounds + 1 }, conversation);
      }
      if (round.status !== 'passes') ({ stopped } = round);
      if (round.edits.length > 0) {
        bytes = Buffer.from(spliceJson(bytes.toString('utf8'), round.edits), 'utf8');
        body = this.#readAnswer(bytes, Number.MAX_SAFE_INTEGER);
        view = parse(body)!;
      }
    }
    const files = hasMedia(view.segments) ? await this.#readFiles('output', body, view.segments) : [];
    const { redactions, edits } = await inspectAnswer(this.#rules, body, view, draft.log, files);
    keepOutput(draft, view.segments, redactions, evidence.content, this.#vault?.vault.restored);
    if (this.#vault !== null) noteRestored(this.#rules, this.#vault.vault, draft.log);
    if (view.id !== null && draft.surface === 'openai-responses') await this.#keepVault(view.id, 'output');
    this.#stopIfTold('output');
    if (edits.length > 0) bytes = Buffer.from(spliceJson(bytes.toString('utf8'), edits), 'utf8');
    if (this.#gate !== null && calls !== null) {
      const texts = saidIn(edits.length > 0 ? parse(JSON.parse(bytes.toString('utf8'))) : view);
      this.#gate.remember(texts, this.#generation.now());
      for (const id of calls.kept(view.id)) this.#gate.keep(id, stopped, texts);
    }
    if (conversation !== null) {
      const said = view.segments.map((segment) => {
        return { ...segment, text: redact(segment.text, redactions.get(segment) ?? []) };
      });
      this.#answered(conversation, said);
    }
    if (view.id !== null && draft.surface === 'openai-responses' && draft.principal !== null) {
      await this.#gateway.owners.remember(view.id, draft.principal.id, answer.upstream.id);
      if (conversation !== null) this.#rememberThread(view.id, conversation, view.segments.some(isAnswer));
    }
    await this.#finish(answer.status, this.#headersOf(answer), bytes);
  }

  /**
   * Asks the model once more, after all its calls were stopped.
   * @returns null where it cannot be asked or gives no whole answer: then the last answer is the one that counts.
   */
  async #askAgain(calls: Calls, said: unknown, errors: ReadonlyMap<string, string>): Promise<Answer | null> {
    const { upstreamRequestId } = this.#draft;
    try {
      const next = (await calls.again?.(calls.stops, said, errors)) ?? null;
      if (next === null) return null;
      const type = String(next.headers['content-type'] ?? '');
      if (next.status < 300 && !type.startsWith('text/event-stream')) {
        requireReadable(next);
        return next;
      }
      next.abort();
    } catch (error) {
      if (!isFault(error)) throw error;
      this.#gateway.log.warn({ err: error, request: this.#draft.id }, 'the model could not be asked again');
    }
    this.#draft.upstreamRequestId = upstreamRequestId;
    if (this.#owed) this.#settle(null);
    return null;
  }

  /**
   * Asks the model once more for a stream.
   * @returns null where it cannot be asked or gives none: then the reservation of before is in force again.
   */
  async #streamAgain(
    again: AskAgain,
    stops: CallStops,
    said: unknown,
    errors: ReadonlyMap<string, string>,
  ): Promise<{ readonly answer: Answer; readonly spending: Spending | null } | null> {
    const { upstreamRequestId } = this.#draft;
    const before = this.#spending;
    let kept = false;
    try {
      const answer = await again(stops, said, errors);
      const type = String(answer?.headers['content-type'] ?? '');
      if (answer !== null && answer.status < 300 && type.startsWith('text/event-stream')) {
        requireReadable(answer);
        kept = true;
        // The counts of both come at the end, together; the request is counted now.
        before?.settle({ inputTokens: 0, outputTokens: 0, estimated: false });
        return { answer, spending: this.#spending };
      }
      answer?.abort();
    } catch (error) {
      if (!isFault(error)) throw error;
      this.#gateway.log.warn({ err: error, request: this.#draft.id }, 'the model could not be asked again');
    } finally {
      if (!kept && this.#spending !== before) {
        this.#spending?.settle(null);
        this.#spending = before;
      }
    }
    this.#draft.upstreamRequestId = upstreamRequestId;
    return null;
  }

  async #stream(
    answer: Answer,
    surface: Surface,
    conversation: Conversation,
    inputTokens: number,
    addsUsage: boolean,
    again: AskAgain | null = null,
  ): Promise<void> {
    const stops = callStops(surface.id);
    const gate = this.#gate;
    const restoring = this.#restoring;
    const stream = new StreamAnswer({
      calls:
        gate === null || stops === null
          ? null
          : {
              gate,
              stream: new GatedStream(gate, stops, {
                maxHeld: this.#generation.loaded.config.guard.maxHeld,
                restore: (text) => (restoring === undefined ? text : restoreText(restoring, 'tool-arguments', text)),
              }),
              kept: conversation === RETRIEVAL ? () => [] : keptUnder(conversation),
              // The id of a kept answer is out before its calls are; one that goes on with it would be kept under another.
              again: again === null || this.#kept ? null : (...asked) => this.#streamAgain(again, ...asked),
            },
      gateway: this.#gateway,
      generation: this.#generation,
      rules: this.#rules,
      client: this.#client,
      draft: this.#draft,
      answer,
      reader: surface.createStreamReader!(conversation),
      spending: this.#spending,
      inputTokens,
      dropUsage: addsUsage,
      headers: () => this.#headersOf(answer),
      dialect: this.#dialect,
      settle: (usage) => this.#settle(usage),
      keepText: HISTORIES.has(surface.id),
      restoring: this.#restoring,
      keepVault: (object) => this.#keepVault(object, 'output'),
    });
    await stream.run();
    if (this.#draft.outcome === 'served') this.#answered(conversation, stream.said());
    if (stream.id !== null) this.#rememberThread(stream.id, conversation, stream.spoke);
  }

  #answered({ surface }: Conversation, texts: Parameters<typeof answerMessages>[1]): void {
    const { messages, together } = answerMessages(surface, texts);
    this.#history?.answered(messages, together);
  }

  /** What the next turn has to know of this one, where the provider keeps the conversation. */
  #rememberThread(id: string, conversation: Conversation, spoke: boolean): void {
    const { principal, surface, kept } = this.#draft;
    if (principal === null || surface !== 'openai-responses' || conversation === RETRIEVAL) return;
    const keeping = this.#generation.loaded.config.evidence.content;
    const turn = { before: this.#thread, conversation, kept, spoke, keeping };
    const objects = conversation.previous?.startsWith('conv_') ? [id, conversation.previous] : [id];
    rememberThread(this.#gateway.memory.threads, principal.id, objects, turn);
  }

  /** A provider's error goes on as it is, less what a rule forbids, unless it speaks of our key or contains it. */
  async #relayError(answer: Answer): Promise<void> {
    const draft = this.#draft;
    requireReadable(answer);
    let bytes = await this.#untilGone(answer.collect(MAX_ERROR));
    if (answer.status === 401 || answer.status === 403)
      throw upstreamAuth(answer.upstream.id, 'refused its credential');
    if (this.#namesOurKey(bytes)) throw namesOurKey(answer.upstream.id);
    let body: unknown;
    try {
      body = this.#readAnswer(bytes, MAX_ERROR);
    } catch {
      // A page of some proxy on the way: no SDK can read it, and no rule has.
      throw unexpected(answer, `answered with status ${answer.status} and something that is not JSON`);
    }
    draft.microUsd = this.#settle(
      answer.status === 429 || answer.status >= 500 ? null : { inputTokens: 0, outputTokens: 0, estimated: true },
    );
    // It may quote the request as the provider saw it.
    let view: ResponseView;
    ({ bytes, body, view } = restoreAnswer(this.#restoring, bytes, body, everyString(body), everyString));
    const { edits } = await inspectAnswer(this.#rules, body, view, draft.log);
    this.#stopIfTold('output');
    if (edits.length > 0) bytes = Buffer.from(spliceJson(bytes.toString('utf8'), edits), 'utf8');
    draft.outcome = 'failed';
    draft.fault = unexpected(answer, `answered with status ${answer.status}`);
    const headers = this.#headersOf(answer);
    await this.#record(answer.status, bytes.length);
    this.#client.send(answer.status, headers, bytes);
  }

  /** Strictly: with a key that stands twice, the client might read another answer than the rules did. */
  #readAnswer(bytes: Buffer, limit: number): unknown {
    return readJson(bytes, { bytes: limit, depth: ANSWER_DEPTH, items: this.#generation.loaded.config.limits.items });
  }

  #namesOurKey(bytes: Buffer): boolean {
    return namesKey(bytes, this.#generation.providerKeys);
  }

  async #models(principal: Principal, model: string | null): Promise<void> {
    this.#draft.surface = 'models';
    this.#draft.model = model;
    const visible = (name: string): boolean =>
      this.#generation.policy.decide({
        principal,
        action: 'list',
        resource: { type: 'Model', id: name },
        context: { surface: 'models', stream: false, address: this.#client.request.socket.remoteAddress ?? '' },
      }).allowed;
    const body = await listModels(
      this.#gateway.modelCatalogue,
      this.#generation,
      this.#dialect,
      model,
      visible,
      this.#query,
    );
    await this.#finish(
      200,
      { 'content-type': 'application/json', 'x-request-id': this.#draft.id, 'request-id': this.#draft.id },
      Buffer.from(body, 'utf8'),
    );
  }

  /** A token for a call that was let through to this caller, once: `{"call": "<the provider's id>"}`. */
  async #callToken(principal: Principal): Promise<void> {
    this.#draft.surface = 'call-tokens';
    const { limits } = this.#generation.loaded.config;
    const bytes = await readBody(this.#client.request, MAX_TOKEN_REQUEST, limits.bodyTimeout);
    this.#draft.requestBytes = bytes.length;
    const body = readJson(bytes, { bytes: MAX_TOKEN_REQUEST, depth: 2, items: 8 }) as {
      readonly call?: unknown;
    } | null;
    const id = body?.call;
    if (typeof id !== 'string' || id === '')
      throw new Fault('ERR_REQUEST_INVALID', 'must be the id of a tool call', { where: 'call' });
    const { tokens } = this.#generation.flow;
    const call = tokens === null ? null : this.#gateway.flowMemory.takeOpen(principal.id, id, this.#generation.now());
    if (tokens === null || call === null)
      throw new Fault('ERR_NOT_FOUND', 'There is no call of this id that was let through to you a moment ago.', {
        where: 'call',
        hint: 'A token is made once for each call, within five minutes, for tools that flow.callTokens names.',
      });
    const { token, audience, expiresIn } = await tokens.mint(call, principal);
    await this.#finish(
      200,
      { 'content-type': 'application/json', 'cache-control': 'no-store', ...requestIdHeaders(this.#draft.id) },
      Buffer.from(JSON.stringify({ token, tool: call.tool, audience, expires_in: expiresIn }), 'utf8'),
    );
  }

  async #responseObject(principal: Principal, route: Extract<Route, { kind: 'response-object' }>): Promise<void> {
    const draft = this.#draft;
    draft.surface = 'openai-responses';
    const { limits } = this.#generation.loaded.config;
    if (route.operation === 'cancel') {
      draft.requestBytes = (await readBody(this.#client.request, limits.body, limits.bodyTimeout)).length;
    }
    const id = await this.#ownedBy(principal, route.object, 'path');
    const upstream = this.#generation.upstreams.find((candidate) => candidate.id === id);
    if (upstream === undefined) {
      throw new Fault('ERR_NOT_FOUND', `There is no response "${route.object}" that you may use.`, { where: 'path' });
    }
    this.#thread = this.#gateway.memory.threads.recall(principal.id, route.object);
    this.#bind(principal, 'openai-responses', RETRIEVAL);
    const method = route.operation === 'cancel' ? 'POST' : route.operation === 'delete' ? 'DELETE' : 'GET';
    this.#spending = await Spending.reserve(this.#generation, principal, '', 0, {
      maxOutput: 0,
      stream: false,
      generates: false,
    });
    await this.#openVault(principal, route.object, 'output');
    const answer = await this.#send([{ upstream, model: '' }], method, route.upstreamPath, () => null);
    if (route.operation === 'delete' && answer.status < 300) await this.#forgetVault(principal, route.object);
    const surface = this.#gateway.responsesSurface;
    this.#gate = reopenGate(this.#gateContext(principal), route.object);
    if (answer.status >= 400) return this.#relayError(answer);
    requireReadable(answer);
    if (String(answer.headers['content-type'] ?? '').startsWith('text/event-stream')) {
      draft.stream = true;
      return this.#stream(answer, surface, RETRIEVAL, 0, false);
    }
    // What an answer holds was inspected when it was made, perhaps under other rules, perhaps in the background: again.
    const calls: Calls = {
      stops: callStops(surface.id)!,
      again: null,
      kept: () => [],
      rounds: Number.POSITIVE_INFINITY,
    };
    return this.#whole(answer, (body) => surface.parseResponse(body) ?? everyString(body), null, calls);
  }

  /** What cannot be deleted now goes when it expires. */
  async #forgetVault(principal: Principal, object: string): Promise<void> {
    try {
      await this.#gateway.vault.forget(principal.id, object);
    } catch (error) {
      this.#gateway.log.error({ err: error, request: this.#draft.id }, 'values of a deleted response are still kept');
    }
  }

  #headersOf(answer: Answer): Record<string, string | string[]> {
    return clientHeaders(answer.headers, this.#draft.id, this.#rates(), this.#generation.providerKeys);
  }

  #rates(): Record<string, string> {
    return this.#spending === null ? {} : rateHeaders(this.#dialect, this.#spending.states, this.#generation.now());
  }

  #settle(usage: Parameters<Spending['settle']>[0]): number | null {
    this.#owed = false;
    return this.#spending?.settle(usage) ?? null;
  }

  async #untilGone<T>(pending: Promise<T>): Promise<T> {
    const gone = new Promise<never>((_, reject) => {
      this.#client.onGone(() => {
        this.#answer?.abort();
        reject(CLIENT_GONE);
      });
    });
    gone.catch(() => {});
    return Promise.race([pending, gone]);
  }

  async #finish(status: number, headers: Record<string, string | string[]>, bytes: Uint8Array): Promise<void> {
    this.#draft.outcome = 'served';
    await this.#record(status, bytes.length);
    this.#client.send(status, headers, bytes);
  }

  /** Writes the record; after it the answer may leave. */
  async #record(status: number, bytes: number): Promise<void> {
    const draft = this.#draft;
    draft.status = status;
    draft.responseBytes = bytes;
    draft.firstByte();
    await this.#gateway.record(draft, null, this.#generation);
  }

  async #fail(error: unknown): Promise<void> {
    const draft = this.#draft;
    this.#answer?.abort();
    const fault = error === CLIENT_GONE || this.#client.gone ? null : toFault(error);
    if (fault?.code === 'ERR_INTERNAL') this.#gateway.log.error({ err: error, request: draft.id }, 'internal error');
    if (draft.usage === null) {
      // A caller who leaves while the provider works has caused what it read; a provider that failed is not paid.
      if (fault === null && this.#answer !== null)
        draft.usage = { inputTokens: this.#inputTokens, outputTokens: 0, estimated: true };
      draft.microUsd = this.#settle(draft.usage);
    } else if (this.#owed) {
      // A further round that came to nothing, or that the caller did not wait for.
      this.#settle(fault === null ? { inputTokens: this.#inputTokens, outputTokens: 0, estimated: true } : null);
    }
    draft.fault = fault;
    draft.outcome = fault === null ? 'client-closed' : outcomeOf(fault);
    try {
      draft.status = fault === null ? 499 : this.#statusOf(fault);
      await this.#gateway.record(draft, null, this.#generation);
    } catch (recordError) {
      const broken = toFault(recordError);
      this.#gateway.log.error({ err: recordError, request: draft.id }, 'the record could not be written');
      this.#client.refuse(this.#dialect, broken, draft.id);
      return;
    }
    if (fault !== null) this.#client.refuse(this.#dialect, fault, draft.id, this.#rates());
  }

  #statusOf(fault: Fault): number {
    return this.#gateway.statusOf(this.#dialect, fault, this.#draft.id);
  }
}

/** Asks the model again behind its own answer; null where that cannot be done. */
type AskAgain = (stops: CallStops, said: unknown, errors: ReadonlyMap<string, string>) => Promise<Answer | null>;

/** How the tool calls of a whole answer are treated. */
interface Calls {
  readonly stops: CallStops;
  readonly again: AskAgain | null;
  readonly kept: (id: string | null) => readonly string[];
  readonly rounds: number;
}

/** Names under which a later request can go on with an answer. */
function keptUnder({ surface, previous }: Conversation): (id: string | null) => readonly string[] {
  if (surface !== 'openai-responses') return () => [];
  // A conversation keeps its name, a response hands on to the next.
  const conversation = previous === null || previous.startsWith('resp_') ? [] : [previous];
  return (id) => (id === null ? conversation : [...conversation, id]);
}

function unexpected(answer: Answer, what: string): Fault {
  return new Fault('ERR_UPSTREAM_INVALID', `The upstream "${answer.upstream.id}" ${what}.`);
}

/** @throws Fault `ERR_UPSTREAM_INVALID` for a redirect, and for a body in a coding that no rule can read. */
function requireReadable(answer: Answer): void {
  const { status, headers } = answer;
  if (status >= 300 && status < 400)
    throw unexpected(answer, `answered with status ${status}, which is not its protocol's`);
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== '' && coding !== 'identity')
    throw unexpected(
      answer,
      `answered in content-encoding "${String(coding).slice(0, 32)}", although it was asked not to`,
    );
}

/** A conversation to read a stored response's stream by: nothing of the request is known any more. */
const RETRIEVAL: Conversation = {
  surface: 'openai-responses',
  model: '',
  stream: true,
  segments: [],
  tools: [],
  answerSchema: null,
  maxOutputTokens: null,
  choices: 1,
  previous: null,
  usageRequested: true,
};

function isCall(id: string): (event: FlowEvent) => event is FlowCall {
  return (event): event is FlowCall => event.kind === 'call' && event.id === id;
}

/** Chat and completions streams report usage only when `stream_options.include_usage` is set. */
function reportsUsageOnRequest(surface: Surface): boolean {
  return surface.id === 'openai-chat' || surface.id === 'openai-completions';
}

function hasMedia(segments: readonly Segment[]): boolean {
  return segments.some(({ kind }) => kind === 'media');
}

function countTokens(segments: readonly Segment[]): number {
  let tokens = 0;
  for (const segment of segments) tokens += estimateTokens(segment.text);
  return tokens;
}
