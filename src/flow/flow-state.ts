import { canonicalText } from './canonical.ts';
import type { FlowCall, FlowEvent, FlowResult, FlowTool } from './history.ts';
import { outputCheck } from './output-check.ts';
import { indexResult, type ResultIndex } from './result-index.ts';
import { splitDocuments } from './split-documents.ts';
import type { Tier } from './tier.ts';
import { profileTool, type ToolProfile } from './tool-profile.ts';
import { isTelling, words } from './words.ts';

/** A text or result that the model was shown and that is nobody's whom it serves. */
export interface Source {
  readonly index: ResultIndex;
  /** What made it: null for a document in a message. */
  readonly profile: ToolProfile | null;
  readonly call: FlowCall | null;
  /** What people call it: the tool's name, or the document's. */
  readonly title: string;
  /**
   * Whether the user asked for it. `user`: the arguments of the call are the user's words. `derived`: they are, or they stand
   * in something that the user named (the link in the message that was to be read). `no`: somebody else named it, or nobody.
   */
  readonly named: 'user' | 'derived' | 'no';
  /** It is the answer to a call that changed something. */
  readonly written: boolean;
}

/** A value that a call of the model wrote somewhere, and how well it was witnessed then: reading it back makes it no better. */
export interface Written {
  readonly value: string;
  readonly tier: Tier;
}

/** A leaf of a call's arguments with its tier, kept for the calls that changed something. */
export interface PastCall {
  readonly call: FlowCall;
  readonly profile: ToolProfile;
  /** Canonical arguments, to know the same call again. */
  readonly key: string;
}

/** Everything that decisions need of a history up to one point. Immutable; one is made of another and the next event. */
export interface FlowState {
  /** The user's and the operator's own words, canonical, joined. */
  readonly trusted: string;
  /** The user's turns, own words only, canonical, oldest first. */
  readonly turns: readonly string[];
  readonly sources: readonly Source[];
  readonly calls: ReadonlyMap<string, FlowCall>;
  /** Calls of this turn that changed something. */
  readonly done: readonly PastCall[];
  /** Tools that changed something in earlier turns, and in which (from 0). */
  readonly past: readonly { readonly tool: string; readonly turn: number }[];
  /** Tools called in this turn, in order. */
  readonly called: readonly string[];
  readonly written: readonly Written[];
  /** Something was shown that others may have written. */
  readonly tainted: boolean;
}

export const EMPTY_STATE: FlowState = {
  trusted: '',
  turns: [],
  sources: [],
  calls: new Map(),
  done: [],
  past: [],
  called: [],
  written: [],
  tainted: false,
};

/** Profiles of the tools on offer, made once per tool. Tools that are called and were never offered get one by name. */
export class ToolBook {
  readonly #tools: ReadonlyMap<string, FlowTool>;
  readonly #profiles = new Map<string, ToolProfile>();
  readonly #outputs = new Map<string, (result: FlowResult) => unknown>();

  constructor(tools: readonly FlowTool[]) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  tool(name: string): FlowTool | undefined {
    return this.#tools.get(name);
  }

  /** How a result is to be read: what does not fit the output schema that its tool declares is a text, in which nothing is a field. */
  resultForm(
    result: FlowResult,
    profile: ToolProfile,
  ): { readonly form: 'text' | 'data' | 'list'; readonly structured: unknown } {
    const schema = this.#tools.get(result.tool)?.outputSchema;
    if (schema !== undefined) {
      let fits = this.#outputs.get(result.tool);
      if (fits === undefined) this.#outputs.set(result.tool, (fits = outputCheck(schema)));
      const value = fits(result);
      return value === undefined ? { form: 'text', structured: undefined } : { form: 'data', structured: value };
    }
    const list = profile.returns === 'data' && (profile.lists || profile.firstParty);
    return { form: list ? 'list' : profile.returns, structured: result.structured };
  }

