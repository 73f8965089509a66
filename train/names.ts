/**
 * Trains the tagger of names, organisations, places and addresses, and writes its model.
 *
 *     npm run train:names
 *
 * Everything is seeded: the same data and the same versions give the same bytes. What it is made of and how well it does stands in
 * the model's card, src/classify/tagger/names.md.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Run } from '../src/classify/tagger/features.ts';
import { COMMON, ORDINARY } from '../src/classify/tagger/lexicon.ts';
import { encodeTaggerModel, TAGS } from '../src/classify/tagger/model.ts';
import { eachRun } from '../src/classify/tagger/runs.ts';
import { classesOf } from '../src/classify/tagger/tag.ts';
import { createTokens, tokenize, type Tokens } from '../src/classify/tagger/tokens.ts';
import { isCode, readCorpus, type CorpusText } from './names/corpus.ts';
import { Fit, quantise } from './names/fit.ts';
import { loadGazetteer } from './names/gazetteer.ts';
import { createGenerator, type Filler, type Labelled } from './names/generate.ts';
import { createRandom } from './names/random.ts';
import { OPINION_REACH, secondOpinions } from './names/second-opinion.ts';
import { createWeakLabeller, UNKNOWN, type WeakLabeller } from './names/weak.ts';
import { classifyWords, countUsage } from './names/words.ts';

const SEED = 20261127;
const MADE = 70_000;
const ROUNDS = 5;
/** How often a word of a list is taken for one that is not in it, so that names in no list are learned as well. */
const FORGET = 0.25;
/** Surer than this, a first model may label what lists and cues leave open. */
const SURE = 0.7;

/** What a first model says of addresses in real texts is not taken over: there are few, and many numbers. */
const ADDRESS = TAGS.indexOf('address');

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'src/classify/tagger/names.model');
const began = Date.now();
const say = (line: string): void => console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);

const gazetteer = await loadGazetteer();
const corpus = readCorpus(join(root, '../shared/data/prompts'));
const usage = countUsage(corpus);
const words = classifyWords(gazetteer, usage);
say(`${corpus.length} texts, ${words.size} words known, ${gazetteer.cities.length} cities`);

const opinions = await secondOpinions(corpus, ({ source }) => !isCode(source) && !/codegen|gsm8k/.test(source));
say(`${opinions.size} texts with a second opinion`);

const random = createRandom(SEED);
const generator = createGenerator(gazetteer, SEED);
const weak = createWeakLabeller(gazetteer);
const fit = new Fit(0.08, 0.3, 2e-6);
const tokens = createTokens();

const made: Labelled[] = Array.from({ length: MADE }, () => generator.next());
let real = corpus.map((each) => labelWeakly(each, weak, null));
say(`${made.length} made texts, ${real.length} real ones`);
for (let round = 0; round < ROUNDS; round++) {
  if (round > 0) real = corpus.map((each) => labelWeakly(each, weak, fit));
  const texts = [...made, ...real.map((each) => (random.chance(0.5) ? renamed(each, generator.names) : each))].map(
    (each) => (random.chance(0.1) ? spaced(each) : random.chance(0.06) ? small(each) : each),
  );
  shuffle(texts);
  for (const each of texts) learn(each);
  say(`round ${round + 1}: ${texts.length} texts`);
}

const { bytes, scale } = quantise(fit.weights);
const entries = Uint32Array.from(words, ([hash, bits]) => ((hash & ~255) | bits) >>> 0).sort();
const model = encodeTaggerModel(bytes, scale, merged(entries));
writeFileSync(target, model);
say(`${target}: ${model.length} bytes, sha256 ${createHash('sha256').update(model).digest('hex')}`);

/** Two words with the same 24 bits become one. */
function merged(sorted: Uint32Array): Uint32Array {
  const kept: number[] = [];
  for (const entry of sorted) {
    const last = kept.at(-1);
    if (last !== undefined && (last ^ entry) >>> 8 === 0) kept[kept.length - 1] = (last | entry) >>> 0;
    else kept.push(entry);
  }
  return Uint32Array.from(kept);
}

function shuffle<T>(items: T[]): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
}

function known(hash: number): number {
  return words.get(hash) ?? 0;
}

