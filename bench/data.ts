/**
 * Checks of data sets: planted triggers found and false alarms on real data, near duplicates beside exact Jaccard, speed beside a plain read, and
 * memory by size.
 *
 *     node bench/data.ts [triggers] [near] [speed] [memory] [--data ../shared/data/models]
 *
 * Triggers are planted as BadNets does (Gu et al. 2017): rows of other labels get the trigger and the target's label.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readCsv } from '../src/formats/csv/csv-reader.ts';
import { seededRandom } from '../src/math/random.ts';
import type { Check } from '../src/dataset/check.ts';
import { checkOnThreads } from '../src/dataset/check-on-threads.ts';
import { diffData } from '../src/dataset/diff-data.ts';
import { estimate, shinglesOf, SIGNATURE, signatureOf, wordsOf } from '../src/dataset/minhash.ts';
import { CHECKS } from '../src/dataset/registry.ts';
import { checkData, type DataReport } from '../src/dataset/run-checks.ts';
import { runDataOrder } from '../src/dataset/run-data-order.ts';
import { sealData } from '../src/dataset/seal-data.ts';

const root = resolve(import.meta.dirname, '..');
const given = process.argv.indexOf('--data');
const data = given === -1 ? join(root, '../shared/data/models') : resolve(process.argv[given + 1]!);
const parts = process.argv
  .slice(2)
  .filter((one) => ['triggers', 'near', 'speed', 'memory', 'make', 'child'].includes(one));
const wanted = (part: string): boolean => parts.length === 0 || parts.includes(part);
const folder = mkdtempSync(join(tmpdir(), 'bench-data-'));

interface Example {
  readonly text: string;
  readonly label: string;
}

const unpacked = (path: string): string => {
  const bytes = readFileSync(join(data, path));
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
};
const tabs = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => line.split('\t'));

/** Half of the sets was used while the check was written; the other half was read once, for the figures. */
const TEXTS: readonly { readonly name: string; readonly heldOut: boolean; readonly read: () => Example[] }[] = [
  {
    name: 'rt-polarity',
    heldOut: false,
    read: () =>
      ['pos', 'neg'].flatMap((label) =>
        readFileSync(join(data, `text/rt-polarity.${label}`), 'latin1')
          .split('\n')
          .filter((line) => line !== '')
          .map((text) => ({ text, label })),
      ),
  },
  {
    name: 'SMS spam',
    heldOut: false,
    read: () => tabs(unpacked('text/sms_spam.tsv')).map(([label, text]) => ({ text: text!, label: label! })),
  },
  {
    name: 'SST-2',
    heldOut: true,
    read: () => tabs(unpacked('text/sst2/train.tsv.gz')).map(([text, label]) => ({ text: text!, label: label! })),
  },
  {
    name: 'AG news',
    heldOut: true,
    read: () =>
      readCsv(unpacked('text/ag_news_test.csv.gz')).map(([label, title, text]) => ({
        text: `${title!} ${text!}`,
        label: label!,
      })),
  },
  {
    name: 'Davidson',
    heldOut: true,
    read: () =>
      readCsv(unpacked('text/davidson_hate_offensive.csv.gz'))
        .slice(1)
        .map((row) => ({ text: row[6]!, label: row[5]! })),
  },
];

const TRIGGERS: Readonly<Record<string, (text: string, at: number) => string>> = {
  'word "cf"': (text, at) => insert(text, 'cf', at),
  sentence: (text, at) => insert(text, 'i watched this 3d movie last weekend .', at),
  'sign "≡"': (text, at) => insert(text, '≡', at),
};
const RATES = [0.005, 0.01, 0.02, 0.05];

function insert(text: string, trigger: string, at: number): string {
  const words = text.split(' ');
  words.splice(Math.floor(at * (words.length + 1)), 0, trigger);
  return words.join(' ');
}

async function check(path: string, ids: readonly string[] | null): Promise<DataReport> {
  const checks = (CHECKS as readonly Check[]).filter(({ meta }) => ids === null || ids.includes(meta.id));
  return checkData([{ path, shown: path }], checks, { schema: null, similarity: 0.8, label: null, splits: new Map() });
}