  profile(name: string): ToolProfile {
    let profile = this.#profiles.get(name);
    if (profile === undefined) {
      profile = profileTool(this.#tools.get(name) ?? { name, description: '', schema: {} });
      this.#profiles.set(name, profile);
    }
    return profile;
  }
}

/** Between texts, so that no value is found over a border. */
const BORDER = ' \u241e ';

/**
 * The state after one more event.
 * @param tiersOf how well each leaf of a call is witnessed, for the calls that change something. @param tierOf of one value.
 */
export function advance(
  state: FlowState,
  event: FlowEvent,
  book: ToolBook,
  tiersOf: (state: FlowState, call: FlowCall, profile: ToolProfile) => readonly Written[],
  tierOf: TierOf,
): FlowState {
  switch (event.kind) {
    case 'operator':
      return { ...state, trusted: state.trusted + BORDER + canonicalText(event.text) };
    case 'user': {
      const parts = splitDocuments(event.text);
      const own = canonicalText(
        parts
          .filter(({ document }) => !document)
          .map(({ text }) => text)
          .join(' '),
      );
      const documents = parts.filter(({ document }) => document).map(({ text }) => documentSource(text, 'document'));
      return {
        ...state,
        trusted: state.trusted + BORDER + own,
        turns: [...state.turns, own],
        sources: [...state.sources, ...documents],
        done: [],
        past: [...state.past, ...state.done.map(({ call }) => ({ tool: call.tool, turn: state.turns.length - 1 }))],
        called: [],
        tainted: state.tainted || documents.length > 0,
      };
    }
    case 'document':
      return {
        ...state,
        sources: [...state.sources, documentSource(event.text, event.name ?? 'document')],
        tainted: true,
      };
    case 'model':
      return state;
    case 'call': {
      const calls = new Map(state.calls).set(event.id, event);
      const called = [...state.called, event.tool];
      const profile = book.profile(event.tool);
      if (profile.act === 'read') return { ...state, calls, called };
      const past: PastCall = { call: event, profile, key: callKey(event) };
      return {
        ...state,
        calls,
        called,
        done: [...state.done, past],
        written: [...state.written, ...tiersOf(state, event, profile)],
      };
    }
    case 'result': {
      const profile = book.profile(event.tool);
      const call = state.calls.get(event.id) ?? null;
      const { form, structured } = book.resultForm(event, profile);
      const source: Source = {
        index: indexResult(event.text, form, structured),
        profile,
        call,
        title: event.tool,
        named: call === null ? 'no' : namedBy(state, call, profile, tierOf),
        written: profile.act !== 'read',
      };
      return {
        ...state,
        sources: [...state.sources, source],
        tainted: state.tainted || !profile.firstParty,
      };
    }
  }
}

function documentSource(text: string, title: string): Source {
  return { index: indexResult(text, 'text'), profile: null, call: null, title, named: 'user', written: false };
}

/** The same call has the same key, whatever the order of its arguments. */
export function callKey(call: FlowCall): string {
  return `${call.tool} ${stable(call.args)}`;
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${stable(member)}`)
    .join(',')}}`;
}

/** Leaves of a call's arguments with their paths. */
export function* leavesOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<{ readonly path: readonly (string | number)[]; readonly value: string | number }> {
  if (path.length > 32) return;
  if (typeof value === 'string' || typeof value === 'number') yield { path, value };
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* leavesOf(item, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) yield* leavesOf(member, [...path, key]);
}

/** What is asked of how a value is witnessed. */
export type TierOf = (
  state: FlowState,
  value: string,
  profile: ToolProfile,
  path: readonly (string | number)[],
) => Tier;

/** Who named what a call asks for, by its arguments that mean something. */
function namedBy(state: FlowState, call: FlowCall, profile: ToolProfile, tierOf: TierOf): Source['named'] {
  let named: Source['named'] = 'no';
  for (const { path, value } of leavesOf(call.args)) {
    const role = profile.role(path);
    if (role === 'content' || role === 'choice' || role === 'date' || role === 'amount' || typeof value === 'number')
      continue;
    const text = canonicalText(value);
    if (text === '') continue;
    const said = telling(text);
    if (
      (text.length >= 3 && state.trusted.includes(text)) ||
      (said.length > 0 && said.every((word) => state.trusted.includes(word)))
    ) {
      if (named === 'no') named = 'user';
      continue;
    }
    if (!['U', 'T', 'S', 'D'].includes(tierOf(state, value, profile, path))) return 'no';
    named = 'derived';
  }
  return named;
}

function telling(text: string): string[] {
  return words(text).filter(isTelling);
}
