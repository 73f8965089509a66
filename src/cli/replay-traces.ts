import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { Fault } from '../core/fault.ts';
import { decideTrace } from '../flow/decide-trace.ts';
import type { FlowTool } from '../flow/history.ts';
import { readChatMessages, UnreadableHistory } from '../flow/read-chat-messages.ts';
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

/** Tools of a suite file: a list, or an object with `tools`, in OpenAI's form or `{name, description, parameters}`. */
export async function readSuite(path: string, name: string): Promise<readonly FlowTool[]> {
  let suite: unknown;
  try {
    const bytes = await readFile(path);
    suite = JSON.parse((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8'));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it is not JSON';
    throw new Fault('ERR_USAGE', `The suite cannot be read: ${code}.`, { where: name, cause });
  }
  const tools = Array.isArray(suite) ? suite : (suite as { tools?: unknown } | null)?.tools;
  if (!Array.isArray(tools))
    throw new Fault('ERR_USAGE', 'A suite must be a list of tools, or have `tools`.', { where: name });
  return tools.map((tool: unknown, index) => {
    const given = ((tool as { function?: unknown } | null)?.function ?? tool) as Readonly<
      Record<string, unknown>
    > | null;
    if (typeof given?.['name'] !== 'string')
      throw new Fault('ERR_USAGE', 'A tool must have a name.', { where: `${name}: tools[${index}]` });
    const description = given['description'];
    return {
      name: given['name'],
      description: typeof description === 'string' ? description : '',
      schema: given['parameters'] ?? given['inputSchema'] ?? given['input_schema'] ?? {},
      ...(given['outputSchema'] === undefined ? {} : { outputSchema: given['outputSchema'] }),
    };
  });
}

/** Decides every call of every trace of a JSONL file, plain or gzip, each on the history as recorded before it. */
export async function* replayTraces(
  path: string,
  name: string,
  tools: readonly FlowTool[],
  profile: FlowProfile,
): AsyncGenerator<ReplayedTrace> {
  const acts = new Map(tools.map((tool) => [tool.name, profileTool(tool).act]));
  for await (const { line, value } of readJsonLines(path, name)) {
    const where = `${name}:${line}`;
    const { id = line, messages, steps = [] } = value;
    if (!Array.isArray(messages) || !Array.isArray(steps))
      throw new Fault('ERR_USAGE', 'A trace must have `messages`, and `steps` that are a list.', { where });
    let decided: ReturnType<typeof decideTrace>;
    try {
      decided = decideTrace(readChatMessages(messages), tools, { profile });
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
