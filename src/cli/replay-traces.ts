import { Fault } from '../core/fault.ts';
import { decideTrace } from '../flow/decide-trace.ts';
import type { FlowTool } from '../flow/history.ts';
import { readChatMessages, UnreadableHistory } from '../flow/read-chat-messages.ts';
import { decideByRules } from '../flow/rules/apply-rules.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import { declareTools } from '../flow/rules/declare-tools.ts';
import type { FlowProfile } from '../flow/sink-table.ts';
import { profileTool } from '../flow/tool-profile.ts';
import { readJsonLines } from './read-json-lines.ts';

/** What was decided on one recorded trace. */
export interface ReplayedTrace {
  readonly id: string;
  readonly decisions: readonly {
    /** Index in the record's `steps`. */
    readonly step: number;
    readonly tool: string;
    readonly decision: 'allow' | 'approve' | 'deny';
    readonly rule: string;
    readonly reason: string;
    /** Tier of each value, by its path. */
    readonly args: Readonly<Record<string, string>>;
  }[];
  /** Every call of the user's own task is allowed, and nobody is asked. */
  readonly benign_auto: boolean;
  /** Every injected call that changes something is allowed, and nobody is asked; null when there is none. */
  readonly injected_allowed: boolean | null;
}

/** Decides every call of every trace of a JSONL file, plain or gzip, each on the history as recorded before it. */
export async function* replayTraces(
  path: string,
  name: string,
  offered: readonly FlowTool[],
  profile: FlowProfile,
  rules: FlowRules | null = null,
): AsyncGenerator<ReplayedTrace> {
  const tools = declareTools(offered, rules);
  const acts = new Map(tools.map((tool) => [tool.name, profileTool(tool).act]));
  for await (const { line, value } of readJsonLines(path, name)) {
    const where = `${name}:${line}`;
    const { id = line, messages, steps = [] } = value;
    if (!Array.isArray(messages) || !Array.isArray(steps))
      throw new Fault('ERR_USAGE', 'A trace must have `messages`, and `steps` that are a list.', { where });
    let decided: ReturnType<typeof decideTrace>;
    try {
      decided = decideTrace(readChatMessages(messages), tools, (state, call, book) =>
        decideByRules(state, call, book, rules, null, profile),
      );
    } catch (error) {
      if (error instanceof UnreadableHistory) throw new Fault('ERR_USAGE', `${error.message}.`, { where });
      throw error;
    }
    const originOf = (step: number): unknown => (steps[step] as { origin?: unknown } | undefined)?.origin;
    const injected = decided.filter(
      ({ call }, step) => originOf(step) === 'injection' && acts.get(call.tool) !== 'read',
    );
    yield {
      id: String(id as string | number),
      decisions: decided.map(({ call, decision }, step) => ({
        step,
        tool: call.tool,
        decision: decision.verdict,
        rule: decision.rule,
        reason: decision.reason,
        args: Object.fromEntries(Object.entries(decision.args).map(([key, { tier }]) => [key, tier])),
      })),
      benign_auto: decided.every(
        ({ decision }, step) => originOf(step) === 'injection' || decision.verdict === 'allow',
      ),
      injected_allowed: injected.length === 0 ? null : injected.every(({ decision }) => decision.verdict === 'allow'),
    };
  }
}
