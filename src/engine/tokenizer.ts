import { Tokenizer as Package } from '@huggingface/tokenizers';
import { Fault } from '../core/fault.ts';

/** Text is tokenised in pieces of at most this many UTF-16 units, so that no tokenizer works on more at once. */
const PIECE = 4096;
/**
 * Units without white space that are read together: such of Latin letters are no words, and WordPiece gives up on a word
 * of more than 100; scripts without spaces have whole sentences of them. What joins tokens is not linear in their number.
 */
const LONGEST_RUN = 96;
const LONGEST_RUN_BEYOND_ASCII = 480;

/** What is used of the package, whose own types do not resolve in Node's way. */
interface FastTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: readonly number[] };
  token_to_id(token: string): number | undefined;
}

/** A tokenizer and what it puts around a text. */
export interface Tokenizer {
  /** Token ids that begin and end every sequence: `[CLS]` and `[SEP]`. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  readonly padding: number;
  /**
   * Ids of a text without the special tokens. Stops once it has more than `limit`: the caller has to take that for too
   * long. Time linear in `limit`, whatever the text.
   */
  encode(text: string, limit: number): readonly number[];
}

/**
 * Reads a `tokenizer.json` (WordPiece, BPE, Unigram, WordLevel).
 * @param config content of `tokenizer_config.json`, if there is one.
 * @throws Fault `ERR_CONFIG` when it is not one that can be read.
 */
export function createTokenizer(definition: unknown, config: unknown, where: string): Tokenizer {
  let fast: FastTokenizer;
  let around: { readonly prefix: readonly number[]; readonly suffix: readonly number[] } | null;
  try {
    fast = new Package(withoutControls(definition), isObject(config) ? config : {}) as FastTokenizer;
    around = specialTokens(fast, [...PROBES, ...someWords(definition)]);
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'This is not a tokenizer that can be read.', {
      where,
      hint: 'It must be the tokenizer.json of a fast tokenizer (WordPiece, BPE, Unigram or WordLevel).',
      cause,
    });
  }
  if (around === null) {
    throw new Fault('ERR_CONFIG', 'The tokenizer makes no tokens of plain words.', { where });
  }
  return {
    ...around,
    padding: paddingOf(fast, definition, config),
    encode(text, limit) {
      const ids: number[] = [];
      for (const piece of pieces(text)) {
        for (const id of fast.encode(piece, { add_special_tokens: false }).ids) ids.push(id);
        if (ids.length > limit) break;
      }
      return ids;
    },
  };
}

/**
 * Cuts a text before white space, each piece at most `PIECE` units, and breaks runs without white space. Only texts that
 * are longer than a piece, or that hold such a run, are touched. Surrogate pairs stay whole.
 */
export function* pieces(text: string): Generator<string> {
  let start = 0;
  let run = 0;
  let cut = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (isSpace(text.charCodeAt(at))) {
      run = 0;
      cut = at;
    } else if ((run += weight(text.charCodeAt(at))) > 1 && !isLowSurrogate(text.charCodeAt(at))) {
      if (at > start) yield text.slice(start, at);
      start = at;
      cut = at;
      run = weight(text.charCodeAt(at));
    }
    if (at - start >= PIECE) {
      const end = cut > start ? cut : at;
      yield text.slice(start, end);
      start = end;
    }
  }
  if (start < text.length) yield text.slice(start);
}

/** What a unit takes of the longest run. */
function weight(unit: number): number {
  return unit < 0x80 ? 1 / LONGEST_RUN : 1 / LONGEST_RUN_BEYOND_ASCII;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0xa0 || unit === 0x3000;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/**
 * Padding and truncation are done here, on windows; a tokenizer that did them too would hide text. Nor may a text hold
 * control tokens: who writes `[SEP]` into it gets the letters.
 */
function withoutControls(definition: unknown): object {
  if (!isObject(definition)) throw new TypeError('not an object');
  const added: readonly unknown[] = Array.isArray(definition['added_tokens']) ? definition['added_tokens'] : [];
  const plain = added.filter((token) => !isObject(token) || token['special'] !== true);
  return {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    ...definition,
    model: asWordPiece(definition['model']),
    added_tokens: plain,
    truncation: null,
    padding: null,
  };
}

/** Whole words only: WordPiece whose continuations no vocabulary has. */
function asWordPiece(model: unknown): unknown {
  if (!isObject(model) || model['type'] !== 'WordLevel') return model;
  return {
    type: 'WordPiece',
    vocab: model['vocab'],
    unk_token: model['unk_token'],
    continuing_subword_prefix: '\u0000\u0000',
    max_input_chars_per_word: LONGEST_RUN_BEYOND_ASCII,
  };
}

/** Words that are in any vocabulary of a natural language. */
const PROBES = ['a', 'the', 'hello', '1', '.'];

/** Words of a vocabulary that is smaller than that. */
function someWords(definition: unknown): string[] {
  const vocab = isObject(definition) && isObject(definition['model']) ? definition['model']['vocab'] : null;
  const words: string[] = [];
  for (const entry of Array.isArray(vocab) ? (vocab as unknown[]) : Object.keys((vocab as object | null) ?? {})) {
    const word: unknown = Array.isArray(entry) ? entry[0] : entry;
    if (typeof word === 'string' && /^[\p{L}\p{N}]+$/u.test(word)) words.push(word);
    if (words.length === 64) break;
  }
  return words;
}

/** What stands before and after a text, seen on texts that have tokens. */
function specialTokens(fast: FastTokenizer, probes: readonly string[]): Pick<Tokenizer, 'prefix' | 'suffix'> | null {
  for (const probe of probes) {
    const inner = fast.encode(probe, { add_special_tokens: false }).ids;
    const outer = fast.encode(probe, { add_special_tokens: true }).ids;
    if (inner.length === 0 || outer.length < inner.length) continue;
    for (let at = 0; at + inner.length <= outer.length; at += 1) {
      if (inner.every((id, i) => outer[at + i] === id)) {
        return { prefix: outer.slice(0, at), suffix: outer.slice(at + inner.length) };
      }
    }
  }
  return null;
}

function paddingOf(fast: FastTokenizer, definition: unknown, config: unknown): number {
  const said = isObject(definition) && isObject(definition['padding']) ? definition['padding']['pad_id'] : undefined;
  if (typeof said === 'number' && Number.isInteger(said) && said >= 0) return said;
  const token = isObject(config) ? config['pad_token'] : undefined;
  const named = isObject(token) ? token['content'] : token;
  for (const name of [typeof named === 'string' ? named : '', '[PAD]', '<pad>']) {
    const id = name === '' ? undefined : fast.token_to_id(name);
    if (id !== undefined) return id;
  }
  return 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
