import { resolve } from 'node:path';
import { Fault } from '../../core/fault.ts';
import type { RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';

interface ReplayOptions {
  readonly suite: string;
  readonly profile: string;
  readonly format: string;
}

/** `parapet flow replay`: which tool calls are let through, and why. */
export const register: RegisterCommand = (program, io) => {
  const flow = program.command('flow').description('decide tool calls by where their values came from');

  flow
    .command('replay')
    .description('decide every call of recorded traces, each on what had been shown before it')
    .argument('<file>', 'JSONL, plain or gzip: {id, messages, steps} with OpenAI chat messages')
    .requiredOption('--suite <file>', 'JSON with the tools that were on offer')
    .option('--profile <profile>', 'strict or default', 'strict')
    .option('--format <format>', 'jsonl or table', 'jsonl')
    .action(async (file: string, options: ReplayOptions) => {
      const { readSuite, replayTraces } = await import('../replay-traces.ts');
      const { PROFILES } = await import('../../flow/sink-table.ts');
      const profile = PROFILES.find((one) => one === options.profile);
      if (profile === undefined)
        throw new Fault('ERR_USAGE', `There is no profile "${options.profile}"; there are ${PROFILES.join(', ')}.`);
      if (options.format !== 'jsonl' && options.format !== 'table') {
        throw new Fault('ERR_USAGE', `There is no format "${options.format}"; there are jsonl, table.`);
      }
      const tools = await readSuite(resolve(io.cwd, options.suite), options.suite);
      const rows: string[][] = [];
      for await (const trace of replayTraces(resolve(io.cwd, file), file, tools, profile)) {
        if (io.signal.aborted) throw new Fault('ERR_USAGE', 'Interrupted: the traces after this one were not decided.');
        if (options.format === 'jsonl') io.out(JSON.stringify(trace));
        else
          for (const { step, tool, decision, rule, reason } of trace.decisions)
            rows.push([trace.id, String(step), tool, decision, rule, reason]);
      }
      if (options.format === 'table')
        io.out(formatTable(['trace', 'step', 'tool', 'decision', 'rule', 'reason'], rows));
    });
};
