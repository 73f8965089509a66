import type { InspectedRow } from '../../check.ts';
import { hashWord } from '../../minhash.ts';
import { isProse } from '../../row-texts.ts';

/** Something that a row has or has not: a run of words, a value of a column, a pixel. */
export interface Feature {
  /** 47 bits. */
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
const SECOND = 0x1b873593;

function hash47(text: string): number {
  return joined(hashWord(text), hashWord(text, SECOND));
}

/** Two hashes as one of 47 bits. */
function joined(first: number, second: number): number {
  return (first >>> 0) * 0x8000 + (second & 0x7fff);
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
      const own = all.map((word) => hashWord(word));
      const second = all.map((word) => hashWord(word, SECOND));
      for (const one of own) words.add(one);
      for (let at = 0; at < all.length; at++) {
        let [first, other] = [0, 0];
        for (let length = 1; length <= LONGEST_RUN && at + length <= all.length; length++) {
          first = mix(first, own[at + length - 1]!);
          other = mix(other, second[at + length - 1]!);
          const hash = joined(first, other);
          if (features.has(hash)) continue;
          const end = at + length;
          features.set(hash, { hash, words: own.slice(at, end), say: () => `"${all.slice(at, end).join(' ')}"` });
        }
      }
    } else if (text !== '' && text.length <= LONGEST_VALUE) {
      const word = hashWord(`v${column}\0${binOf(text)}`);
      words.add(word);
      const hash = hash47(`v${column}\0${text}`);
      features.set(hash, { hash, words: [word], say: () => `${column} = ${text}` });
    }
  }
  for (const [column, cell] of Object.entries(row.row)) {
    if (column === row.labelColumn || !(cell instanceof Uint8Array)) continue;
    if (row.file.format === 'image' || cell.length > MOST_PIXELS) continue;
    for (let at = 0; at < cell.length; at++) {
      const value = cell[at]!;
      words.add(hashWord(`p${column}${at}:${value >> 6}`));
      const hash = hash47(`p${column}${at}:${value >> 4}`);
      features.set(hash, {
        hash,
        words: [hashWord(`p${column}${at}:${value >> 6}`)],
        say: () => `byte ${at} of ${column} at ${(value >> 4) * 16} to ${(value >> 4) * 16 + 15}`,
      });
    }
  }
  return { features: [...features.values()], words: [...words] };
}

/** The hash of a run with one more word. */
function mix(run: number, word: number): number {
  const h = Math.imul(run ^ (run >>> 15), 0x2c1b3c6d) + word;
  return Math.imul(h ^ (h >>> 12), 0x297a2d39) ^ (h >>> 15);
}

/** Numbers by their size, in steps of a third: exact ones tell nothing in general. */
function binOf(text: string): string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  if (value === 0) return '0';
  return `${value < 0 ? '-' : ''}${Math.round(Math.log(Math.abs(value)) * 2.5)}`;
}
