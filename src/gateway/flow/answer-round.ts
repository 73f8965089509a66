import type { CallStops, Notices } from '../../conversation/call-stops.ts';
import type { CallWrites } from '../../conversation/call-writes.ts';
import type { ResponseView } from '../../conversation/surface.ts';
import type { Usage } from '../../core/usage.ts';
import type { JsonEdit } from '../../text/json/splice-json.ts';
import type { CallGate, Ruling } from './call-gate.ts';

/** How often the model is asked again within one exchange. */
export const MOST_ROUNDS = 2;

/** What becomes of a whole answer. */
export type Round =
  /** `edits` write the principal's values into calls; mostly there are none. */
  | { readonly status: 'passes'; readonly edits: readonly JsonEdit[] }
  /** All its calls were stopped: the model may be told so. `errors` are the results of its calls. */
  | {
      readonly status: 'again';
      readonly errors: Notices;
      readonly edits: readonly JsonEdit[];
      readonly stopped: readonly Ruling[];
    }
  /** The stopped calls give way to texts. */
  | { readonly status: 'stopped'; readonly edits: readonly JsonEdit[]; readonly stopped: readonly Ruling[] };

/** Decides the calls of a whole answer. @param rounds how often the model was asked again before. */
export async function ruleAnswer(gate: CallGate, stops: CallStops, body: unknown, rounds: number): Promise<Round> {
  const calls = stops.callsIn(body);
  if (calls.length === 0) return { status: 'passes', edits: [] };
  const { all, stopped, over } = await gate.rule(calls);
  const writes = stops.writeEdits(body, writesOf(all));
  if (stopped.length === 0) return { status: 'passes', edits: writes };
  const edits = [...stops.stopEdits(body, new Map(stopped.map(({ call, notice }) => [call.key, notice]))), ...writes];
  if (gate.continues && stopped.length === all.length && !over && rounds < MOST_ROUNDS)
    return { status: 'again', errors: new Map(stopped.map(({ call, error }) => [call.key, error])), edits, stopped };
  return { status: 'stopped', edits, stopped };
}

/** What is written into the calls that pass, by their key. */
export function writesOf(rulings: readonly Ruling[]): CallWrites {
  return new Map(rulings.flatMap(({ call, write }) => (write === null ? [] : [[call.key, write] as const])));
}

/** Texts of the model's in an answer as the caller reads it. */
export function saidIn(view: ResponseView | null): readonly string[] {
  return (view?.segments ?? []).filter(({ kind, text }) => kind === 'text' && text !== '').map(({ text }) => text);
}

/** What several rounds used together. */
export function addUsage(before: Usage | null, more: Usage): Usage {
  if (before === null) return more;
  const sum = (key: 'cachedInputTokens' | 'cacheWriteTokens' | 'reasoningTokens'): Partial<Usage> =>
    before[key] === undefined && more[key] === undefined ? {} : { [key]: (before[key] ?? 0) + (more[key] ?? 0) };
  return {
    inputTokens: before.inputTokens + more.inputTokens,
    outputTokens: before.outputTokens + more.outputTokens,
    ...sum('cachedInputTokens'),
    ...sum('cacheWriteTokens'),
    ...sum('reasoningTokens'),
    estimated: before.estimated || more.estimated,
  };
}
