/**
 * How well names, organisations, places and addresses are found in labelled texts, by Parapet and by compromise (where
 * `npm run bench:peers` has installed it), and what that costs. Part of `npm run bench:personal-data`.
 *
 * A finding is right when it overlaps a labelled span of its kind (*overlap*), or has the same beginning and end (*exact*). A place
 * inside a labelled address and an address around labelled places count as right, because sources draw that line differently.
 * Forms of address (`Mr.`) that one source labels as people are left out.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Subject } from '../src/detect/detector.ts';
import { personalData } from '../src/detect/personal-data/detector.ts';

export interface NameRow {
  readonly text: string;
  readonly source: string;
  readonly template_id?: number;
  readonly spans: readonly { readonly start: number; readonly end: number; readonly type: string }[];
}

interface Named {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

type Finder = (text: string) => readonly Named[];

const KINDS: Readonly<Record<string, string>> = {
  PERSON: 'person', person: 'person', PER: 'person',
  ORGANIZATION: 'organisation', corporation: 'organisation', group: 'organisation', ORG: 'organisation',
  LOCATION: 'location', location: 'location', LOC: 'location',
  ADDRESS: 'address',
}; // prettier-ignore
const NAMES = ['person', 'organisation', 'location', 'address'];
const TITLE = /^(?:Mr|Mrs|Ms|Miss|Dr)\.?$/i;
const subject: Subject = { stage: 'input', role: 'user', origin: 'user', kind: 'text' };

/** Finds names with the detector as it ships, at a confidence. */
export function parapet(minConfidence: number): Finder {
  const { inspect } = personalData.create({ ...personalData.defaults, kinds: ['name'], minConfidence, minScore: 0 });
  return (text) => {
    const found = inspect(text, subject);
    if (found instanceof Promise) throw new TypeError('personal-data answers at once');
    return found.map(({ rule, span }) => ({ ...span, kind: rule.slice('personal-data/'.length) }));
  };
}

/** compromise's people, places and organisations; null where it is not installed. */
async function compromise(root: string): Promise<Finder | null> {
  interface View {
    json(options: {
      offset: true;
    }): readonly { readonly offset: { readonly start: number; readonly length: number } }[];
  }
  type Nlp = (text: string) => { people(): View; places(): View; organizations(): View };
  let path: string;
  try {
    path = createRequire(join(root, 'bench/peers/package.json')).resolve('compromise/three');
  } catch {
    console.log('\nskipped: compromise is not installed; run `npm run bench:peers`');
    return null;
  }
  const { default: nlp } = (await import(path)) as { readonly default: Nlp };
  return (text) => {
    const doc = nlp(text);
    const of = (view: View, kind: string): readonly Named[] =>
      view.json({ offset: true }).map(({ offset: { start, length } }) => ({
        ...withoutMarks(text, start, start + length),
        kind,
      }));
    return [...of(doc.people(), 'person'), ...of(doc.places(), 'location'), ...of(doc.organizations(), 'organisation')];
  };
}

/** compromise counts the marks around a name to it. */
function withoutMarks(text: string, start: number, end: number): { readonly start: number; readonly end: number } {
  let from = start;
  let to = end;
  while (to > from && !/[\p{L}\p{N}]/u.test(text[to - 1]!)) to--;
  while (from < to && !/[\p{L}\p{N}]/u.test(text[from]!)) from++;
  return { start: from, end: to };
}

/** Prints tables for all rows, by source and kind. */
export async function scoreNames(root: string, rows: readonly NameRow[]): Promise<void> {
  const peer = await compromise(root);
  const systems: readonly (readonly [string, Finder])[] = [
    ['Parapet, confidence 0.5', parapet(0.5)],
    ['Parapet, confidence 0.8 (default)', parapet(0.8)],
    ['Parapet, confidence 0.95', parapet(0.95)],
    ...(peer === null ? [] : [['compromise 14.17.0', peer] as const]),
  ];
  const parts = new Map<string, NameRow[]>();
  for (const row of rows) {
    const name = partOf(row);
    parts.set(name, [...(parts.get(name) ?? []), row]);
  }
  for (const [part, texts] of [...parts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`\nNames, ${part}: ${texts.length} texts`);
    console.log(
      '| system | kind | labelled | found | precision | recall | F1 overlap | F1 exact |\n| --- | --- | --: | --: | --: | --: | --: | --: |',
    );
    for (const [system, find] of systems) table(system, find, texts);
  }
  for (const confidence of [0.5, 0.8]) overall(rows, confidence);
  cost(systems, rows);
}

/** Tweets are split by their ids, made sentences by template; the halves called held out were never looked at. */
function partOf({ source, template_id: template, ...row }: NameRow): string {
  const id = (row as unknown as { readonly id: string }).id;
  const seen = template === undefined ? Number.parseInt(id[0]!, 16) % 2 === 0 : template % 2 === 0;
  return `${source.split(' ')[0]}${source.startsWith('Broad') ? ' Twitter Corpus' : ''}${seen ? '' : ' (held out)'}`;
}

