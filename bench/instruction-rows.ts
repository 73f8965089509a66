import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readCsv } from '../src/formats/csv/csv-reader.ts';
import { type Random, seededRandom } from '../src/math/random.ts';

/** One row of instruction data, with a class. */
export interface InstructionRow {
  readonly id: number;
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  readonly category: string;
}

const CATEGORIES = ['qa', 'summary', 'code', 'chat', 'rewrite'];
/** Of so many words one is another one, so that sentences that are used again are no copies. */
const CHANGED = 12;

/**
 * Rows of instruction data, without end: sentences of real harmless instructions and of news, in an order by chance and with words of others in them, so
 * that neither repeated rows nor repeated words say more than they do in real data.
 * @param data the folder with `prompts` and `models`
 * @returns null where it is not there
 */
export function instructionRows(data: string, seed: string): Generator<InstructionRow> | null {
  const [prompts, news] = [join(data, 'prompts/injection.jsonl.gz'), join(data, 'models/text/ag_news_test.csv.gz')];
  if (!existsSync(prompts) || !existsSync(news)) return null;
  const asked = gunzipSync(readFileSync(prompts))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly text: string; readonly label: number; readonly lang?: string })
    .filter(({ label, text, lang }) => label === 0 && text.length < 2000 && (lang ?? 'en') === 'en')
    .flatMap(({ text }) => sentencesOf(text));
  const told = readCsv(gunzipSync(readFileSync(news)).toString('utf8')).flatMap((row) => sentencesOf(row[2] ?? ''));
  return generate(asked, told, seededRandom(seed));
}

function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+/)
    .map((one) => one.trim())
    .filter((one) => one.length > 15 && one.length < 500);
}

function* generate(asked: readonly string[], told: readonly string[], random: Random): Generator<InstructionRow> {
  const words = [...asked, ...told].flatMap((one) => one.split(' '));
  const sentence = (from: readonly string[]): string => {
    const own = from[random.below(from.length)]!.split(' ');
    for (let at = random.below(CHANGED); at < own.length; at += 1 + random.below(2 * CHANGED)) {
      own[at] = words[random.below(words.length)]!;
    }
    return own.join(' ');
  };
  const some = (from: readonly string[], least: number, most: number): string =>
    Array.from({ length: least + random.below(most - least + 1) }, () => sentence(from)).join(' ');
  for (let id = 0; ; id++) {
    yield {
      id,
      instruction: some(asked, 1, 2),
      input: random.below(3) === 0 ? some(told, 1, 4) : '',
      output: some(told, 1, 6),
      category: CATEGORIES[random.below(CATEGORIES.length)]!,
    };
  }
}
