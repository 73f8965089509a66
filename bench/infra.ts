/**
 * Checks of infrastructure on a folder of files of others: how many findings of each rule at medium and above, time and memory. Reading them is up to whoever
 * runs it: `--list` shows those of one rule, `--sample` a number of them drawn by a seed, each with its line.
 *
 *     node bench/infra.ts FOLDER [--list RULE] [--rows FILE] [--sample COUNT [--seed TEXT] [--only RULE,RULE] [--except RULE,RULE] [--by-rule]]
 *
 * `--rows FILE` keeps every finding as a line of JSON there. `--checkov FILE` draws from reports of checkov (`-o json`) instead of scanning, and may be given several times.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isAtLeast, type Severity } from '../src/core/severity.ts';
import { scanFiles } from '../src/scan/scan-pool.ts';
import { walkPaths } from '../src/scan/walk-paths.ts';
import { type Drawn, drawSample, lineOf } from './draw-sample.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'string' },
    rows: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    except: { type: 'string' },
    'by-rule': { type: 'boolean', default: false },
    checkov: { type: 'string', multiple: true },
  },
});
const [folder] = positionals;
if (values.checkov === undefined && (folder === undefined || !existsSync(folder))) {
  console.log('skipped: name a folder of compose files, manifests, charts, Dockerfiles, workflows or Terraform');
  process.exit(0);
}
const found = values.checkov === undefined ? await scanned(folder!) : values.checkov.flatMap(ofCheckov);
if (values.rows !== undefined) writeFileSync(values.rows, found.map((one) => `${JSON.stringify(one)}\n`).join(''));
for (const one of found) if (one.rule === values.list) console.log(`${one.file}:${one.line || ''}: ${one.message}`);
if (values.sample !== undefined) {
  const named = (list: string | undefined): readonly string[] | undefined => list?.split(',');
  const [only, except] = [named(values.only), named(values.except)];
  const pool = found.filter(({ rule }) => (only?.includes(rule) ?? true) && !(except?.includes(rule) ?? false));
  const drawn = drawSample(pool, Number(values.sample), { seed: values.seed, byRule: values['by-rule'] });
  console.log(`\n${drawn.length} of ${pool.length}, seed ${values.seed}:\n`);
  for (const one of drawn)
    console.log(
      `${one.rule} | ${one.severity} | ${one.file}:${one.line || ''}\n    ${one.message}\n    > ${lineOf(one)}`,
    );
}

async function scanned(path: string): Promise<readonly Drawn[]> {
  const verdicts = new Map<string, number>();
  const counts = new Map<string, number>();
  const rows: Drawn[] = [];
  const begun = performance.now();
  for await (const { file, verdict, findings } of scanFiles(walkPaths([path], process.cwd(), { all: true }), {
    threads: Math.min(4, availableParallelism()),
  })) {
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    for (const { rule, severity, message, where } of findings) {
      if (!isAtLeast(severity satisfies Severity, 'medium')) continue;
      const key = `${rule} | ${severity}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      rows.push({ rule, severity, file, line: where.line ?? 0, message });
    }
  }
  console.log(`\n| rule | severity | findings |\n|---|---|--:|`);
  for (const [key, count] of [...counts].toSorted((a, b) => b[1] - a[1])) console.log(`| ${key} | ${count} |`);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `\nFiles: ${[...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}; ${seconds} s, ${memory} MB`,
  );
  return rows;
}

/** Failed checks of a report of checkov: one report, or one for each framework. Without an account it gives no severity. */
function ofCheckov(path: string): readonly Drawn[] {
  interface Report {
    readonly results?: {
      readonly failed_checks?: readonly {
        readonly check_id: string;
        readonly check_name: string;
        readonly file_abs_path: string;
        readonly file_line_range: readonly [number, number];
        readonly resource: string;
      }[];
    };
  }
  const parsed: Report | readonly Report[] = JSON.parse(readFileSync(path, 'utf8'));
  return [parsed].flat().flatMap(({ results }) =>
    (results?.failed_checks ?? []).map((one) => ({
      rule: one.check_id,
      severity: '-',
      file: one.file_abs_path,
      line: one.file_line_range[0],
      message: `${one.check_name} (${one.resource})`,
    })),
  );
}
