import { hkdfSync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import type { AdminAction, AdminActionName } from '../core/admin-action.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import { wildcard } from '../core/wildcard.ts';
import type { FlowRuling } from '../flow/decide.ts';
import type { ApprovalTerms } from '../flow/rules/compile-rules.ts';
import type { ApprovalRow, ApprovalTable } from '../store/approval-table.ts';
import { type Asked, bindingOf } from './binding.ts';
import { isOwnRequest } from './own-request.ts';
import { seal, unseal } from './seal.ts';

export type ApprovalSettings = Config['approvals'];

/** What a person is asked. */
export interface ConsentRequest {
  readonly kind: 'call' | 'review';
  readonly tool: string;
  /** The call's arguments; for a review the request's body. */
  readonly args: unknown;
  readonly decision: FlowRuling;
  readonly principal: Principal;
  /** See `Asked.run`. */
  readonly run: string;
  /** Id of the exchange in which it came up. */
  readonly exchange: string | null;
  /** What the operator's rules say of who has to agree, and until when; null: what the configuration says. */
  readonly terms?: ApprovalTerms | null;
}

/** What became of it. Only `approved` lets the call pass, once: it is used up by the time it is told. */
export type ConsentAnswer =
  | { readonly state: 'approved'; readonly id: string; readonly by: readonly string[] }
  | { readonly state: 'denied'; readonly id: string | null; readonly reason: string }
  | {
      readonly state: 'pending';
      readonly id: string;
      /** Where it is decided. */
      readonly link: string;
      readonly expiresAt: number;
      /** Seconds after which to ask again. */
      readonly retryAfter: number;
    };

/** What is sealed of a request, for the person who decides. */
export interface ApprovalContent {
  readonly args: unknown;
  readonly decision: FlowRuling;
  /** Who may decide, beside what the configuration says; absent: anybody who may at all. */
  readonly by?: readonly string[];
}

/** Seconds between two looks of an agent. */
const RETRY_AFTER = 15;
/** Between two looks at the table while an answer is held: another gateway may have got the consent. */
const LOOK_MILLIS = 1000;
const MOST_BYTES = 256 * 1024;
const LISTED = 100;

export interface ApprovalQueueParts {
  readonly table: ApprovalTable;
  /** The vault's key; what is used here is derived from it. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly settings: () => ApprovalSettings;
  /** Prefixes that the configuration puts before principals. */
  readonly prefixes: () => readonly string[];
  /** Where the console is reached, without a slash at its end. */
  readonly console: () => string;
  /** Writes one record to the ledger. */
  readonly record: (entry: AdminAction) => Promise<void>;
  /** Tells people of a request; does not wait for them. */
  readonly notify: (row: ApprovalRow, content: ApprovalContent, link: string) => void;
  readonly onError: (message: string, error: unknown) => void;
}

/**
 * Asks people for consent. A consent holds for one thing (see `bindingOf`), once, and until it expires; when nobody answers it is
 * denied. Every step is in the ledger before it has an effect.
 */
export class ApprovalQueue {
  readonly #parts: ApprovalQueueParts;
  readonly #bindKey: Buffer;
  readonly #sealKey: Buffer;
  readonly #listeners = new Set<() => void>();
  #waiting = 0;
  #changes = 0;

  constructor(parts: ApprovalQueueParts) {
    this.#parts = parts;
    const derive = (purpose: string): Buffer =>
      Buffer.from(hkdfSync('sha256', parts.key, Buffer.alloc(0), `parapet approval ${purpose} v1`, 32));
    this.#bindKey = derive('binding');
    this.#sealKey = derive('seal');
  }

  /** How many requests wait, as of the last look; for badges. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Grows with every change, so that a follower knows when to look. */
  get changes(): number {
    return this.#changes;
  }

  /** Called after each change that this process made or noticed. Returns the function that unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks, or finds what was asked before; uses up a consent where there is one. Does not wait. */
  async ask(request: ConsentRequest): Promise<ConsentAnswer> {
    const { table, clock, settings, record } = this.#parts;
    const { expireAfter, mostWaiting, twoPerson } = settings();
    const hash = this.#hashOf(request);
    if (hash === null) return { state: 'denied', id: null, reason: 'The arguments cannot be bound to a consent.' };
    await this.sweep();
    const now = clock();
    const old = await table.latest(hash);
    if (old !== null) {
      const settled = await this.#settle(old, now, request.exchange);
      if (settled !== null) return settled;
    }
    const { principal, decision, args, terms = null } = request;
    if (JSON.stringify(args ?? null).length > MOST_BYTES) {
      return { state: 'denied', id: null, reason: 'The arguments are too long for a person to read.' };
    }
    if ((await table.waitingOf(principal.id, now)) >= mostWaiting) {
      return { state: 'denied', id: null, reason: `${mostWaiting} requests of this principal wait already.` };
    }
    const id = `ap_${randomBytes(12).toString('hex')}`;
    const by = terms?.by ?? [];
    const content: ApprovalContent = { args: args ?? null, decision, ...(by.length === 0 ? {} : { by }) };
    const row: ApprovalRow = {
      id,
      hash,
      kind: request.kind,
      state: 'pending',
      principal: principal.id,
      team: principal.team ?? null,
      tool: request.tool.slice(0, 256),
      rule: decision.rule,
      exchange: request.exchange,
      sealed: seal(this.#sealKey, id, content),
      needs: terms?.people === 2 || twoPerson.some((pattern) => wildcard(pattern)(request.tool)) ? 2 : 1,
      firstBy: null,
      secondBy: null,
      deniedBy: null,
      reason: null,
      createdAt: now,
      // The shorter of the two: neither may be got round by the other.
      expiresAt: now + Math.min(expireAfter, (terms?.expiresIn ?? Number.POSITIVE_INFINITY) * 1000),
      decidedAt: null,
    };
    await record({ ...this.#entry('approval-ask', row, now), result: 'begun' });
    const asked = await table.ask(row);
    // Of two who ask for the same at once, the second has asked for nothing.
    await record({ ...this.#entry('approval-ask', row, now), result: asked.fresh ? 'done' : 'failed' });
    if (!asked.fresh) {
      const settled = await this.#settle(asked.row, now, request.exchange);
      if (settled !== null) return settled;
    } else {
      this.#parts.notify(row, content, this.linkTo(id));
    }
    await this.#changed();
    return this.#pending(asked.row);
  }

  /** Asks, and waits up to `millis` for an answer. @returns `pending` when nobody answered in time, or `signal` said to stop. */
  async hold(request: ConsentRequest, millis: number, signal?: AbortSignal): Promise<ConsentAnswer> {
    const stopped = (): boolean => signal?.aborted === true;
    let answer = await this.ask(request);
    const until = this.#parts.clock() + millis;
    while (answer.state === 'pending' && !stopped()) {
      const left = until - this.#parts.clock();
      if (left <= 0) break;
      await this.#change(Math.min(left, LOOK_MILLIS));
      // Nobody waits any more: a look now could use a consent up for nobody.
      if (stopped()) break;
      answer = await this.ask(request);
    }
    return answer;
  }

  /**
   * Uses up the consent with this hash, without asking for one.
   * @param exchange in which it is used.
   * @returns null when there is none: what it was asked for must not happen.
   */
  async consume(hash: string, exchange: string | null = null): Promise<ApprovalRow | null> {
    const { table, clock, record } = this.#parts;
    const now = clock();
    const used = await table.use(hash, now);
    if (used === null) return null;
    // It is used up whether or not the record can be written; without the record the call does not pass.
    const entry = this.#entry('approval-use', used, now);
    await record(exchange === null ? entry : { ...entry, detail: { ...entry.detail, usedIn: exchange } });
    await this.#changed();
    return used;
  }

  /** Hash that a consent to this would be bound to; null where there can be none. */
  hashOf(request: ConsentRequest): string | null {
    return this.#hashOf(request);
  }

  list(limit = LISTED): Promise<readonly ApprovalRow[]> {
    return this.#parts.table.list(limit);
  }

  find(id: string): Promise<ApprovalRow | null> {
    return this.#parts.table.find(id);
  }

  /** What is asked; null as soon as the request is over. */
  contentOf({ id, sealed }: ApprovalRow): ApprovalContent | null {
    return sealed === null ? null : (unseal(this.#sealKey, id, sealed) as ApprovalContent);
  }

  /** Why this administrator may not decide on this request, or null. */
  forbids(admin: string, row: ApprovalRow): string | null {
    const { approvers } = this.#parts.settings();
    if (approvers !== undefined && !approvers.some((name) => name.toLowerCase() === admin.toLowerCase())) {
      return 'You are not one of the approvers of the configuration.';
    }
    if (isOwnRequest(admin, row.principal, this.#parts.prefixes())) return 'Nobody decides on a request of their own.';
    return this.#isNamed(admin, row) ? null : 'The rules over tool calls name others who decide on this tool.';
  }

  /** Whether the rules leave the decision to this administrator. Those that nobody can read leave it to nobody. */
  #isNamed(admin: string, row: ApprovalRow): boolean {
    let by: readonly string[] | undefined;
    try {
      by = this.contentOf(row)?.by;
    } catch (error) {
      if (error instanceof Fault) return false;
      throw error;
    }
    if (by === undefined) return true;
    const { teams } = this.#parts.settings();
    const isAdmin = (name: string): boolean => name.toLowerCase() === admin.toLowerCase();
    return by.some((name) => {
      if (!name.startsWith('team:')) return isAdmin(name);
      const team = name.slice('team:'.length);
      return Object.hasOwn(teams, team) && teams[team]!.some(isAdmin);
    });
  }

  /**
   * @throws Fault `ERR_FORBIDDEN` when this administrator may not decide, `ERR_NOT_FOUND` when nothing waits for this decision (any more).
   */
  async decide(id: string, admin: string, verdict: 'approve' | 'deny', reason: string | null): Promise<ApprovalRow> {
    const { table, clock } = this.#parts;
    const row = await table.find(id);
    if (row === null) throw new Fault('ERR_NOT_FOUND', 'There is no such request for consent.');
    const forbidden = this.forbids(admin, row);
    if (forbidden !== null) throw new Fault('ERR_FORBIDDEN', forbidden);
    const decided =
      verdict === 'approve'
        ? await table.approve(id, admin, reason, clock())
        : await table.deny(id, admin, reason, clock());
    if (decided === null) {
      const mine = verdict === 'approve' && row.state === 'pending' && row.firstBy === admin;
      throw new Fault(
        mine ? 'ERR_FORBIDDEN' : 'ERR_NOT_FOUND',
        mine
          ? 'You agreed already; this tool needs a second person.'
          : 'This request does not wait for a decision any more.',
      );
    }
    await this.#changed();
    return decided;
  }

  /** Ends what is past its time, with a record of each. Called by a timer and before every request. */
  async sweep(): Promise<void> {
    const { table, clock, record } = this.#parts;
    const now = clock();
    const ended = await table.expire(now);
    for (const row of ended) await record(this.#entry('approval-expire', row, now));
    const waiting = await table.waiting(now);
    if (ended.length > 0 || waiting !== this.#waiting) await this.#changed(waiting);
  }

  linkTo(id: string): string {
    return `${this.#parts.console()}/approvals/${id}`;
  }

  /** What an earlier request of the same came to; null when a new one has to be asked. */
  async #settle(row: ApprovalRow, now: number, exchange: string | null): Promise<ConsentAnswer | null> {
    switch (row.state) {
      case 'approved': {
        const used = await this.consume(row.hash, exchange);
        return used === null ? null : { state: 'approved', id: used.id, by: whoAgreed(used) };
      }
      case 'pending':
        return row.expiresAt > now ? this.#pending(row) : null;
      case 'denied':
        // An agent that asks again and again gets the same answer, and nobody is asked twice for as long as it would have lived.
        return row.expiresAt > now ? { state: 'denied', id: row.id, reason: denial(row) } : null;
      default:
        return null;
    }
  }

  #pending(row: ApprovalRow): ConsentAnswer {
    return {
      state: 'pending',
      id: row.id,
      link: this.linkTo(row.id),
      expiresAt: row.expiresAt,
      retryAfter: RETRY_AFTER,
    };
  }

  #hashOf(request: ConsentRequest): string | null {
    const asked: Asked = { ...request, principal: request.principal.id };
    try {
      return bindingOf(this.#bindKey, asked);
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) return null;
      throw error;
    }
  }

  #entry(action: AdminActionName, row: ApprovalRow, now: number): AdminAction {
    const { id, hash, kind, tool, principal, rule, exchange } = row;
    return {
      v: 1,
      type: 'admin',
      time: new Date(now).toISOString(),
      admin: 'gateway',
      address: 'gateway',
      action,
      target: id,
      result: 'done',
      detail: {
        kind,
        tool,
        principal,
        rule,
        hash,
        ...(exchange === null ? {} : { exchange }),
        ...(action === 'approval-ask'
          ? { expires: new Date(row.expiresAt).toISOString(), needs: String(row.needs) }
          : {}),
        ...(action === 'approval-use' ? { by: whoAgreed(row).join(', ') } : {}),
      },
    };
  }

  async #changed(waiting?: number): Promise<void> {
    this.#waiting = waiting ?? (await this.#parts.table.waiting(this.#parts.clock()));
    this.#changes += 1;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#parts.onError('a follower of the approvals failed', error);
      }
    }
  }

  /** Resolves at the next change, after `millis` at the latest. */
  async #change(millis: number): Promise<void> {
    const stop = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const unsubscribe = this.subscribe(resolve);
    try {
      await Promise.race([promise, sleep(millis, undefined, { signal: stop.signal }).catch(() => {})]);
    } finally {
      unsubscribe();
      stop.abort();
    }
  }
}

function denial({ reason }: ApprovalRow): string {
  return reason === null ? 'A person denied it.' : `A person denied it: ${reason}`;
}

export function whoAgreed({ firstBy, secondBy }: ApprovalRow): readonly string[] {
  return [firstBy, secondBy].filter((name) => name !== null);
}
