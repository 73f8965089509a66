import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '../../core/fault.ts';
import type { FlowRules } from '../../flow/rules/compile-rules.ts';
import type { FlowProfile } from '../../flow/sink-table.ts';
import type { Io, RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';

interface ReplayOptions {
  readonly suite: string;
  readonly profile?: string;
  readonly rules?: string;
  readonly format: string;
}
interface CheckOptions {
  readonly tools?: string;
  readonly strict?: true;
  readonly json?: true;
}
interface InitOptions {
  readonly tools: string;
  readonly output: string;
  readonly force?: true;
}
interface ExplainOptions {
  readonly history: string;
  readonly tools: string;
  readonly rules?: string;
  readonly profile?: string;
  readonly principal?: string;
  readonly claim: readonly string[];
  readonly json?: true;
}

/** `parapet flow check|init|explain|replay|schema`. */
export const register: RegisterCommand = (program, io) => {
  const flow = program.command('flow').description('decide tool calls by where their values came from');

  flow
    .command('check')
    .description('say what is wrong in a file of flow rules, and what it loosens')
    .argument('[file]', 'file of rules', 'flow.yaml')
    .option('--tools <file>', 'JSON with the tools on offer, to check names and arguments')
    .option('--strict', 'warnings are errors')
    .option('--json', 'print as JSON')
    .action(async (file: string, options: CheckOptions) => {
      const { loadFlowRules } = await import('../../config/flow-rules.ts');
      const { problemLine } = await import('../../config/problem.ts');
      const { isFault } = await import('../../core/fault.ts');
      const { lintRules } = await import('../../flow/rules/lint-rules.ts');
      const { readToolsFile } = await import('../read-flow-tools.ts');
      const tools =
        options.tools === undefined ? null : await readToolsFile(resolve(io.cwd, options.tools), options.tools);
      let loaded: Awaited<ReturnType<typeof loadFlowRules>>;
      try {
        loaded = await loadFlowRules(resolve(io.cwd, file), io.env, file);
      } catch (error) {
        if (!options.json || !isFault(error) || error.code !== 'ERR_CONFIG') throw error;
        const lines = error.line.split('\n');
        io.out(JSON.stringify({ ok: false, file, errors: lines.length === 1 ? lines : lines.slice(1) }, null, 2));
        io.exitCode = 2;
        return;
      }
      const remarks = lintRules(loaded.rules, tools).map((remark) => {
        const place = loaded.placeOf(remark.path);
        const { severity, message } = remark;
        return { ...remark, place, line: problemLine({ ...remark, place, message: `${severity}: ${message}` }, file) };
      });
      const failed = remarks.some(({ severity }) => severity === 'error' || (options.strict && severity === 'warning'));
      if (failed) io.exitCode = 2;
      if (options.json) {
        const listed = remarks.map(({ severity, path, place, message }) => ({ severity, path, place, message }));
        io.out(JSON.stringify({ ok: !failed, file, remarks: listed }, null, 2));
        return;
      }
      for (const { line } of remarks.toSorted((a, b) => a.place.line - b.place.line)) io.out(line);
      if (failed) return;
      const { rules, scope } = loaded.rules.source;
      const loosened = remarks.filter(({ severity }) => severity === 'loosened').length;
      const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
      io.out(`${file} is fine: ${count(rules.length, 'rule')}, ${count(scope.length, 'scope')}; ${loosened} loosened`);
    });

  flow
    .command('init')
    .description('write a first file of flow rules for the tools of an agent')
    .requiredOption('--tools <file>', "JSON with the tools, in OpenAI's, Anthropic's or MCP's form")
    .option('-o, --output <file>', 'file to write; - for standard output', 'flow.yaml')
    .option('--force', 'overwrite the file if it exists')
    .action(async (options: InitOptions) => {
      const { starterRules } = await import('../../flow/rules/starter-rules.ts');
      const { readToolsFile } = await import('../read-flow-tools.ts');
      const tools = await readToolsFile(resolve(io.cwd, options.tools), options.tools);
      const text = starterRules(tools);
      if (options.output === '-') {
        io.out(text.trimEnd());
        return;
      }
      try {
        await writeFile(resolve(io.cwd, options.output), text, { flag: options.force ? 'w' : 'wx' });
      } catch (cause) {
        const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
        const why = exists ? 'it exists' : String((cause as NodeJS.ErrnoException).code);
        throw new Fault('ERR_USAGE', `The file cannot be written: ${why}.`, {
          where: options.output,
          ...(exists ? { hint: 'Use --force to overwrite it.' } : {}),
          cause,
        });
      }
      io.out(
        `Wrote ${options.output} for ${tools.length} tools. Next: parapet flow check ${options.output} --tools ${options.tools}`,
      );
    });

  flow
    .command('explain')
    .description('say where each value of a call came from, which rule decided, and what would have to be different')
    .argument('<call>', 'JSON, or a file: {"tool": …, "args": {…}}')
    .requiredOption('--history <file>', 'JSON with what the model had been shown: OpenAI chat messages')
    .requiredOption('--tools <file>', 'JSON with the tools on offer')
    .option('--rules <file>', 'file of flow rules')
    .option('--profile <profile>', 'strict or default (default: that of the rules, or strict)')
    .option('--principal <id>', 'whom the call is made for')
    .option('--claim <name=value>', 'a verified claim of the principal; several times for several', collect, [])
    .option('--json', 'print as JSON')
    .action(async (given: string, options: ExplainOptions) => {
      const { explainCall, explanationLines, readCall, readHistory } = await import('../explain-flow.ts');
      const { readJsonFile, readToolsFile } = await import('../read-flow-tools.ts');
      const call = await readCall(given, io.cwd);
      const tools = await readToolsFile(resolve(io.cwd, options.tools), options.tools);
      const history = await readJsonFile(resolve(io.cwd, options.history), options.history, 'history');
      const events = readHistory(history, options.history);
      const rules = await rulesOf(options.rules, io);
      const claims = claimsOf(options.claim);
      const principal =
        options.principal === undefined ? null : { id: options.principal, kind: 'jwt' as const, claims };
      const explained = explainCall(events, tools, call, rules, principal, await profileOf(options.profile));
      if (options.json) io.out(JSON.stringify(explained, null, 2));
      else for (const line of explanationLines(explained)) io.out(line);
    });

  flow
    .command('replay')
    .description('decide every call of recorded traces, each on what had been shown before it')
    .argument('<file>', 'JSONL, plain or gzip: {id, messages, steps} with OpenAI chat messages')
    .requiredOption('--suite <file>', 'JSON with the tools that were on offer')
    .option('--profile <profile>', 'strict or default (default: that of the rules, or strict)')
    .option('--rules <file>', 'file of flow rules')
    .option('--format <format>', 'jsonl or table', 'jsonl')
    .action(async (file: string, options: ReplayOptions) => {
      const { replayTraces } = await import('../replay-traces.ts');
      const { readToolsFile } = await import('../read-flow-tools.ts');
      const given = await profileOf(options.profile);
      if (options.format !== 'jsonl' && options.format !== 'table') {
        throw new Fault('ERR_USAGE', `There is no format "${options.format}"; there are jsonl, table.`);
      }
      const tools = await readToolsFile(resolve(io.cwd, options.suite), options.suite, 'suite');
      const rules = await rulesOf(options.rules, io);
      const profile = given ?? rules?.profile ?? 'strict';
      const rows: string[][] = [];
      for await (const trace of replayTraces(resolve(io.cwd, file), file, tools, profile, rules)) {
        if (io.signal.aborted) throw new Fault('ERR_USAGE', 'Interrupted: the traces after this one were not decided.');
        if (options.format === 'jsonl') io.out(JSON.stringify(trace));
        else
          for (const { step, tool, decision, rule, reason } of trace.decisions)
            rows.push([trace.id, String(step), tool, decision, rule, reason]);
      }
      if (options.format === 'table')
        io.out(formatTable(['trace', 'step', 'tool', 'decision', 'rule', 'reason'], rows));
    });

  flow
    .command('schema')
    .description('print the JSON Schema of the file of flow rules, for editors')
    .action(async () => {
      const { flowRulesJsonSchemaText } = await import('../../config/flow-rules.ts');
      io.out(flowRulesJsonSchemaText().trimEnd());
    });
};

async function profileOf(given: string | undefined): Promise<FlowProfile | undefined> {
  const { PROFILES } = await import('../../flow/sink-table.ts');
  const profile = PROFILES.find((one) => one === given);
  if (given !== undefined && profile === undefined)
    throw new Fault('ERR_USAGE', `There is no profile "${given}"; there are ${PROFILES.join(', ')}.`);
  return profile;
}

async function rulesOf(file: string | undefined, io: Io): Promise<FlowRules | null> {
  if (file === undefined) return null;
  const { loadFlowRules } = await import('../../config/flow-rules.ts');
  return (await loadFlowRules(resolve(io.cwd, file), io.env, file)).rules;
}

function claimsOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new Fault('ERR_USAGE', `"${pair}" is not name=value.`, { where: '--claim' });
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
