import type { InspectedRow } from '../../check.ts';
import { hashWord } from '../../minhash.ts';
import { isProse } from '../../row-texts.ts';

/** Something that a row has or has not: a run of words, a value of a column, a pixel. */
export interface Feature {
  /** 52 bits, above 0. */
  readonly hash: number;
  /** Hashes of the words in it, as in `words`. */
  readonly words: readonly number[];
  /** For people. */
  readonly say: () => string;
}

export interface RowFeatures {
  /** Candidates for a trigger, each once. */
  readonly features: readonly Feature[];
  /** What tells about the label in general: hashes of single words, bins of numbers, coarse pixels; each once. */
  readonly words: readonly number[];
}

const MOST_WORDS = 512;
const LONGEST_RUN = 3;
const MOST_PIXELS = 4096;
const LONGEST_VALUE = 64;

function hash52(text: string): number {
  return (hashWord(text) >>> 0) * 0x100000 + (hashWord(text, 0x1b873593) & 0xfffff) + 1;
}

/** Features of everything in a row but label and ids. Of long texts the first 512 words count, of pictures up to 4,096 bytes. */
export function featuresOf(row: InspectedRow): RowFeatures {
  const features = new Map<number, Feature>();
  const words = new Set<number>();
  let left = MOST_WORDS;
  for (const { column, text } of row.texts) {
    if (row.idColumns.has(column)) continue;
    if (isProse(text)) {
      // Punctuation and signs count as words: triggers are made of them, too.
      const all = (text.toLowerCase().match(/[\p{L}\p{N}\p{M}'’]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? []).slice(0, left);
      left -= all.length;
      const own = all.map((word) => hashWord(`w${word}`));
      for (const one of own) words.add(one);
      for (let at = 0; at < all.length; at++) {
        let run = '';
        for (let length = 1; length <= LONGEST_RUN && at + length <= all.length; length++) {
          run += `${length === 1 ? '' : ' '}${all[at + length - 1]!}`;
          const hash = hash52(`t${run}`);
          if (features.has(hash)) continue;
          const shown = run;
          features.set(hash, { hash, words: own.slice(at, at + length), say: () => `"${shown}"` });
        }
      }
    } else if (text !== '' && text.length <= LONGEST_VALUE) {
      const word = hashWord(`v${column}\0${binOf(text)}`);
      words.add(word);
      const hash = hash52(`v${column}\0${text}`);
      features.set(hash, { hash, words: [word], say: () => `${column} = ${text}` });
    }
  }
  for (const [column, cell] of Object.entries(row.row)) {
    if (column === row.labelColumn || !(cell instanceof Uint8Array)) continue;
    if (row.file.format === 'image' || cell.length > MOST_PIXELS) continue;
    for (let at = 0; at < cell.length; at++) {
      const value = cell[at]!;
      words.add(hashWord(`p${column}${at}:${value >> 6}`));
      const hash = hash52(`p${column}${at}:${value >> 4}`);
      features.set(hash, {
        hash,
        words: [hashWord(`p${column}${at}:${value >> 6}`)],
        say: () => `byte ${at} of ${column} at ${(value >> 4) * 16} to ${(value >> 4) * 16 + 15}`,
      });
    }
  }
  return { features: [...features.values()], words: [...words] };
}

/** Numbers by their size, in steps of a third: exact ones tell nothing in general. */
function binOf(text: string): string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  if (value === 0) return '0';
  return `${value < 0 ? '-' : ''}${Math.round(Math.log(Math.abs(value)) * 2.5)}`;
}
