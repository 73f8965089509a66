import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';

/** Characters of a value in the table of `explain`. */
const MAX_SHOWN = 64;

interface ConfigOptions {
  readonly config: string;
  readonly json?: true;
}

interface ExplainOptions extends ConfigOptions {
  readonly principal?: string;
  readonly team?: string;
  readonly model?: string;
  readonly surface?: string;
}

/** `parapet config check|explain|schema`. */
export const register: RegisterCommand = (program, io) => {
  const config = program.command('config').description('check and explain the configuration');

  config
    .command('check')
    .description('say what is wrong in the configuration: file, line, key, allowed values')
    .argument('[file]', 'the same as --config')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print the result as JSON')
    .action(async (file: string | undefined, { config: named, json }: ConfigOptions, command: Command) => {
      const { loadConfig } = await import('../../config/load.ts');
      const { isFault } = await import('../../core/fault.ts');
      const name = pathOf(file, named, command);
      const path = resolve(io.cwd, name);
      try {
        const loaded = await loadConfig(path, io.env, name);
        const { checkAccessPolicy } = await import('../check-access-policy.ts');
        const warnings = [...loaded.warnings, ...(await checkAccessPolicy(loaded, name))];
        const { rules: flowRules } = loaded.config.flow;
        if (flowRules !== undefined) {
          const { loadFlowRules } = await import('../../config/flow-rules.ts');
          await loadFlowRules(resolve(loaded.directory, flowRules), io.env, flowRules);
        }
        const { checkRules } = await import('../check-rules.ts');
        await checkRules(loaded);
        if (json) {
          io.out(JSON.stringify({ ok: true, path, hash: loaded.hash, warnings, errors: [] }, null, 2));
          return;
        }
        for (const warning of warnings) io.err(`warning: ${warning}`);
        const { upstreams, rules, budgets } = loaded.config;
        io.out(
          `${name} is fine: ${count(upstreams.length, 'upstream')}, ${count(rules.length, 'rule')}, ` +
            `${count(budgets.length, 'budget')}; hash ${loaded.hash}`,
        );
      } catch (error) {
        if (!json || !isFault(error) || error.code !== 'ERR_CONFIG') throw error;
        const lines = error.line.split('\n');
        const errors = lines.length === 1 ? lines : lines.slice(1);
        io.out(JSON.stringify({ ok: false, path, hash: null, warnings: [], errors }, null, 2));
        io.exitCode = 2;
      }
    });

  config
    .command('explain')
    .description('print every effective value and where it comes from; secrets are not shown')
    .argument('[file]', 'the same as --config')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('-p, --principal <id>', 'the rules as they hold for this principal')
    .option('-t, --team <id>', 'for this team')
    .option('-m, --model <name>', 'for this model')
    .option('--surface <id>', 'for this surface')
    .option('--json', 'print as JSON, long values in full')
    .action(async (file: string | undefined, { config: named, json, ...whom }: ExplainOptions, command: Command) => {
      const { loadConfig } = await import('../../config/load.ts');
      const { explainConfig } = await import('../../config/explain.ts');
      const name = pathOf(file, named, command);
      const loaded = await loadConfig(resolve(io.cwd, name), io.env, name);
      if (Object.keys(whom).length > 0) {
        const { explainRules } = await import('../../config/explain-rules.ts');
        const who = {
          principal: whom.principal ?? '',
          team: whom.team ?? null,
          model: whom.model ?? '',
          surface: whom.surface ?? 'openai-chat',
        };
        const { overrides, rules } = explainRules(loaded, who);
        if (json) {
          io.out(JSON.stringify({ path: loaded.path, hash: loaded.hash, for: who, overrides, rules }, null, 2));
          return;
        }
        const rows = rules.flatMap(({ id, enabled, values }) =>
          enabled
            ? values.map(({ key, value, from }) => [id, key, shortened(value), from])
            : [[id, 'enabled', 'false', values.find(({ key }) => key === 'enabled')?.from ?? '-']],
        );
        io.out(formatTable(['rule', 'key', 'value', 'from'], rows));
        io.out(overrides.length === 0 ? 'no override holds' : `overrides that hold, in order: ${overrides.join(', ')}`);
        return;
      }
      const explained = explainConfig(loaded);
      if (json) {
        io.out(JSON.stringify({ path: loaded.path, hash: loaded.hash, values: explained }, null, 2));
        return;
      }
      const rows = explained.map((entry) => [entry.key, shortened(entry.value), entry.from, entry.where]);
      io.out(formatTable(['key', 'value', 'from', 'where'], rows));
    });

  config
    .command('schema')
    .description('print the JSON Schema of the configuration, for editors')
    .action(async () => {
      const { configJsonSchemaText } = await import('../../config/json-schema.ts');
      io.out(configJsonSchemaText().trimEnd());
    });
};

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** The file as an argument or as an option: whoever gives both means two files. */
function pathOf(file: string | undefined, named: string, command: Command): string {
  if (file !== undefined && command.getOptionValueSource('config') === 'cli') {
    command.error('error: the file is given twice, as an argument and as --config');
  }
  return file ?? named;
}

/** One long text must not make every line of the table as long. */
function shortened(value: string): string {
  return value.length <= MAX_SHOWN ? value : `${value.slice(0, MAX_SHOWN - 1)}…`;
}
