/**
 * Detection quality of `secret-leak` on labelled texts, per source, and its false alarms on text that nobody planted a
 * secret in: this repository and the READMEs of its dependencies.
 *
 *     node bench/secrets.ts [--show misses|alarms|readmes]
 *
 * The rows come from other scanners' test suites, whose idea of a secret is wider than this detector's (placeholders of
 * the right shape, public IP addresses, credential names). They are a yardstick: no rule was fitted to them.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { secretLeak, type SecretLeakOptions } from '../src/detect/secret-leak/detector.ts';
import type { Subject } from '../src/detect/detector.ts';

interface Row {
  readonly text: string;
  readonly label: 0 | 1;
  readonly kind: string;
  readonly source: string;
}

const root = resolve(import.meta.dirname, '..');
const data = join(root, '../shared/data/prompts/secrets.jsonl.gz');
const show = process.argv[process.argv.indexOf('--show') + 1];
const subject: Subject = { stage: 'input', role: 'user', origin: 'user', kind: 'text' };

const VARIANTS: readonly (readonly [string, SecretLeakOptions])[] = [
  ['all rules', secretLeak.defaults],
  ['without the generic rule', { ...secretLeak.defaults, generic: false }],
  ['without secretlint', { ...secretLeak.defaults, secretlint: false }],
];

if (existsSync(data)) await labelled();
else console.log(`skipped: ${data} is not there`);
await readmes();

async function labelled(): Promise<void> {
  const rows = gunzipSync(readFileSync(data))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const unique = [...new Map(rows.map((row) => [row.text, row])).values()];
  for (const [name, options] of VARIANTS) {
    const inspector = secretLeak.create(options);
    console.log(`\n${name} (${unique.length} different texts)`);
    console.log('| source | texts | secrets | precision | recall | false alarms |\n|---|--:|--:|--:|--:|--:|');
    for (const source of new Set(unique.map((row) => row.source))) {
      const count = { tp: 0, fp: 0, fn: 0, tn: 0 };
      const kinds = new Map<string, [number, number]>();
      for (const row of unique.filter((each) => each.source === source)) {
        const found = (await inspector.inspect(row.text, subject)).length > 0;
        count[row.label === 1 ? (found ? 'tp' : 'fn') : found ? 'fp' : 'tn']++;
        const tally = kinds.get(`${row.kind} ${row.label}`) ?? [0, 0];
        tally[found ? 1 : 0]++;
        kinds.set(`${row.kind} ${row.label}`, tally);
      }
      const { tp, fp, fn, tn } = count;
      console.log(
        `| ${source} | ${tp + fp + fn + tn} | ${tp + fn} | ${percent(tp, tp + fp)} | ${percent(tp, tp + fn)} | ${fp} of ${fp + tn} |`,
      );
      if (name === 'all rules' && show === 'misses')
        for (const [kind, [no, yes]] of kinds) console.log(`  ${kind}: found ${yes}, not ${no}`);
    }
  }
}

async function readmes(): Promise<void> {
  const inspector = secretLeak.create(secretLeak.defaults);
  console.log('\n| text without secrets | files | MB | findings | of them generic |\n|---|--:|--:|--:|--:|');
  for (const [name, patterns] of [
    [
      "this repository's sources",
      ['src/**/*.ts', 'test/**/*.ts', 'bench/*.ts', 'scripts/**/*.ts', '*.md', 'docs/**/*.md'],
    ],
    [
      'READMEs of dependencies',
      ['node_modules/**/README.md', 'node_modules/**/readme.md', 'node_modules/**/CHANGELOG.md'],
    ],
    [
      'type declarations of dependencies',
      ['node_modules/{openai,@anthropic-ai,undici-types,@types,hono,kysely,jose,ai}/**/*.d.ts'],
    ],
  ] as const) {
    const files = globSync([...patterns], { cwd: root }).filter(
      (file) => !/secret-leak\/.*(?:\.test\.ts|examples\.ts)$/.test(file),
    );
    let bytes = 0;
    let findings = 0;
    let generic = 0;
    for (const file of files) {
      const text = readFileSync(join(root, file), 'utf8');
      bytes += text.length;
      for (const finding of await inspector.inspect(text, subject)) {
        findings++;
        if (finding.rule === 'secret-leak/generic-secret') generic++;
        if (show === 'readmes')
          console.log(
            `  ${file}: ${finding.rule} ${text.slice(Math.max(0, finding.span.start - 30), finding.span.end)}`,
          );
      }
    }
    console.log(`| ${name} | ${files.length} | ${(bytes / 1e6).toFixed(1)} | ${findings} | ${generic} |`);
  }
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}
