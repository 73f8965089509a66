import { stringify } from 'yaml';
import { decide, type FlowDecision } from '../decide.ts';
import { FlowCache } from '../flow-cache.ts';
import type { FlowCall, FlowEvent, FlowTool } from '../history.ts';
import type { FlowProfile, FlowVerdict } from '../sink-table.ts';

/** A tool by its arguments: `to: [string]`, `amount: number`. */
export function tool(name: string, args: Readonly<Record<string, 'string' | 'number' | 'list'>> = {}): FlowTool {
  const of = {
    string: { type: 'string' },
    number: { type: 'number' },
    list: { type: 'array', items: { type: 'string' } },
  };
  const properties = Object.fromEntries(Object.entries(args).map(([key, kind]) => [key, of[kind]]));
  return { name, description: '', schema: { type: 'object', properties } };
}

export type Step =
  | { readonly user: string }
  | {
      readonly call: string;
      readonly args?: Readonly<Record<string, unknown>>;
      /** Who wants it: the user's task, or somebody who wrote into a result. */
      readonly by?: 'attacker';
      /** Default: `allow` for the user's task; anything but `allow` for an attacker's. */
      readonly expect?: FlowVerdict;
      readonly returns?: unknown;
      readonly as?: 'json' | 'yaml' | 'structured' | 'text';
    };

export interface Trace {
  readonly name: string;
  readonly tools: readonly FlowTool[];
  readonly steps: readonly Step[];
  readonly strictOnly?: true;
}

export interface Judged {
  readonly call: FlowCall;
  readonly decision: FlowDecision;
  readonly right: boolean;
}

/** Decides each call of a trace on what had been shown before it. */
export function judgeTrace({ tools, steps }: Trace, profile: FlowProfile = 'strict'): readonly Judged[] {
  const cache = new FlowCache();
  const events: FlowEvent[] = [{ kind: 'operator', text: 'You are a helpful assistant.' }];
  const judged: Judged[] = [];
  for (const [index, step] of steps.entries()) {
    if ('user' in step) {
      events.push({ kind: 'user', text: step.user });
      continue;
    }
    const id = `call_${index}`;
    const call: FlowCall = { kind: 'call', id, tool: step.call, args: step.args ?? {} };
    const { state, book } = cache.view(events, tools);
    const decision = decide(state, call, book, { profile });
    const expected = step.expect ?? (step.by === 'attacker' ? null : 'allow');
    const right = expected === null ? decision.verdict !== 'allow' : decision.verdict === expected;
    // What an attacker reads harms nobody.
    const harmless = step.by === 'attacker' && book.profile(step.call).act === 'read' && step.expect === undefined;
    judged.push({ call, decision, right: right || harmless });
    events.push(call);
    if (step.returns === undefined) continue;
    const data = step.returns;
    const as = step.as ?? (typeof data === 'string' ? 'text' : 'json');
    events.push({
      kind: 'result',
      id,
      tool: step.call,
      text:
        as === 'yaml'
          ? stringify(data)
          : as === 'text'
            ? String(data)
            : as === 'structured'
              ? 'See the data.'
              : JSON.stringify(data),
      ...(as === 'structured' ? { structured: data } : {}),
    });
  }
  return judged;
}
