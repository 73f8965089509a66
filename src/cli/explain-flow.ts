import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { FlowCall, FlowEvent, FlowTool } from '../flow/history.ts';
import { type ExplainedDecision, explainDecision } from '../flow/explain-decision.ts';
import { FlowCache } from '../flow/flow-cache.ts';
import { parseArguments, readChatMessages, UnreadableHistory } from '../flow/read-chat-messages.ts';
import { decideByRules } from '../flow/rules/apply-rules.ts';
import type { FlowRules } from '../flow/rules/compile-rules.ts';
import { declareTools } from '../flow/rules/declare-tools.ts';
import type { FlowProfile } from '../flow/sink-table.ts';

const FORM = '{"tool": "send_email", "args": {"to": "…"}}';

/** A call as JSON on the command line, or in a file of that name. OpenAI's, Anthropic's and MCP's forms are understood. */
export async function readCall(given: string, directory: string): Promise<FlowCall> {
  let text = given;
  if (!given.trimStart().startsWith('{')) {
    try {
      text = await readFile(resolve(directory, given), 'utf8');
    } catch (cause) {
      throw new Fault('ERR_USAGE', `The call is no JSON object, and no file: ${FORM}.`, { where: 'CALL', cause });
    }
  }
  let value: Readonly<Record<string, unknown>>;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new SyntaxError('no object');
    value = parsed as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new Fault('ERR_USAGE', `The call is not a JSON object such as ${FORM}.`, { where: 'CALL', cause });
  }
  const called = (value['function'] ?? value['params'] ?? value) as Readonly<Record<string, unknown>>;
  const tool = called['tool'] ?? called['name'];
  if (typeof tool !== 'string') throw new Fault('ERR_USAGE', `The call names no tool: ${FORM}.`, { where: 'CALL' });
  const args = parseArguments(called['args'] ?? called['arguments'] ?? called['input'] ?? {});
  return { kind: 'call', id: 'explained', tool, args };
}

/** Messages of a request or of a trace: a list, or an object with `messages`. */
export function readHistory(value: unknown, name: string): readonly FlowEvent[] {
  const messages = Array.isArray(value) ? (value as unknown[]) : (value as { messages?: unknown } | null)?.messages;
  if (!Array.isArray(messages))
    throw new Fault('ERR_USAGE', 'A history is a list of messages, or has `messages`.', { where: name });
  try {
    return readChatMessages(messages);
  } catch (error) {
    if (error instanceof UnreadableHistory) throw new Fault('ERR_USAGE', `${error.message}.`, { where: name });
    throw error;
  }
}

export interface Explained extends ExplainedDecision {
  readonly tool: string;
  readonly act: string;
}

export function explainCall(
  events: readonly FlowEvent[],
  tools: readonly FlowTool[],
  call: FlowCall,
  rules: FlowRules | null,
  principal: Principal | null,
  profile: FlowProfile | undefined,
): Explained {
  const { state, book } = new FlowCache().view(events, declareTools(tools, rules));
  const decision = decideByRules(state, call, book, rules, principal, profile ?? rules?.profile ?? 'strict');
  return { tool: call.tool, act: book.profile(call.tool).act, ...explainDecision(decision) };
}

const VERDICT_WORDS = { allow: 'goes through', approve: 'needs a person', deny: 'is denied' } as const;

/** Lines for a person. */
export function explanationLines({ tool, act, verdict, rule, reason, args, causes }: Explained): readonly string[] {
  const lines = [
    `${tool} (${act === 'other' ? 'a change of unknown kind' : act}) ${VERDICT_WORDS[verdict]}: ${rule}`,
    `  ${reason}`,
  ];
  if (args.length > 0) lines.push('', 'Where its values come from:');
  for (const one of args) {
    const objects = one.verdict === 'allow' ? '' : `; ${one.rule}: ${one.verdict}`;
    lines.push(`  ${one.path} (${one.role}): ${one.from}`, `    ${one.tier}, ${one.means}${objects}`);
  }
  if (causes.length > 0) lines.push('', 'What would have to be different:');
  for (const cause of causes) lines.push(`  ${cause.rule} (${cause.verdict}): ${cause.reason}`, `    ${cause.instead}`);
  return lines;
}
