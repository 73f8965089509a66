import { hash } from 'node:crypto';
import type { AnswerCall } from '../../conversation/call-stops.ts';
import type { CallWrite } from '../../conversation/call-writes.ts';
import type { Decision } from '../../core/verdict.ts';
import type { Principal } from '../../core/principal.ts';
import { type FlowDecision, settle } from '../../flow/decide.ts';
import { callKey } from '../../flow/flow-state.ts';
import type { FlowView } from '../../flow/flow-cache.ts';
import type { FlowCall, FlowEvent, FlowTool } from '../../flow/history.ts';
import { scopeCall, withoutWritten, type WrittenPlace, writtenPlaces } from '../../flow/scope/scope-call.ts';
import { type JsonEdit, spliceJson } from '../../text/json/splice-json.ts';
import type { Approval } from '../../approvals/approvals.ts';
import { recordCall, shown } from './call-record.ts';
import type { FlowMemory } from './flow-memory.ts';
import type { FlowEngine } from './flow-engine.ts';
import { misfit, readArguments } from './read-arguments.ts';

/** Calls of one answer that are looked at; no client carries out more. */
const MOST_CALLS = 128;
/** Denials of the same call in one turn after which the turn is over. */
const MOST_DENIALS = 3;

export interface CallGateParts extends Pick<FlowEngine, 'settings' | 'policy' | 'approvals' | 'rules' | 'tokens'> {
  readonly memory: FlowMemory;
  readonly principal: Principal;
  /** What the model was shown before the answer. */
  readonly events: readonly FlowEvent[];
  readonly tools: readonly FlowTool[];
  /** Where decisions are recorded. */
  readonly record: (decision: Decision) => void;
  readonly exchange?: string;
  /** Aborted when nobody waits for the answer any more: a consent is not used up for nobody. */
  readonly signal?: AbortSignal;
}

/** What becomes of one call. */
export interface Ruling {
  readonly call: AnswerCall;
  readonly passes: boolean;
  /** For who reads the answer. */
  readonly notice: string;
  /** For the model, as the result of the call. */
  readonly error: string;
  /** What is written into the arguments of a call that passes: the principal's own values; null where nothing is. */
  readonly write: CallWrite | null;
}

export interface Rulings {
  readonly all: readonly Ruling[];
  readonly stopped: readonly Ruling[];
  /** The same call was denied too often: asking the model again would bring it again. */
  readonly over: boolean;
}

/** Decides the tool calls of one exchange's answers. */
export class CallGate {
  readonly #parts: CallGateParts;
  /** Calls of this exchange that pass, in order: those behind are decided on what they will have done. */
  readonly #passed: FlowCall[] = [];
  /** Calls that the caller gets: in shadow mode also those that would have been stopped. */
  readonly #sent: FlowCall[] = [];
  /** Calls that were let through, as the caller carries them out. */
  readonly #open: FlowCall[] = [];
  readonly #denied = new Map<string, number>();
  #waits = true;

  constructor(parts: CallGateParts) {
    this.#parts = parts;
  }

  /** False in shadow mode: calls are decided and recorded, and all pass. */
  get enforces(): boolean {
    return this.#parts.settings.mode === 'enforce';
  }

  get continues(): boolean {
    return this.enforces && this.#parts.settings.onDeny === 'continue';
  }

  get signs(): boolean {
    return this.#parts.settings.history === 'signed';
  }

