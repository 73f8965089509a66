import { decide, type FlowDecision } from '../flow/decide.ts';
import { advance, EMPTY_STATE, type FlowState, ToolBook } from '../flow/flow-state.ts';
import type { FlowCall, FlowTool } from '../flow/history.ts';
import type { FlowProfile } from '../flow/sink-table.ts';
import { tiersOfCall, tierOfValue } from '../flow/witness.ts';

/** Units of results that are remembered; of a session that saw more, every call that changes something is a person's matter. */
const MOST_UNITS = 16 * 1024 * 1024;

export interface CallDecision extends FlowDecision {
  /** What the tool does: anything but `read` changes something. */
  readonly act: string;
}

/**
 * What one client was shown through the proxy, over all its servers, and the decision on its next call. MCP does not carry
 * what the user said: unless the client gives it (`userWords`), nothing licenses a side effect, and every one of them needs an
 * operator's rule or a person.
 */
export class FlowSession {
  readonly #profile: FlowProfile;
  readonly #tools = new Map<string, FlowTool>();
  readonly #calm = new Set<string>();
  #book = new ToolBook([]);
  #state: FlowState = EMPTY_STATE;
  #units = 0;
  #full = false;
  #lastWords = '';

  constructor(profile: FlowProfile) {
    this.#profile = profile;
  }

  /** @param trusted its read-only hint may be believed where the name says nothing. */
  offer(tools: readonly FlowTool[], trusted: boolean): void {
    for (const tool of tools) {
      this.#tools.set(tool.name, tool);
      const unknown = new ToolBook([tool]).profile(tool.name).act === 'other';
      if (trusted && unknown && tool.annotations?.readOnlyHint === true) this.#calm.add(tool.name);
      else this.#calm.delete(tool.name);
    }
    this.#book = new ToolBook([...this.#tools.values()]);
  }

  /** The user's words as the client gives them; the same words again are the same turn. */
  say(words: string): void {
    if (words === this.#lastWords || words.trim() === '') return;
    this.#lastWords = words;
    this.#state = advance(this.#state, { kind: 'user', text: words }, this.#book, tiersOfCall, tierOfValue);
  }

  decide(call: FlowCall): CallDecision {
    const decision = decide(this.#state, call, this.#book, { profile: this.#profile });
    const act = this.#calm.has(call.tool) ? 'read' : this.#book.profile(call.tool).act;
    if (act === 'read') return { ...decision, act };
    if (this.#full)
      return atLeastAsked({ ...decision, act }, 'history', 'The session has seen more than is remembered.');
    if (this.#state.turns.length === 0) {
      return atLeastAsked(
        { ...decision, act },
        'no-user-words',
        'It changes something, and nobody told the proxy what the user asked for.',
      );
    }
    return { ...decision, act };
  }

  called(call: FlowCall): void {
    this.#state = advance(this.#state, call, this.#book, tiersOfCall, tierOfValue);
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
}

function atLeastAsked(decision: CallDecision, rule: string, reason: string): CallDecision {
  // Without the user's words a missing licence says nothing: it is a person's matter, as the whole call is.
  return decision.verdict === 'deny' && decision.rule !== 'licence'
    ? decision
    : { ...decision, verdict: 'approve', rule, reason };
}
