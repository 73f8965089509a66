import type { Principal } from '../core/principal.ts';
import { decide, type FlowCause, type FlowDecision, settle } from '../flow/decide.ts';
import { advance, EMPTY_STATE, type FlowState, ToolBook } from '../flow/flow-state.ts';
import type { FlowCall, FlowTool } from '../flow/history.ts';
import { applyRules } from '../flow/rules/apply-rules.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import { declareTools } from '../flow/rules/declare-tools.ts';
import { withoutWritten } from '../flow/scope/scope-call.ts';
import type { FlowProfile } from '../flow/sink-table.ts';
import { tiersOfCall, tierOfValue } from '../flow/witness.ts';

/** Units of results that are remembered; of a session that saw more, every call that changes something is a person's matter. */
const MOST_UNITS = 16 * 1024 * 1024;
const NO_WORDS = 'It changes something, and nobody told the proxy what the user asked for.';
const FULL = 'The session has seen more than is remembered.';

export interface CallDecision extends FlowDecision {
  /** What the tool does: anything but `read` changes something. */
  readonly act: string;
}

/** What an operator says about flows, and whom the calls of the session are made for. */
export interface FlowTerms {
  readonly rules: FlowRules | null;
  readonly principal: Principal | null;
}

/**
 * What one client was shown through the proxy, over all its servers, and the decision on its next call. MCP does not carry
 * what the user said: unless the client gives it (`userWords`), nothing licenses a side effect, and every one of them needs an
 * operator's rule or a person.
 */
export class FlowSession {
  readonly #profile: FlowProfile;
  readonly #terms: FlowTerms;
  readonly #tools = new Map<string, FlowTool>();
  readonly #calm = new Set<string>();
  #book: ToolBook;
  #state: FlowState = EMPTY_STATE;
  #units = 0;
  #full = false;
  #lastWords = '';

  /** @param profile where no operator's file says another. */
  constructor(profile: FlowProfile, terms: FlowTerms = { rules: null, principal: null }) {
    this.#profile = terms.rules?.profile ?? profile;
    this.#terms = terms;
    this.#book = new ToolBook(declareTools([], terms.rules));
  }

  /** @param trusted its read-only hint may be believed where neither its name nor the operator says what it does. */
  offer(tools: readonly FlowTool[], trusted: boolean): void {
    const { rules } = this.#terms;
    for (const tool of tools) {
      this.#tools.set(tool.name, tool);
      const unknown = new ToolBook(declareTools([tool], rules)).profile(tool.name).act === 'other';
      if (trusted && unknown && tool.annotations?.readOnlyHint === true) this.#calm.add(tool.name);
      else this.#calm.delete(tool.name);
    }
    this.#book = new ToolBook(declareTools([...this.#tools.values()], rules));
  }

  /** The user's words as the client gives them; the same words again are the same turn. */
  say(words: string): void {
    if (words === this.#lastWords || words.trim() === '') return;
    this.#lastWords = words;
    this.#state = advance(this.#state, { kind: 'user', text: words }, this.#book, tiersOfCall, tierOfValue);
  }

  /** @param verified dotted paths of arguments that are the principal's own, as `scopeCall` tells them. */
  decide(call: FlowCall, verified: readonly string[] = []): CallDecision {
    const { rules, principal } = this.#terms;
    const options = { profile: this.#profile, verified, ...(rules === null ? {} : { budgets: rules.budgets }) };
    const act = this.#calm.has(call.tool) ? 'read' : this.#book.profile(call.tool).act;
    let decision: FlowDecision = decide(this.#state, call, this.#book, options);
    if (act !== 'read') decision = this.#asked(decision);
    if (rules !== null) decision = applyRules(decision, call, this.#state, rules, principal);
    return { ...named(decision), act };
  }

  /** What the scopes wrote into it is not the model's, and not in what is decided on later. */
  called(call: FlowCall): void {
    const own = { ...call, args: withoutWritten(call.args, this.#terms.rules?.scopes(call.tool) ?? []) };
    this.#state = advance(this.#state, own, this.#book, tiersOfCall, tierOfValue);
  }

  answered(id: string, tool: string, text: string, structured: unknown): void {
    this.#units += text.length;
    if (this.#units > MOST_UNITS) {
      this.#full = true;
      this.#state = { ...this.#state, tainted: true };
      return;
    }
    const event = { kind: 'result', id, tool, text, ...(structured === undefined ? {} : { structured }) } as const;
    this.#state = advance(this.#state, event, this.#book, tiersOfCall, tierOfValue);
  }

  /** What the session itself has against a call that changes something. Of what was not seen, nothing can be set aside. */
  #asked(decision: FlowDecision): FlowDecision {
    const against: FlowCause[] = this.#full ? [{ verdict: 'approve', rule: 'history', reason: FULL }] : [];
    let { causes } = decision;
    if (this.#state.turns.length === 0) {
      // Without the user's words a missing licence says nothing: it is a person's matter, as the whole call is.
      causes = causes.filter(({ rule }) => rule !== 'licence' && rule !== 'licence-unread');
      against.push({ verdict: 'approve', rule: 'licence', reason: NO_WORDS });
    }
    return against.length === 0 ? decision : settle([...against, ...causes], decision.args);
  }
}

/** To operators the missing words are a licence like any other, which a rule may give; in records they have their own name. */
function named(decision: FlowDecision): FlowDecision {
  return decision.rule === 'licence' && decision.reason === NO_WORDS
    ? { ...decision, rule: 'no-user-words' }
    : decision;
}
