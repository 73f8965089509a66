import type { InspectedRow } from '../../check.ts';
import { finished, HASH_SEED, hashStep, hashWord } from '../../minhash.ts';
import { isProse } from '../../row-texts.ts';

/** Something that a row has or has not: a run of words, a value of a column, a pixel. */
export interface Feature {
  /** Hashes of the words in it, as in `RowFeatures.words`. */
  readonly words: readonly number[];
  /** For people. */
  readonly text: string;
}

export interface RowFeatures {
  /** Hashes, of 47 bits, of the candidates for a trigger; one that stands twice is there twice. Valid until the next row's are asked for. */
  readonly hashes: Float64Array;
  /** What tells about the label in general: hashes of single words, bins of numbers, coarse pixels; each once. Valid until the next row's. */
  readonly words: Int32Array;
  /** @param index in `hashes` */
  readonly describe: (index: number) => Feature;
}

const MOST_WORDS = 512;
const LONGEST_RUN = 3;
const MOST_PIXELS = 4096;
const LONGEST_VALUE = 64;
const SECOND = 0x1b873593;
/** Letters and digits as one word; punctuation and signs, of which triggers are made, too, each by itself. */
const WORD = /[\p{L}\p{N}\p{M}'’]+|[^\s\p{L}\p{N}\p{M}]/gu;

/** Two hashes as one of 47 bits. */
function joined(first: number, second: number): number {
  return (first >>> 0) * 0x8000 + (second & 0x7fff);
}

/** The hash of a run with one more word. */
function mix(run: number, word: number): number {
  const h = Math.imul(run ^ (run >>> 15), 0x2c1b3c6d) + word;
  return Math.imul(h ^ (h >>> 12), 0x297a2d39) ^ (h >>> 15);
}

/** Features of everything in a row but label and ids. Of long texts the first 512 words count, of pictures up to 4,096 bytes. */
export function featuresOf(row: InspectedRow): RowFeatures {
  hashes.count = 0;
  words.count = 0;
  const describers: { readonly from: number; readonly describe: (index: number) => Feature }[] = [];
  let left = MOST_WORDS;
  for (const { column, text } of row.texts) {
    if (row.idColumns.has(column)) continue;
    const from = hashes.count;
    if (isProse(text)) {
      const lower = text.toLowerCase();
      const count = placeWords(lower, left);
      left -= count;
      addRuns(lower, count);
      describers.push({ from, describe: (index) => runAt(lower.match(WORD) ?? [], count, index - from) });
    } else if (text !== '' && text.length <= LONGEST_VALUE) {
      const word = hashWord(`v${column}\0${binOf(text)}`);
      words.push(word);
      const value = `v${column}\0${text}`;
      hashes.push(joined(hashWord(value), hashWord(value, SECOND)));
      describers.push({ from, describe: () => ({ words: [word], text: `${column} = ${text}` }) });
    }
  }
  if (row.file.format !== 'image') {
    for (const [column, cell] of Object.entries(row.row)) {
      if (column === row.labelColumn || !(cell instanceof Uint8Array) || cell.length > MOST_PIXELS) continue;
      const seed = hashWord(column);
      const from = hashes.count;
      for (let at = 0; at < cell.length; at++) {
        const value = cell[at]!;
        words.push(mix(seed, at * 4 + (value >> 6)));
        const exact = at * 16 + (value >> 4);
        hashes.push(joined(mix(seed ^ SECOND, exact), mix(exact, seed)));
      }
      describers.push({
        from,
        describe: (index) => {
          const at = index - from;
          const least = (cell[at]! >> 4) * 16;
          const word = mix(seed, at * 4 + (cell[at]! >> 6));
          return { words: [word], text: `byte ${at} of ${column} at ${least} to ${least + 15}` };
        },
      });
    }
  }
  return {
    hashes: hashes.filled(),
    words: eachOnce(words.filled()),
    describe: (index) => describers.findLast(({ from }) => from <= index)!.describe(index),
  };
}

/** Numbers of one row after another, in the same memory. */
class Growing<Numbers extends Float64Array | Int32Array> {
  count = 0;
  #numbers: Numbers;
  readonly #make: (length: number) => Numbers;

  constructor(make: (length: number) => Numbers) {
    this.#make = make;
    this.#numbers = make(4096);
  }

  push(value: number): void {
    if (this.count === this.#numbers.length) {
      const larger = this.#make(this.count * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.count++] = value;
  }

  filled(): Numbers {
    return this.#numbers.subarray(0, this.count) as Numbers;
  }
}

const hashes = new Growing((length) => new Float64Array(length));
const words = new Growing((length) => new Int32Array(length));
/** Where the words of one text begin and end. */
const begins = new Int32Array(MOST_WORDS);
const ends = new Int32Array(MOST_WORDS);
const own = new Int32Array(MOST_WORDS);
const second = new Int32Array(MOST_WORDS);

/** The places of the words of `WORD`. @returns how many, at most so many */
function placeWords(text: string, most: number): number {
  let count = 0;
  let at = 0;
  while (at < text.length && count < most) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return placeAnyWords(text, most);
    if (isSpace(unit)) {
      at++;
      continue;
    }
    const start = at++;
    if (isWord(unit)) while (at < text.length && isWord(text.charCodeAt(at))) at++;
    // A word may go on beyond ASCII.
    if (at < text.length && text.charCodeAt(at) >= 0x80) return placeAnyWords(text, most);
    begins[count] = start;
    ends[count++] = at;
  }
  return count;
}

function placeAnyWords(text: string, most: number): number {
  let count = 0;
  for (const found of text.matchAll(WORD)) {
    if (count === most) break;
    begins[count] = found.index;
    ends[count++] = found.index + found[0].length;
  }
  return count;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

/** Letters in lower case, digits, and the apostrophe; the text is in lower case. */
function isWord(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x27;
}

function addRuns(text: string, count: number): void {
  for (let at = 0; at < count; at++) {
    hashTwice(text, begins[at]!, ends[at]!, at);
    words.push(own[at]!);
  }
  for (let at = 0; at < count; at++) {
    let [first, other] = [0, 0];
    for (let end = at; end < Math.min(count, at + LONGEST_RUN); end++) {
      first = mix(first, own[end]!);
      other = mix(other, second[end]!);
      hashes.push(joined(first, other));
    }
  }
}

/** The two hashes of a word, into `own` and `second`: `hashPart` with both seeds. */
function hashTwice(text: string, start: number, end: number, at: number): void {
  let [first, other] = [HASH_SEED, SECOND];
  for (let unit = start; unit < end; unit++) {
    const value = text.charCodeAt(unit);
    first = hashStep(first, value);
    other = hashStep(other, value);
  }
  own[at] = finished(first);
  second[at] = finished(other);
}

/** The run with a number in the order in which `addRuns` makes them. */
function runAt(all: readonly string[], count: number, index: number): Feature {
  let left = index;
  for (let at = 0; at < count; at++) {
    const here = Math.min(LONGEST_RUN, count - at);
    if (left < here) {
      const run = all.slice(at, at + left + 1);
      return { words: run.map((word) => hashWord(word)), text: `"${run.join(' ')}"` };
    }
    left -= here;
  }
  throw new RangeError(`a row has no run of words with the number ${index}`);
}

/** Sorted, without repetitions. */
function eachOnce(values: Int32Array): Int32Array {
  values.sort();
  let kept = 0;
  for (let at = 0; at < values.length; at++) {
    if (at === 0 || values[at] !== values[at - 1]) values[kept++] = values[at]!;
  }
  return values.subarray(0, kept);
}

/** Numbers by their size, in steps of a third: exact ones tell nothing in general. */
function binOf(text: string): string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  if (value === 0) return '0';
  return `${value < 0 ? '-' : ''}${Math.round(Math.log(Math.abs(value)) * 2.5)}`;
}
