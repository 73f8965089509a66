/**
 * Checks of infrastructure on a folder of files of others: how many findings of each rule at medium and above, time and memory. Reading them is up to whoever runs it.
 *
 *     node bench/infra.ts FOLDER [--list RULE]
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isAtLeast } from '../src/core/severity.ts';
import { scanFiles } from '../src/scan/scan-pool.ts';
import { walkPaths } from '../src/scan/walk-paths.ts';

const [folder, flag, rule] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) {
  console.log('skipped: name a folder of compose files, manifests, charts, Dockerfiles, workflows or Terraform');
  process.exit(0);
}
const counts = new Map<string, number>();
const verdicts = new Map<string, number>();
const begun = performance.now();
for await (const { file, verdict, findings } of scanFiles(walkPaths([folder], process.cwd(), { all: true }), {
  threads: Math.min(4, availableParallelism()),
})) {
  verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  for (const one of findings) {
    if (!isAtLeast(one.severity, 'medium')) continue;
    const key = `${one.rule} | ${one.severity}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (flag === '--list' && one.rule === rule) console.log(`${file}:${one.where.line ?? ''}: ${one.message}`);
  }
}
console.log(`\n| rule | severity | findings |\n|---|---|--:|`);
for (const [key, count] of [...counts].toSorted((a, b) => b[1] - a[1])) console.log(`| ${key} | ${count} |`);
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  `\nFiles: ${[...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}; ${seconds} s, ${memory} MB`,
);
