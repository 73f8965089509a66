/**
 * How often `unsafe-code` speaks up on ordinary code and documents: the share of harmless texts with a finding, by kind.
 *
 *     node bench/unsafe-code.ts [--show]
 *
 * Reads the prompts beside the repository, and skips where they are absent. `--show` names the rules that spoke.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isAtLeast, SEVERITIES, type Severity } from '../src/core/severity.ts';
import { unsafeCode } from '../src/detect/unsafe-code/detector.ts';

interface Row {
  readonly id: string;
  readonly text: string;
  readonly label: number;
  readonly kind: string;
  readonly permissive: boolean;
}

const file = resolve(import.meta.dirname, '../../shared/data/prompts/injection.jsonl.gz');
if (!existsSync(file)) {
  console.log(`Skipped: ${file} is not there.`);
  process.exit();
}
const KIND = /^benign_(?:code\w*|dev_doc|security_doc)$/;
const LEVELS: readonly Severity[] = SEVERITIES.slice(1, 4);
const inspector = unsafeCode.create({ ...unsafeCode.defaults, minSeverity: 'low' });
const kinds = new Map<
  string,
  { rows: number; readonly hit: Record<string, number>; readonly rules: Map<string, number> }
>();
const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
for (const line of lines) {
  if (line === '') continue;
  const row = JSON.parse(line) as Row;
  if (row.label !== 0 || !row.permissive || !KIND.test(row.kind)) continue;
  const kind = kinds.get(row.kind) ?? { rows: 0, hit: {}, rules: new Map<string, number>() };
  kinds.set(row.kind, kind);
  kind.rows++;
  const findings = await inspector.inspect(row.text, {
    stage: 'output',
    role: 'assistant',
    origin: 'model',
    kind: 'text',
  });
  for (const level of LEVELS) {
    if (findings.some(({ severity }) => isAtLeast(severity, level))) kind.hit[level] = (kind.hit[level] ?? 0) + 1;
  }
  for (const rule of new Set(findings.map(({ rule: name, severity }) => `${name} (${severity})`)))
    kind.rules.set(rule, (kind.rules.get(rule) ?? 0) + 1);
}
console.log(`| kind | texts | ${LEVELS.map((level) => `${level} or worse`).join(' | ')} |`);
console.log(`|---|--:|${LEVELS.map(() => '--:|').join('')}`);
for (const [kind, { rows, hit }] of [...kinds].toSorted(([a], [b]) => a.localeCompare(b))) {
  const shares = LEVELS.map((level) => `${hit[level] ?? 0} (${(((hit[level] ?? 0) / rows) * 100).toFixed(1)} %)`);
  console.log(`| ${kind} | ${rows} | ${shares.join(' | ')} |`);
}
if (process.argv.includes('--show'))
  for (const [kind, { rules }] of kinds)
    for (const [rule, count] of [...rules].toSorted((a, b) => b[1] - a[1])) console.log(`${kind}: ${rule} ${count}`);