  /** Decides calls of one answer together. Nothing that goes wrong lets a call pass. */
  async rule(calls: readonly AnswerCall[]): Promise<Rulings> {
    const all: Ruling[] = [];
    let over = false;
    for (const [index, call] of calls.entries()) {
      const began = performance.now();
      const { decision, found, approval, written } = await this.#decide(call, index);
      const allowed = decision.verdict === 'allow' || approval?.status === 'approved';
      if (!allowed && found !== null && approval?.status !== 'pending' && this.#countDenied(found) >= MOST_DENIALS)
        over = true;
      const note = [approval === null ? '' : said(approval), this.enforces ? saidWritten(written) : '']
        .filter((one) => one !== '')
        .join(' ');
      const passes = allowed || !this.enforces;
      // In shadow mode what comes behind is decided as if what would be stopped had been.
      if (allowed && found !== null) this.#passed.push(this.#asTheModelHasIt(found));
      if (passes && found !== null) {
        this.#sent.push(this.#asTheModelHasIt(found));
        if (allowed && this.enforces && call.id !== '') this.#open.push(found);
      }
      const { settings, record } = this.#parts;
      record(
        recordCall(
          { tool: call.tool, decision, passes: allowed, note, millis: performance.now() - began },
          settings.mode === 'enforce' ? 'enforce' : 'shadow',
        ),
      );
      const because = `${decision.reason}${note === '' ? '' : ` ${note}`}`;
      all.push({
        call,
        passes,
        notice: `The call of "${shown(call.tool)}" was stopped (${decision.rule}). ${because}`,
        error:
          `blocked by policy ${decision.rule}: ${because} ` +
          (approval?.status === 'pending' ? '' : 'Do not repeat this call. ') +
          'Go on with the rest of the task, or say what could not be done.',
        write: passes && this.enforces ? writeOf(call, written) : null,
      });
    }
    if (over && this.enforces) this.#end(all);
    return { all, stopped: all.filter(({ passes }) => !passes), over };
  }

  /** The turn is over: nothing of the answer is carried out, so that the agent's loop ends. */
  #end(all: Ruling[]): void {
    const reason = `The same call was denied ${MOST_DENIALS} times in this turn.`;
    for (const [index, ruling] of all.entries()) {
      if (!ruling.passes) continue;
      const { tool, id, key } = ruling.call;
      const own = id === '' ? `answer.${key}` : id;
      for (const list of [this.#passed, this.#sent, this.#open]) {
        const place = list.findLastIndex((call) => call.id === own);
        if (place !== -1) list.splice(place, 1);
      }
      const decision = settle([{ verdict: 'deny', rule: 'turn-over', reason }], {});
      this.#parts.record(recordCall({ tool, decision, passes: false, note: '', millis: 0 }, 'enforce'));
      const notice = `The call of "${shown(tool)}" was stopped (turn-over). ${reason}`;
      all[index] = { ...ruling, passes: false, notice, error: notice, write: null };
    }
  }

  /** What the scopes write into a call is not the model's, and not in what is decided on later. */
  #asTheModelHasIt(call: FlowCall): FlowCall {
    return { ...call, args: withoutWritten(call.args, this.#parts.rules?.scopes(call.tool) ?? []) };
  }

  async #decide(call: AnswerCall, index: number): Promise<Decided> {
    const { tools, policy, approvals, principal, memory, rules } = this.#parts;
    let found: FlowCall | null = null;
    let written: readonly WrittenPlace[] = [];
    const deny = (rule: string, reason: string): Decided => {
      return { decision: settle([{ verdict: 'deny', rule, reason }], {}), found, approval: null, written: [] };
    };
    try {
      if (index >= MOST_CALLS) return deny('too-many-calls', `One answer has more than ${MOST_CALLS} calls.`);
      const tool = tools.find(({ name }) => name === call.tool);
      const read = readArguments(call, tool);
      if (!read.ok) return deny(read.rule, read.reason);
      const id = call.id === '' ? `answer.${call.key}` : call.id;
      found = { kind: 'call', id, tool: call.tool, args: read.args };
      const scoped = scopeCall(read.args, rules?.scopes(call.tool) ?? [], principal, tool?.schema);
      if (!scoped.allowed) return deny('scope', scoped.reason);
      written = writtenPlaces(read.args, scoped);
      if (call.form === 'free' && written.length > 0)
        return deny('scope', 'The call is of a form into which nothing can be written.');
      const mismatch = call.form === 'free' || tool === undefined ? null : misfit(scoped.args, tool);
      if (mismatch !== null) {
        found = null;
        return deny('arguments', mismatch);
      }
      found = { ...found, args: scoped.args };
      const view: FlowView = memory.cache.view([...this.#parts.events, ...this.#passed], tools);
      const decision = policy.decideCall(view, found, principal, scoped.verified);
      if (decision.verdict !== 'approve') return { decision, found, approval: null, written };
      if (!this.enforces) return { decision, found, approval: null, written };
      const approval: Approval =
        approvals === null
          ? { status: 'denied', reason: 'Nobody is there who could consent to it.' }
          : await approvals.request(decision, found, principal, {
              run: this.#run,
              exchange: this.#parts.exchange ?? null,
              terms: rules?.declaredApproval(call.tool) ?? null,
              waits: this.#waits,
              ...(this.#parts.signal === undefined ? {} : { signal: this.#parts.signal }),
            });
      // Nobody came: an answer for which the model is asked again is not held anew each time.
      if (approval.status === 'pending') this.#waits = false;
      return { decision, found, approval, written };
    } catch {
      return deny('failed', 'The call could not be decided on.');
    }
  }

  /** The user's turn, which a repetition of a call after consent shares. */
  get #run(): string {
    const turn = this.#parts.events.findLast((event) => event.kind === 'user');
    return turn === undefined ? '' : hash('sha256', turn.text);
  }

  /** How often the call was denied in this turn of the user's, in this exchange or in those before it. */
  #countDenied(call: FlowCall): number {
    const { events, memory, principal } = this.#parts;
    const key = callKey(call);
    const here = (this.#denied.get(key) ?? 0) + 1;
    this.#denied.set(key, here);
    const turn = events.findLastIndex((event) => event.kind === 'user');
    // Two conversations may hold the same words; the provider's ids tell them apart.
    const first = events.slice(turn + 1).find((event) => event.kind === 'call');
    return first === undefined ? here : Math.max(here, memory.countDenied(principal.id, first.id, call));
  }

  /** Before an answer leaves: what a later request will bring back of it. */
  remember(texts: readonly string[], now: number): void {
    const { memory, principal, tokens } = this.#parts;
    for (const call of this.#open) if (tokens?.covers(call.tool) === true) memory.open(principal.id, call, now);
    for (const call of this.#sent) {
      memory.rememberCall(principal.id, call);
      if (this.signs) memory.signer.signCall(principal.id, call);
    }
    if (this.signs) memory.signer.signTexts(principal.id, texts);
  }

  /** The provider keeps the answer under this id: a later request can go on with it. */
  keep(response: string, stopped: readonly Ruling[], texts: readonly string[]): void {
    const { memory, principal, events, tools } = this.#parts;
    const said: FlowEvent[] = texts.length === 0 ? [] : [{ kind: 'model', text: texts.join('\n') }];
    memory.keep(principal.id, response, {
      events: [...events, ...this.#sent, ...said],
      before: events,
      tools,
      stopped: stopped.flatMap(({ call, error }) =>
        call.id === ''
          ? []
          : [{ id: call.id, type: call.form === 'free' ? 'custom_tool_call_output' : 'function_call_output', error }],
      ),
    });
  }
}

interface Decided {
  readonly decision: FlowDecision;
  readonly found: FlowCall | null;
  readonly approval: Approval | null;
  readonly written: readonly WrittenPlace[];
}

/** As text for streams, and by places for whole answers. Values are the caller's own, as they stand in its call. */
function writeOf({ form, given }: AnswerCall, places: readonly WrittenPlace[]): CallWrite | null {
  if (places.length === 0) return null;
  const edits = places.map(({ path, value }): JsonEdit => ({ path, insert: value }));
  const text = form === 'json' ? String(given) : JSON.stringify(given);
  return { places, text: spliceJson(text.trim() === '' ? '{}' : text, edits) };
}

function saidWritten(places: readonly WrittenPlace[]): string {
  if (places.length === 0) return '';
  const names = places.map(({ path }) => `"${shown(path.join('.'))}"`).join(', ');
  return `Written into it: ${names}, of whom the call is for.`;
}

function said(approval: Approval): string {
  switch (approval.status) {
    case 'approved':
      return `Consent of ${approval.by}.`;
    case 'denied':
      return approval.reason;
    case 'pending':
      return approval.notice;
  }
}