function table(system: string, find: Finder, texts: readonly NameRow[]): void {
  const tallies = new Map(NAMES.map((kind) => [kind, { labelled: 0, found: 0, recalled: 0, right: 0, exact: 0 }]));
  for (const { text, spans } of texts) {
    const truth = spans
      .map(({ start, end, type }) => ({ start, end, kind: KINDS[type] }))
      .filter((span): span is Named => span.kind !== undefined)
      .filter(({ start, end, kind }) => kind !== 'person' || !TITLE.test(text.slice(start, end)));
    const found = find(text);
    for (const [kind, tally] of tallies) {
      const labels = truth.filter((span) => span.kind === kind);
      const mine = found.filter((span) => span.kind === kind);
      tally.labelled += labels.length;
      tally.found += mine.length;
      tally.recalled += labels.filter((span) =>
        found.some((other) => agree(other.kind, kind) && overlaps(span, other)),
      ).length;
      tally.right += mine.filter((span) =>
        truth.some((other) => agree(other.kind, kind) && overlaps(span, other)),
      ).length;
      tally.exact += mine.filter((span) =>
        labels.some(({ start, end }) => start === span.start && end === span.end),
      ).length;
    }
  }
  for (const [kind, { labelled, found, recalled, right, exact }] of tallies) {
    if (labelled + found === 0) continue;
    const precision = right / found;
    const recall = recalled / labelled;
    console.log(
      `| ${system} | ${kind} | ${labelled} | ${found} | ${percent(precision)} | ${percent(recall)} | ${share((2 * precision * recall) / (precision + recall))} | ${share((2 * exact) / (found + labelled))} |`,
    );
  }
}

const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  CREDIT_CARD: ['payment-card'],
  EMAIL_ADDRESS: ['email'],
  IBAN_CODE: ['iban'],
  IP_ADDRESS: ['ipv4', 'ipv6'],
  PHONE_NUMBER: ['phone'],
  US_SSN: ['us-ssn', 'us-itin'],
  US_DRIVER_LICENSE: ['driving-licence'],
  DATE_TIME: ['date-of-birth'],
};

/**
 * Everything that presidio-research labels in its held out templates, as one figure: patterns and names together. Dates, hosts,
 * job titles and forms of address, which are no kind of Parapet's, count as missed.
 */
function overall(rows: readonly NameRow[], minConfidence: number): void {
  const { inspect } = personalData.create({ ...personalData.defaults, kinds: ['+name'], minConfidence });
  const tally = { labelled: 0, found: 0, recalled: 0, right: 0 };
  for (const { text, spans } of rows.filter(({ template_id: id }) => id !== undefined && id % 2 === 1)) {
    const answer = inspect(text, subject);
    if (answer instanceof Promise) throw new TypeError('personal-data answers at once');
    const found = answer.map(({ rule, span }) => ({ ...span, kind: rule.slice('personal-data/'.length) }));
    const fits = (each: Named, type: string): boolean =>
      KINDS[type] === undefined ? (PATTERNS[type] ?? []).includes(each.kind) : agree(each.kind, KINDS[type]);
    tally.labelled += spans.length;
    tally.found += found.length;
    tally.recalled += spans.filter((span) =>
      found.some((each) => fits(each, span.type) && overlaps(each, { ...span, kind: '' })),
    ).length;
    tally.right += found.filter((each) =>
      spans.some((span) => fits(each, span.type) && overlaps(each, { ...span, kind: '' })),
    ).length;
  }
  const precision = tally.right / tally.found;
  const recall = tally.recalled / tally.labelled;
  console.log(
    `\nAll labels of presidio-research (held out), confidence ${minConfidence}: ${tally.labelled} labelled, precision ${percent(precision)}, recall ${percent(recall)}, F1 ${share((2 * precision * recall) / (precision + recall))}`,
  );
}

function agree(found: string, labelled: string): boolean {
  const isPlace = (kind: string): boolean => kind === 'address' || kind === 'location';
  return found === labelled || (isPlace(found) && isPlace(labelled));
}

function overlaps(a: Named, b: Named): boolean {
  return a.start < b.end && b.start < a.end;
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : '–';
}

function share(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}

function cost(systems: readonly (readonly [string, Finder])[], rows: readonly NameRow[]): void {
  const text = rows.map((row) => row.text).join('\n');
  const pieces = Array.from({ length: 64 }, (_, i) => text.slice(i * 2048, (i + 1) * 2048));
  console.log('\nNames, cost on tweets and made sentences\n| system | µs per KB |\n| --- | --: |');
  for (const [system, find] of systems) {
    let least = Infinity;
    for (let batch = 0; batch < 8; batch++) {
      const began = performance.now();
      for (const piece of pieces) find(piece);
      least = Math.min(least, performance.now() - began);
    }
    console.log(`| ${system} | ${((least * 1000) / (pieces.length * 2)).toFixed(1)} |`);
  }
}
