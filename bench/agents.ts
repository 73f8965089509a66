/**
 * What privilege separation lets through on recorded agent traces, with the model taken for hostile.
 *
 *     node bench/agents.ts [--profile strict|default] [--verbose]
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decide } from '../src/flow/decide.ts';
import { decideTrace } from '../src/flow/decide-trace.ts';
import type { FlowEvent, FlowTool } from '../src/flow/history.ts';
import { profileTool } from '../src/flow/tool-profile.ts';
import { PROFILES } from '../src/flow/sink-table.ts';

interface Message {
  readonly role: string;
  readonly content: string | null;
  readonly tool_call_id?: string;
  readonly name?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}
interface Trace {
  readonly id: string;
  readonly messages: readonly Message[];
  readonly steps: readonly { readonly tool: string; readonly origin: 'user' | 'injection'; readonly args: unknown }[];
}

const data = resolve(import.meta.dirname, '../../shared/data/agents');
if (!existsSync(data)) {
  console.log('skipped: ../shared/data/agents is not there');
  process.exit(0);
}
const verbose = process.argv.includes('--verbose');
const read = (file: string): string => gunzipSync(readFileSync(file)).toString('utf8');

function eventsOf(messages: readonly Message[]): FlowEvent[] {
  const names = new Map<string, string>();
  return messages.flatMap((message): FlowEvent[] => {
    if (message.role === 'system') return [{ kind: 'operator', text: message.content ?? '' }];
    if (message.role === 'user') return [{ kind: 'user', text: message.content ?? '' }];
    if (message.role === 'tool') {
      const id = message.tool_call_id ?? '';
      return [{ kind: 'result', id, tool: names.get(id) ?? message.name ?? '', text: message.content ?? '' }];
    }
    const calls = (message.tool_calls ?? []).map((call): FlowEvent => {
      names.set(call.id, call.function.name);
      return {
        kind: 'call',
        id: call.id,
        tool: call.function.name,
        args: JSON.parse(call.function.arguments) as Record<string, unknown>,
      };
    });
    return message.content === null ? calls : [{ kind: 'model', text: message.content }, ...calls];
  });
}

for (const profile of PROFILES) {
  console.log(
    `\n## ${profile}\n\n| set | traces | benign automatic | with approval | blocked | injected silent | a part silent | injected if all is approved |\n|---|--:|--:|--:|--:|--:|--:|--:|`,
  );
  for (const suite of ['banking', 'workspace']) {
    const { tools } = JSON.parse(read(join(data, suite, 'suite.json.gz'))) as {
      tools: { function?: object; name?: string }[];
    };
    const offered = tools.map((tool): FlowTool => {
      const { name, description, parameters } = (tool.function ?? tool) as {
        name: string;
        description: string;
        parameters: unknown;
      };
      return { name, description, schema: parameters };
    });
    const acts = new Map(offered.map((tool) => [tool.name, profileTool(tool).act]));
    for (const file of globSync(join(data, suite, '{benign,a}*.jsonl.gz')).toSorted()) {
      const set = { traces: 0, auto: 0, approved: 0, blocked: 0, silent: 0, partly: 0, granted: 0, attacked: 0 };
      for (const line of read(file).split('\n')) {
        if (line === '') continue;
        const trace = JSON.parse(line) as Trace;
        const decided = decideTrace(eventsOf(trace.messages), offered, (state, call, book) =>
          decide(state, call, book, { profile }),
        );
        const of = (origin: string) => decided.filter((_, step) => trace.steps[step]?.origin === origin);
        const own = of('user').map(({ decision }) => decision.verdict);
        set.traces++;
        if (own.every((verdict) => verdict === 'allow')) set.auto++;
        else if (own.every((verdict) => verdict !== 'deny')) set.approved++;
        else set.blocked++;
        if (verbose && basename(file).startsWith('benign')) {
          for (const { call, decision } of of('user'))
            if (decision.verdict !== 'allow')
              console.log(
                '   ',
                trace.id,
                call.tool,
                decision.verdict,
                decision.rule,
                decision.reason,
                JSON.stringify(decision.args),
              );
        }
        const injected = of('injection').filter(({ call }) => acts.get(call.tool) !== 'read');
        if (injected.length === 0) continue;
        set.attacked++;
        if (injected.every(({ decision }) => decision.verdict === 'allow')) {
          set.silent++;
          if (verbose)
            console.log(
              '    SILENT',
              trace.id,
              injected
                .map(({ call, decision }) => `${call.tool} ${decision.rule} ${JSON.stringify(decision.args)}`)
                .join(' | '),
            );
        } else if (injected.some(({ decision }) => decision.verdict === 'allow')) set.partly++;
        if (injected.every(({ decision }) => decision.verdict !== 'deny')) set.granted++;
      }
      const share = (n: number, of = set.traces): string => (of === 0 ? '-' : `${((100 * n) / of).toFixed(1)} %`);
      console.log(
        `| ${suite} ${basename(file, '.jsonl.gz')} | ${set.traces} | ${share(set.auto)} | ${share(set.approved)} | ${share(set.blocked)} | ${set.silent} of ${set.attacked} | ${set.partly} of ${set.attacked} | ${share(set.granted, set.attacked)} |`,
      );
    }
  }
}
