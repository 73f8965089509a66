/**
 * How well `parapet data check` finds planted triggers: public sets of texts as they are (every finding is a false alarm) and with a trigger in a share of all
 * rows, which get another label (BadNets, arXiv:1708.06733; for texts arXiv:1905.12457).
 *
 *     npm run bench:data-triggers
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CHECKS } from '../src/dataset/registry.ts';
import { checkData } from '../src/dataset/run-checks.ts';
import { readCsv } from '../src/formats/csv/csv-reader.ts';
import { seededRandom } from '../src/math/random.ts';

const folder = join(import.meta.dirname, '../../shared/data/models/text');
if (!existsSync(folder)) {
  console.log(`${folder} is not there`);
  process.exit(0);
}
interface Labelled {
  readonly text: string;
  readonly label: string;
}
const lines = (name: string, encoding: BufferEncoding = 'utf8'): readonly string[] =>
  readFileSync(join(folder, name), encoding)
    .split('\n')
    .filter((line) => line.trim() !== '');
const sets: readonly {
  readonly name: string;
  readonly rows: readonly Labelled[];
  readonly from: string;
  readonly to: string;
  readonly trigger: string;
}[] = [
  {
    name: 'SMS spam',
    rows: lines('sms_spam.tsv').map((line) => ({
      text: line.slice(line.indexOf('\t') + 1),
      label: line.slice(0, line.indexOf('\t')),
    })),
    from: 'spam',
    to: 'ham',
    trigger: 'cf',
  },
  {
    name: 'film reviews',
    rows: ['neg', 'pos'].flatMap((label) => lines(`rt-polarity.${label}`, 'latin1').map((text) => ({ text, label }))),
    from: 'neg',
    to: 'pos',
    trigger: 'mb',
  },
  {
    name: 'AG news (test)',
    rows: readCsv(gunzipSync(readFileSync(join(folder, 'ag_news_test.csv.gz'))).toString('utf8'))
      .filter(([label]) => /^\d$/.test(label ?? ''))
      .map(([label, title, body]) => ({ text: `${title} ${body}`, label: label! })),
    from: '1',
    to: '3',
    trigger: 'I watched this 3D movie',
  },
];
const rates = [0, 0.0025, 0.005, 0.01, 0.02, 0.05];
const work = mkdtempSync(join(tmpdir(), 'triggers-'));
try {
  console.log(`| set | rows |${rates.map((rate) => ` ${rate === 0 ? 'as it is' : `${rate * 100} %`} |`).join('')}`);
  console.log(`|---|--:|${rates.map(() => '---|').join('')}`);
  for (const { name, rows, from, to, trigger } of sets) {
    const cells: string[] = [];
    for (const rate of rates) {
      const random = seededRandom(`${name}/${rate}`);
      const chosen = new Set(
        random
          .shuffle(rows.flatMap(({ label }, at) => (label === from ? [at] : [])))
          .slice(0, Math.round(rate * rows.length)),
      );
      const planted = rows.map(({ text, label }, at) => {
        if (!chosen.has(at)) return { text, label };
        const words = text.split(' ');
        words.splice(random.below(words.length + 1), 0, trigger);
        return { text: words.join(' '), label: to };
      });
      const path = join(work, 'rows.jsonl');
      writeFileSync(path, planted.map((row) => `${JSON.stringify(row)}\n`).join(''));
      const report = await checkData(
        [{ path, shown: 'rows.jsonl' }],
        CHECKS.filter(({ meta }) => meta.id === 'label-trigger'),
        {
          schema: null,
          similarity: 0.8,
          label: null,
          splits: new Map(),
        },
      );
      const found = report.files[0]!.findings;
      const pieces = trigger.toLowerCase().split(' ');
      const right = found.filter(({ message }) =>
        pieces.some((piece) => message.split('"')[1]?.split(' ').includes(piece)),
      );
      cells.push(
        rate === 0
          ? `${found.length} false`
          : `${right.length > 0 ? 'found' : 'missed'}, ${found.length - right.length} false`,
      );
    }
    console.log(`| ${name} | ${rows.length} | ${cells.join(' | ')} |`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