function learn({ text, spans }: Labelled): void {
  tokenize(text, tokens);
  const classes = classesOf(tokens, (hash) => {
    const bits = known(hash);
    return bits !== 0 && random.chance(FORGET) ? bits & (COMMON | ORDINARY) : bits;
  });
  eachRun(tokens, classes, (run) => {
    fit.learn(text, tokens, classes, run, tagsOf(tokens, run, spans), 1);
  });
}

function tagsOf({ start, end }: Tokens, { first, last }: Run, spans: Labelled['spans']): Int8Array {
  const tags = new Int8Array(last - first + 1);
  for (const span of spans) {
    if (span.end <= start[first]! || span.start >= end[last]!) continue;
    for (let i = first; i <= last; i++) if (start[i]! < span.end && span.start < end[i]!) tags[i - first] = span.tag;
  }
  return tags;
}

/** What lists and cues say of a real text, and where they say nothing, what a first model is sure of. */
function labelWeakly({ text, source }: CorpusText, labeller: WeakLabeller, model: Fit | null): Labelled {
  tokenize(text, tokens);
  const classes = classesOf(tokens, known);
  const spans: { start: number; end: number; tag: number }[] = [];
  const judged = opinions.get(text);
  eachRun(tokens, classes, (run) => {
    const tags = labeller.label(tokens, classes, run, isCode(source));
    const guess = model !== null && tags.includes(UNKNOWN) ? model.guess(text, tokens, classes, run) : null;
    for (let i = run.first; i <= run.last; i++) {
      let tag = tags[i - run.first]!;
      if (tag === UNKNOWN && judged !== undefined && tokens.end[i]! <= OPINION_REACH) {
        const said = judged.find(({ start, end }) => start < tokens.end[i]! && tokens.start[i]! < end)?.tag ?? 0;
        if (said !== 0 || (guess !== null && guess.tags[i - run.first] === 0)) tag = said;
      }
      if (
        tag === UNKNOWN &&
        guess !== null &&
        guess.sure[i - run.first]! > SURE &&
        guess.tags[i - run.first] !== ADDRESS
      )
        tag = guess.tags[i - run.first]!;
      if (tag === 0) continue;
      const open = spans.at(-1);
      if (i > run.first && open?.tag === tag && open.end === tokens.end[i - 1]) open.end = tokens.end[i]!;
      else spans.push({ start: tokens.start[i]!, end: tokens.end[i]!, tag });
    }
  });
  return { text, spans };
}

/** The same text about others: what is known to be a name is replaced by another of its kind. */
function renamed({ text, spans }: Labelled, names: Filler): Labelled {
  let changed = '';
  let at = 0;
  const moved: { start: number; end: number; tag: number }[] = [];
  for (const { start, end, tag } of spans) {
    changed += text.slice(at, start);
    let value = text.slice(start, end);
    if (tag > 0 && random.chance(0.7)) {
      const several = value.includes(' ');
      const hole =
        tag === 1 ? (several ? 'P' : random.chance(0.7) ? 'F' : 'L') : tag === 2 ? 'O' : tag === 3 ? 'C' : '';
      if (hole !== '' && /^\p{Lu}/u.test(value))
        value = names.value(
          hole,
          random.chance(0.6) ? 'en' : random.pick(['de', 'fr', 'es', 'it', 'nl', 'pl', 'en_IN', 'sv', 'pt_BR', 'tr']),
        ).text;
    }
    moved.push({ start: changed.length, end: changed.length + value.length, tag });
    changed += value;
    at = end;
  }
  return { text: changed + text.slice(at), spans: moved };
}

/** The same text without capitals; where that moves something, as it was. */
function small({ text, spans }: Labelled): Labelled {
  const lower = text.toLowerCase();
  return { text: lower.length === text.length ? lower : text, spans };
}

/** The same text with spaces before its marks, as tokenised text and hasty typing have it. */
function spaced({ text, spans }: Labelled): Labelled {
  let changed = '';
  const moved = new Int32Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    moved[i] = changed.length;
    const unit = text[i]!;
    if (/[,.!?:;]/.test(unit) && i > 0 && /[\p{L}\p{N})]/u.test(text[i - 1]!) && !/\S/.test(text[i + 1] ?? ' ')) {
      changed += ' ';
      moved[i] = changed.length - 1;
    }
    changed += unit;
  }
  moved[text.length] = changed.length;
  return {
    text: changed,
    spans: spans.map(({ start, end, tag }) => ({ start: moved[start]!, end: moved[end]!, tag })),
  };
}