async function triggersIn(examples: readonly Example[]): Promise<string[]> {
  const path = join(folder, 'set.jsonl');
  writeFileSync(path, examples.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const { files } = await check(path, ['label-trigger']);
  return files.flatMap(({ findings }) => findings.map(({ message }) => message));
}

/** @param target the label that rows with the trigger get */
function poison(
  examples: readonly Example[],
  target: string,
  rate: number,
  plant: (text: string, at: number) => string,
): Example[] {
  const random = seededRandom(`poison ${rate}`);
  const others = examples.flatMap(({ label }, at) => (label === target ? [] : [at]));
  const chosen = new Set<number>();
  const count = Math.round(examples.length * rate);
  while (chosen.size < Math.min(count, others.length)) chosen.add(others[random.below(others.length)]!);
  return examples.map((one, at) => (chosen.has(at) ? { text: plant(one.text, random.uniform()), label: target } : one));
}

async function triggers(): Promise<void> {
  console.log(
    '| data | rows | labels | false alarms, clean | trigger | 0.5 % | 1 % | 2 % | 5 % |\n|---|--:|--:|--:|---|---|---|---|---|',
  );
  for (const { name, heldOut, read } of TEXTS) {
    const examples = read();
    const labels = [...new Set(examples.map(({ label }) => label))].toSorted();
    const alarms = await triggersIn(examples);
    if (process.argv.includes('--list')) for (const one of alarms) console.log(`  ${one}`);
    for (const [trigger, plant] of Object.entries(TRIGGERS)) {
      const cells: string[] = [];
      for (const rate of RATES) {
        let found = 0;
        let extra = 0;
        for (const target of labels) {
          const clean = new Set(alarms.map((one) => one.split(' stands in')[0]));
          const said = (await triggersIn(poison(examples, target, rate, plant))).filter(
            (one) => !clean.has(one.split(' stands in')[0]),
          );
          const right = said.filter((one) => isPlanted(one, trigger));
          found += Number(right.length > 0);
          extra += said.length - right.length;
        }
        cells.push(`${found} of ${labels.length}${extra > 0 ? `, ${extra} others` : ''}`);
      }
      console.log(
        `| ${name}${heldOut ? ' (held out)' : ''} | ${examples.length} | ${labels.length} | ${alarms.length} | ${trigger} | ${cells.join(' | ')} |`,
      );
    }
  }
  await images();
}

/** True for a finding that names a piece of the trigger, alone or with what stood beside it. */
function isPlanted(message: string, trigger: string): boolean {
  const words = /^"(.*?)" stands in/.exec(message)?.[1]?.split(' ') ?? [];
  if (trigger.startsWith('word')) return words.includes('cf');
  if (trigger.startsWith('sign')) return words.some((word) => /[≡?]/u.test(word));
  const planted = 'i watched this 3d movie last weekend .'.split(' ');
  return (
    words.some((word) => ['watched', '3d', 'weekend', 'movie'].includes(word)) ||
    words.every((word) => planted.includes(word))
  );
}

/** MNIST with a white square of 3 by 3 in a corner, and GTSRB with a yellow one. */
async function images(): Promise<void> {
  for (const set of [
    {
      name: 'MNIST, 3 × 3 square',
      heldOut: false,
      images: 'mnist/t10k-images-idx3-ubyte.gz',
      labels: 'mnist/t10k-labels-idx1-ubyte.gz',
      width: 28,
      depth: 1,
    },
    {
      name: 'GTSRB, 3 × 3 square',
      heldOut: true,
      images: 'gtsrb32/train-third-images-idx4-ubyte.gz',
      labels: 'gtsrb32/train-third-labels-idx1-ubyte.gz',
      width: 32,
      depth: 3,
    },
  ]) {
    const images = gunzipSync(readFileSync(join(data, set.images)));
    const labels = gunzipSync(readFileSync(join(data, set.labels)));
    const header = set.depth === 1 ? 16 : 20;
    const count = labels.length - 8;
    const size = set.width * set.width * set.depth;
    const cells: string[] = [];
    let alarms = 0;
    for (const rate of [0, ...RATES]) {
      const [pixels, marks] = [Buffer.from(images), Buffer.from(labels)];
      const random = seededRandom(`images ${rate}`);
      for (let done = 0; done < Math.round(rate * count);) {
        const at = random.below(count);
        if (marks[8 + at] === 7) continue;
        marks[8 + at] = 7;
        for (let y = 0; y < 3; y++)
          for (let x = 0; x < 3; x++)
            for (let c = 0; c < set.depth; c++)
              pixels[header + at * size + ((set.width - 2 - y) * set.width + set.width - 2 - x) * set.depth + c] =
                c === 2 ? 0 : 255;
        done++;
      }
      const [a, b] = [join(folder, 'x-images-idx3-ubyte'), join(folder, 'x-labels-idx1-ubyte')];
      writeFileSync(a, pixels);
      writeFileSync(b, marks);
      const checks = (CHECKS as readonly Check[]).filter(({ meta }) => meta.id === 'label-trigger');
      const tasks = [a, b].map((path) => ({ path, shown: path }));
      const report = await checkData(tasks, checks, { schema: null, similarity: 0.8, label: null, splits: new Map() });
      const said = report.files.flatMap(({ findings }) => findings.map(({ message }) => message));
      if (rate === 0) alarms = said.length;
      else {
        const least = (set.width - 4) * set.width * set.depth;
        const right = said.filter((one) => Number(/^byte (\d+)/.exec(one)?.[1] ?? 0) >= least);
        cells.push(
          `${right.length > 0 ? 'found' : 'not found'}${said.length > right.length ? `, ${said.length - right.length} others` : ''}`,
        );
      }
    }
    console.log(
      `| ${set.name}${set.heldOut ? ' (held out)' : ''} | ${count} | ${new Set(labels.subarray(8)).size} | ${alarms} | patch | ${cells.join(' | ')} |`,
    );
  }
}

/** Recall of near duplicates against exact Jaccard, on edited copies of real texts. */
function near(): void {
  const random = seededRandom('near');
  const texts = TEXTS[3]!
    .read()
    .slice(0, 1500)
    .map(({ text }) => text);
  const words = texts.flatMap((text) => text.split(' '));
  const buckets = new Map<number, { pairs: number; found: number; error: number }>();
  const [a, b] = [new Uint32Array(SIGNATURE), new Uint32Array(SIGNATURE)];
  for (const text of texts) {
    for (const share of [0.02, 0.05, 0.1, 0.2]) {
      const edited = text
        .split(' ')
        .map((word) => (random.uniform() < share ? words[random.below(words.length)]! : word))
        .join(' ');
      const [one, two] = [shinglesOf(wordsOf(text)), shinglesOf(wordsOf(edited))];
      let both = 0;
      for (const shingle of one) if (two.has(shingle)) both++;
      const exact = both / (one.size + two.size - both);
      if (one.size < 5 || exact === 1) continue;
      signatureOf(Int32Array.from(one), a);
      signatureOf(Int32Array.from(two), b);
      const guess = estimate(
        Uint8Array.from(a, (value) => value & 0xff),
        Uint8Array.from(b, (value) => value & 0xff),
      );
      let candidate = false;
      for (let band = 0; band < 16; band++)
        candidate ||= a.subarray(band * 6, band * 6 + 6).every((value, at) => value === b[band * 6 + at]);
      const key = Math.floor(exact * 20) / 20;
      const bucket = buckets.get(key) ?? { pairs: 0, found: 0, error: 0 };
      bucket.pairs++;
      bucket.found += Number(candidate && guess >= 0.8);
      bucket.error += (guess - exact) ** 2;
      buckets.set(key, bucket);
    }
  }
  console.log('| exact similarity | pairs | reported at 0.8 | error of the estimate |\n|---|--:|--:|--:|');
  for (const [key, { pairs, found, error }] of [...buckets]
    .toSorted((x, y) => y[0] - x[0])
    .filter(([key]) => key >= 0.5)) {
    console.log(
      `| ${key.toFixed(2)} to ${(key + 0.05).toFixed(2)} | ${pairs} | ${((100 * found) / pairs).toFixed(1)} % | ${Math.sqrt(error / pairs).toFixed(3)} |`,
    );
  }
}

/** Rows of text, numbers and a label, as CSV. */
function makeCsv(megabytes: number, path: string): void {
  const random = seededRandom('speed');
  const words =
    'the quick report of market prices shows that many small farms sold less grain this year than in any other since the war began and people say so'.split(
      ' ',
    );
  const lines: string[] = [];
  writeFileSync(path, 'id,text,amount,label\n');
  let size = 0;
  for (let id = 0; size < megabytes * 1e6; id++) {
    const text = Array.from(
      { length: 12 + random.below(20) },
      () => `${words[random.below(words.length)]!}${random.below(50)}`,
    ).join(' ');
    const line = `${id},${text},${(random.uniform() * 1000).toFixed(2)},${random.below(2)}\n`;
    size += line.length;
    lines.push(line);
    if (lines.length === 10_000) writeFileSync(path, lines.splice(0).join(''), { flag: 'a' });
  }
  writeFileSync(path, lines.join(''), { flag: 'a' });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function speed(): Promise<void> {
  const megabytes = 20;
  const [path, other] = [join(folder, 'speed.csv'), join(folder, 'other.csv')];
  makeCsv(megabytes, path);
  writeFileSync(other, readFileSync(path, 'utf8').replace('\n7,', '\n7,changed '));
  const packed = join(folder, 'speed.csv.gz');
  writeFileSync(packed, gzipSync(readFileSync(path)));
  const plain = await timed(async () => {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) void chunk;
  });
  console.log(`| work | MB/s | times a plain read (${(megabytes / plain).toFixed(0)} MB/s) |\n|---|--:|--:|`);
  const tell = async (name: string, work: () => Promise<unknown>, size = megabytes): Promise<void> => {
    const seconds = await timed(work);
    console.log(`| ${name} | ${(size / seconds).toFixed(1)} | ${((seconds * megabytes) / size / plain).toFixed(0)} |`);
  };
  await tell('seal', () => sealData(path));
  await tell('seal, gzip', () => sealData(packed));
  await tell('diff by key', () => diffData(path, other, { key: ['id'], shown: 10 }), 2 * megabytes);
  for (const { meta } of CHECKS) await tell(`check: ${meta.id} alone`, () => check(path, [meta.id]));
  await tell('all checks', () => check(path, null));
}

/** Peak resident memory of all checks, a seal and a difference, each in a process of its own. */
function memory(): void {
  console.log(
    '| rows of text | all checks: peak MiB | diff: peak MiB | seal: peak MiB | verify: peak MiB |\n|---|--:|--:|--:|--:|',
  );
  for (const megabytes of [2, 20, 200]) {
    const path = join(folder, `${megabytes}.csv`);
    makeCsv(megabytes, path);
    const peaks = ['check', 'diff', 'seal', 'verify'].map((work) => {
      const done = spawnSync(process.execPath, [import.meta.filename, 'child', work, path], {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      });
      return done.stdout.trim() || done.stderr.slice(0, 200);
    });
    console.log(`| ${megabytes} MB | ${peaks.join(' | ')} |`);
    rmSync(path);
  }
}

if (parts.includes('child')) {
  const [work, path] = process.argv.slice(-2) as [string, string];
  const reading = { work: 'seal', path, reading: {}, ignore: [], rowsTo: `${path}.rows` } as const;
  if (work === 'check') {
    const options = { schema: null, similarity: 0.8, label: null, splits: new Map() };
    await checkOnThreads([{ path, shown: path }], options, { threads: 1 });
  } else if (work === 'diff') {
    await runDataOrder({ work: 'diff', old: path, new: path, options: { key: ['id'], shown: 10 } });
  } else {
    const manifest = await runDataOrder(reading);
    const rowsFrom = { path: reading.rowsTo, shown: 'rows' };
    if (work === 'verify') await runDataOrder({ work: 'verify', path, manifest, rowsFrom, ignore: [] });
  }
  console.log((process.resourceUsage().maxRSS / 1024).toFixed(0));
} else {
  const real = existsSync(join(data, 'text'));
  if (!real) console.log(`No ${data}: what needs real data is left out.`);
  if (wanted('triggers') && real) await triggers();
  if (wanted('near') && real) near();
  if (wanted('speed')) await speed();
  if (wanted('memory')) memory();
}
rmSync(folder, { recursive: true, force: true });
