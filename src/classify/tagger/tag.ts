import { featuresOf, MOST_FEATURES, type Run } from './features.ts';
import type { TaggerModel } from './model.ts';
import { TAGS, type Tag } from './model.ts';
import { eachRun, LONGEST_RUN } from './runs.ts';
import { unitTables } from './units.ts';
import {
  createTokens,
  HANDLE,
  JUNK,
  MARK,
  STOP,
  BREAK,
  CODE,
  LONGEST_BLOB,
  NUMBER,
  WIDEST_GAP,
  tokenize,
  type Tokens,
} from './tokens.ts';

export interface TaggedSpan {
  readonly tag: Exclude<Tag, 'none'>;
  readonly start: number;
  readonly end: number;
  /** Probability of the least sure word in it. */
  readonly confidence: number;
}

export interface Tagged {
  readonly spans: readonly TaggedSpan[];
  /** Up to here more text changes nothing. */
  readonly decided: number;
}

/** A text's words with what is known of each; shared by training and tagging so that both see the same. */
export function classesOf(tokens: Tokens, classify: (hash: number, token: number) => number): Uint8Array {
  const classes = new Uint8Array(tokens.count);
  for (let i = 0; i < tokens.count; i++) {
    const kind = tokens.kind[i]!;
    if (kind === BREAK || kind === STOP || kind === MARK || kind === HANDLE || kind === JUNK || kind === NUMBER)
      continue;
    classes[i] = classify(tokens.hash[i]!, i);
  }
  return classes;
}

/**
 * How many units before a span what decides about it can begin: its run, and before that two tokens with the gaps between. A
 * longer run and longer text without a space are recognised by what is seen of them.
 */
export const TAGGER_REACH = LONGEST_RUN + 2 * (LONGEST_BLOB + WIDEST_GAP + 1);

export interface TagOptions {
  /** Tag only runs with a number in them and what begins up to this many units behind one: all that addresses need. */
  readonly behindNumbers?: number;
}

export type Tagger = (text: string, options?: TagOptions) => Tagged;

/** Makes a tagger. Not re-entrant, which nothing synchronous needs. */
export function createTagger({ weights, scale, lexicon }: TaggerModel): Tagger {
  unitTables(); // now rather than in the middle of the first request
  const tokens = createTokens();
  const features = new Int32Array(MOST_FEATURES);
  const scores = new Float64Array(TAGS.length);
  const size = TAGS.length;

  return (text, { behindNumbers } = {}) => {
    tokenize(text, tokens);
    const classes = classesOf(tokens, (hash) => lexicon.classes(hash));
    const spans: TaggedSpan[] = [];
    let near = -1;
    const decode = (run: Run): void => {
      if (behindNumbers !== undefined) {
        if (hasNumber(tokens, run)) near = tokens.end[run.last]! + behindNumbers;
        else if (tokens.start[run.first]! > near) return;
      }
      let previous = 0;
      for (let i = run.first; i <= run.last; i++) {
        const n = featuresOf(text, tokens, classes, run, i, previous, features);
        let none = 0;
        let person = 0;
        let organisation = 0;
        let location = 0;
        let address = 0;
        for (let k = 0; k < n; k++) {
          const row = features[k]! * size;
          none += weights[row]!;
          person += weights[row + 1]!;
          organisation += weights[row + 2]!;
          location += weights[row + 3]!;
          address += weights[row + 4]!;
        }
        scores[0] = none;
        scores[1] = person;
        scores[2] = organisation;
        scores[3] = location;
        scores[4] = address;
        let best = 0;
        for (let tag = 1; tag < size; tag++) if (scores[tag]! > scores[best]!) best = tag;
        if (best !== 0) {
          let sum = 0;
          for (let tag = 0; tag < size; tag++) sum += Math.exp((scores[tag]! - scores[best]!) * scale);
          const confidence = 1 / sum;
          const open = previous === best ? spans.at(-1) : undefined;
          if (open === undefined)
            spans.push({
              tag: TAGS[best] as TaggedSpan['tag'],
              start: tokens.start[i]!,
              end: tokens.end[i]!,
              confidence,
            });
          else
            spans[spans.length - 1] = {
              ...open,
              end: tokens.end[i]!,
              confidence: Math.min(open.confidence, confidence),
            };
        }
        previous = best;
      }
    };
    const undecided = eachRun(tokens, classes, decode);
    return { spans, decided: undecided < tokens.count ? tokens.start[undecided]! : text.length };
  };
}

function hasNumber({ kind }: Tokens, { first, last }: Run): boolean {
  for (let i = first; i <= last; i++) if (kind[i] === NUMBER || kind[i] === CODE) return true;
  return false;
}
