/**
 * Detection quality of `personal-data` on labelled texts, per kind, and its false alarms on text of real users, prompts,
 * documents and code.
 *
 *     npm run bench:personal-data [-- --show misses|alarms]
 *
 * The labelled rows are sentences made from templates (presidio-research). Templates with an odd number were never looked at
 * while the rules were written; they are the hold-out. The tweets carry no labels of these kinds, so every finding in them is
 * counted as a false alarm, though some are none.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Finding } from '../src/core/finding.ts';
import type { Subject } from '../src/detect/detector.ts';
import { personalData } from '../src/detect/personal-data/detector.ts';
import { type NameRow, parapet, scoreNames } from './tagged-names.ts';

interface Row {
  readonly text: string;
  readonly label: 0 | 1;
  readonly source: string;
  readonly template_id?: number;
  readonly spans: readonly { readonly start: number; readonly end: number; readonly type: string }[];
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  CREDIT_CARD: ['payment-card'],
  EMAIL_ADDRESS: ['email'],
  IBAN_CODE: ['iban'],
  IP_ADDRESS: ['ipv4', 'ipv6'],
  PHONE_NUMBER: ['phone'],
  US_SSN: ['us-ssn', 'us-itin'],
  US_DRIVER_LICENSE: ['driving-licence'],
};

const root = resolve(import.meta.dirname, '..');
const show = process.argv[process.argv.indexOf('--show') + 1];
const subject: Subject = { stage: 'input', role: 'user', origin: 'user', kind: 'text' };
const inspector = personalData.create(personalData.defaults);

const rows = read('pii.jsonl.gz');
const made = rows.filter(({ source }) => source.startsWith('presidio'));
const isHeldOut = ({ template_id: id }: Row): boolean => id !== undefined && id % 2 === 1;
if (made.length > 0) {
  await labelled(
    'templates with even numbers',
    made.filter((row) => !isHeldOut(row)),
  );
  await labelled('templates with odd numbers (held out)', made.filter(isHeldOut));
}
console.log('\n| text without labelled data | texts | MB | findings | of them |\n| --- | --: | --: | --: | --- |');
for (const source of new Set(rows.map((row) => row.source)))
  if (!source.startsWith('presidio'))
    await alarms(
      source,
      rows.filter((row) => row.source === source).map((row) => row.text),
    );
await alarms(
  'benign prompts',
  read('injection.jsonl.gz')
    .filter((row) => row.label === 0)
    .map((row) => row.text),
);
for (const [name, patterns] of [
  ['READMEs of dependencies', ['node_modules/**/README.md', 'node_modules/**/readme.md']],
  ["this repository's sources", ['src/**/*.ts', 'test/**/*.ts', 'bench/*.ts', 'scripts/**/*.ts']],
] as const) {
  const files = globSync([...patterns], { cwd: root }).filter((file) => !file.includes('detect/personal-data/'));
  await alarms(
    name,
    files.map((file) => readFileSync(join(root, file), 'utf8')),
  );
}

if (rows.length > 0) await scoreNames(root, rows as readonly NameRow[]);
nameAlarms(read('injection.jsonl.gz').filter((row) => row.label === 0));

/** Share of real requests in which something is found, at the default confidence: what asking for names costs. */
function nameAlarms(texts: readonly Row[]): void {
  const find = parapet(personalData.defaults.minConfidence);
  const sources = ['banking77', 'clinc150', 'restaurant8k', 'self-instruct user-oriented', 'alpaca_eval', 'mt_bench', 'gsm8k', 'GPTeacher codegen', 'awesome-chatgpt-prompts', 'nodejs/undici code', 'nodejs/undici docs']; // prettier-ignore
  console.log(
    '\nShare of benign texts with a finding of the tagger, at the default confidence\n| source | texts | person | organisation | location | address |\n| --- | --: | --: | --: | --: | --: |',
  );
  for (const source of sources) {
    const own = texts.filter((row) => row.source === source);
    const hit = { person: 0, organisation: 0, location: 0, address: 0 };
    for (const { text } of own) {
      const kinds = new Set(find(text).map(({ kind }) => kind));
      for (const kind of Object.keys(hit) as (keyof typeof hit)[]) if (kinds.has(kind)) hit[kind]++;
    }
    console.log(
      `| ${source} | ${own.length} | ${Object.values(hit)
        .map((each) => percent(each, own.length))
        .join(' | ')} |`,
    );
  }
}

