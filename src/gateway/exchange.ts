import type { Conversation } from '../conversation/conversation.ts';
import type { Dialect } from '../conversation/surface.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { History } from '../guard/history.ts';
import { type Rule, bindRules } from '../guard/rule.ts';
import { readFiles } from '../guard/files/read-files.ts';
import { readJson } from '../text/json/read-json.ts';
import type { Segment } from '../conversation/segment.ts';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { stopFault } from './ending.ts';
import type { CallGate } from './flow/call-gate.ts';
import type { GateContext } from './flow/open-gate.ts';
import { exchangeContext } from '../guard/exchange-context.ts';
import { ExchangeDraft } from './exchange-draft.ts';
import type { Gateway } from './gateway.ts';
import type { Generation } from './generation.ts';
import { clientHeaders } from './headers.ts';
import { namesKey } from './provider-key.ts';
import { rateHeaders } from './rate-headers.ts';
import { createRequestId } from './request-id.ts';
import type { Spending } from './spending.ts';
import { NO_THREAD, type Thread } from './thread-memory.ts';
import type { ConversationVault } from './vault.ts';
import { CLIENT_GONE } from './client-gone.ts';

/** Levels of nesting in a provider's answer. */
const ANSWER_DEPTH = 256;

/** What the steps of one request share: who answers whom, the rules that hold, what is spent, what is recorded. */
export class Exchange {
  readonly gateway: Gateway;
  readonly generation: Generation;
  readonly client: Client;
  readonly draft: ExchangeDraft;
  readonly dialect: Dialect;
  /** Of the request's path, with its question mark; '' where there is none. */
  readonly query: string;
  spending: Spending | null = null;
  answer: Answer | null = null;
  inputTokens = 0;
  /** The generation's rules as they hold in this exchange. */
  rules: readonly Rule[];
  history: History | null = null;
  /** The turns before this one, where the provider keeps them; null when they are not known. */
  thread: Thread | null = NO_THREAD;
  /** Values that go back to the caller; null where no rule restores any. */
  vault: ConversationVault | null = null;
  /** The provider keeps this exchange: its values are kept as well. */
  kept = false;
  /** Decides the answer's tool calls; null where nothing does. */
  gate: CallGate | null = null;
  /** The reservation that holds now is not settled. */
  owed = false;

  constructor(gateway: Gateway, client: Client, path: string, query: string, dialect: Dialect) {
    this.gateway = gateway;
    this.generation = gateway.generation;
    this.rules = this.generation.rules.base;
    this.client = client;
    this.query = query;
    this.dialect = dialect;
    const { now, loaded } = this.generation;
    this.draft = new ExchangeDraft(createRequestId(now), now(), client.request, path, loaded.hash);
  }

  gateContext(principal: Principal): GateContext {
    const { flow } = this.draft;
    return {
      engine: this.generation.flow,
      memory: this.gateway.flowMemory,
      principal,
      record: (decision) => flow.push(decision),
      exchange: this.draft.id,
      signal: this.client.left,
    };
  }

  /**
   * Takes the rules that hold for this exchange and tells them what they need to know of it.
   * @returns version of the allow-list.
   */
  bind(principal: Principal, surface: string, conversation: Conversation): string {
    const generation = this.generation;
    const who = { principal: principal.id, team: principal.team ?? null, model: conversation.model, surface };
    const allow = this.gateway.allowBook.for(generation.loaded).for(who);
    const context = exchangeContext(conversation, principal);
    this.rules = bindRules(
      generation.rules.for(who),
      { ...context, instructions: [...(this.thread?.instructions ?? []), ...context.instructions] },
      allow?.allows,
    );
    return allow?.version ?? '';
  }

  authorise(principal: Principal, action: 'invoke' | 'list', model: string, surface: string, stream: boolean): void {
    const decision = this.generation.policy.decide({
      principal,
      action,
      resource: { type: 'Model', id: model },
      context: { surface, stream, address: this.client.request.socket.remoteAddress ?? '' },
    });
    if (!decision.allowed) {
      throw new Fault('ERR_FORBIDDEN', `"${principal.id}" may not use the model "${model.slice(0, 128)}".`, {
        where: 'model',
      });
    }
  }

  /** @throws Fault `ERR_NOT_FOUND` when the object is not the principal's: whose it is, or whether it exists, is not told. */
  async ownedBy(principal: Principal, object: string, where: string): Promise<string> {
    const owner = await this.gateway.owners.find(object);
    if (owner === null || owner.principal !== principal.id) {
      throw new Fault('ERR_NOT_FOUND', `There is no response "${object.slice(0, 128)}" that you may use.`, { where });
    }
    return owner.upstream;
  }

  /** Texts in images and files; what cannot be read is in the log. */
  readFiles(stage: 'input' | 'output', body: unknown, segments: readonly Segment[]): Promise<readonly Segment[]> {
    return readFiles(stage, body, segments, {
      reader: this.gateway.files,
      settings: this.generation.files,
      rules: this.rules,
      log: this.draft.log,
    });
  }

  stopIfTold(stage: 'input' | 'output'): void {
    const fault = stopFault(this.draft, stage);
    if (fault !== null) throw fault;
  }

  /** Strictly: with a key that stands twice, the client might read another answer than the rules did. */
  readAnswer(bytes: Buffer, limit: number): unknown {
    return readJson(bytes, { bytes: limit, depth: ANSWER_DEPTH, items: this.generation.loaded.config.limits.items });
  }

  namesOurKey(bytes: Buffer): boolean {
    return namesKey(bytes, this.generation.providerKeys);
  }

  headersOf(answer: Answer): Record<string, string | string[]> {
    return clientHeaders(answer.headers, this.draft.id, this.rates(), this.generation.providerKeys);
  }

  rates(): Record<string, string> {
    return this.spending === null ? {} : rateHeaders(this.dialect, this.spending.states, this.generation.now());
  }

  settle(usage: Parameters<Spending['settle']>[0]): number | null {
    this.owed = false;
    return this.spending?.settle(usage) ?? null;
  }

  async untilGone<T>(pending: Promise<T>): Promise<T> {
    const gone = new Promise<never>((_, reject) => {
      this.client.onGone(() => {
        this.answer?.abort();
        reject(CLIENT_GONE);
      });
    });
    gone.catch(() => {});
    return Promise.race([pending, gone]);
  }

  async finish(status: number, headers: Record<string, string | string[]>, bytes: Uint8Array): Promise<void> {
    this.draft.outcome = 'served';
    await this.record(status, bytes.length);
    this.client.send(status, headers, bytes);
  }

  /** Writes the record; after it the answer may leave. */
  async record(status: number, bytes: number): Promise<void> {
    const draft = this.draft;
    draft.status = status;
    draft.responseBytes = bytes;
    draft.firstByte();
    await this.gateway.record(draft, null, this.generation);
  }
}