function read(name: string): readonly Row[] {
  const path = join(root, '../shared/data/prompts', name);
  if (!existsSync(path)) {
    console.log(`skipped: ${path} is not there`);
    return [];
  }
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

async function inspect(text: string): Promise<readonly Finding[]> {
  return inspector.inspect(text, subject);
}

function kindOf(finding: Finding): string {
  return finding.rule.slice('personal-data/'.length);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

async function labelled(name: string, texts: readonly Row[]): Promise<void> {
  const count = new Map(Object.keys(KINDS).map((type) => [type, { spans: 0, found: 0, findings: 0, right: 0 }]));
  const others = new Map<string, number>();
  for (const row of texts) {
    const findings = await inspect(row.text);
    for (const span of row.spans) {
      const tally = count.get(span.type);
      if (tally === undefined) continue;
      tally.spans++;
      if (findings.some((finding) => KINDS[span.type]!.includes(kindOf(finding)) && overlaps(finding, span)))
        tally.found++;
      else if (show === 'misses')
        console.log(
          `  missed ${span.type}: ${JSON.stringify(row.text.slice(Math.max(0, span.start - 30), span.end + 10))}`,
        );
    }
    for (const finding of findings) {
      const type = Object.keys(KINDS).find((each) => KINDS[each]!.includes(kindOf(finding)));
      if (type === undefined) others.set(kindOf(finding), (others.get(kindOf(finding)) ?? 0) + 1);
      else {
        const tally = count.get(type)!;
        tally.findings++;
        if (row.spans.some((span) => span.type === type && overlaps(finding, span))) tally.right++;
        else if (show === 'alarms')
          console.log(
            `  ${finding.rule}: ${JSON.stringify(row.text.slice(Math.max(0, finding.span.start - 30), finding.span.end + 10))}`,
          );
      }
    }
  }
  console.log(`\n${name}: ${texts.length} texts`);
  console.log('| kind | labelled | precision | recall |\n| --- | --: | --: | --: |');
  for (const [type, { spans, found, findings, right }] of count)
    console.log(`| ${type} | ${spans} | ${percent(right, findings)} | ${percent(found, spans)} |`);
  console.log(`kinds without labels: ${list(others)}`);
}

async function alarms(name: string, texts: readonly string[]): Promise<void> {
  const kinds = new Map<string, number>();
  let size = 0;
  for (const text of texts) {
    size += text.length;
    for (const finding of await inspect(text)) {
      kinds.set(kindOf(finding), (kinds.get(kindOf(finding)) ?? 0) + 1);
      if (show === 'alarms')
        console.log(
          `  ${finding.rule}: ${JSON.stringify(text.slice(Math.max(0, finding.span.start - 40), finding.span.end + 20))}`,
        );
    }
  }
  const sum = [...kinds.values()].reduce((total, each) => total + each, 0);
  console.log(`| ${name} | ${texts.length} | ${(size / 1e6).toFixed(1)} | ${sum} | ${list(kinds)} |`);
}

function list(kinds: ReadonlyMap<string, number>): string {
  return (
    [...kinds]
      .toSorted((a, b) => b[1] - a[1])
      .map(([kind, times]) => `${kind} ${times}`)
      .join(', ') || 'none'
  );
}

function overlaps({ span }: Finding, other: { readonly start: number; readonly end: number }): boolean {
  return span.start < other.end && other.start < span.end;
}
