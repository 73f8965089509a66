import { trimEndOf } from '../text/trim-end-of.ts';
import { amountsIn, isDerived } from './amounts.ts';
import { canonicalValue, comparable, kindOf, standsIn, type ValueKind } from './canonical.ts';
import { agrees, datesIn, dayOf, isEndOfStay } from './dates.ts';
import { type FlowState, leavesOf, type Source, type Written } from './flow-state.ts';
import type { FlowCall } from './history.ts';
import { isLinked } from './linked-record.ts';
import type { Leaf } from './result-index.ts';
import { atLeast, betterTier, type Tier, worseTier } from './tier.ts';
import { relativeDays } from './relative-dates.ts';
import { clockDay } from './clock-day.ts';
import type { ArgumentRole, ToolProfile } from './tool-profile.ts';
import { identifierWords, stem } from './words.ts';

/** Where a value comes from, in words that a person can check. */
export interface Witness {
  readonly tier: Tier;
  readonly kind: ValueKind;
  /** `in your own words`, `the field "sender" of search_emails`, `only in the text of read_file`, `nowhere`. */
  readonly from: string;
}

/** Shorter pieces of text prove nothing. */
const SHORTEST_PIECE = 3;

/** The best witness of one value. @param argument name of the argument, for ids: what has the same name is of the same kind. */
export function witness(
  state: FlowState,
  raw: string | number,
  role: ArgumentRole,
  profile: ToolProfile,
  argument = '',
): Witness {
  const value = canonicalValue(raw);
  const kind = typeof raw === 'number' ? 'number' : kindOf(value);
  if (value === '') return { tier: 'U', kind, from: 'it is empty' };
  if (isUsers(state, value, kind, role, profile)) return { tier: 'U', kind, from: 'in your own words' };
  if (isUsersDay(state, value, kind, role)) return { tier: 'U', kind, from: 'the day that you speak of, by the clock' };
  const found = inFields(state, value, kind, role, profile, argument) ?? inText(state, value);
  if (role === 'amount' && kind === 'number' && (found === null || !atLeast(found.tier, 'S'))) {
    const tier = computedTier(state, Number(value));
    if (tier === 'S') return { tier, kind, from: 'computed from amounts that you spoke of' };
    if (tier === 'D' && found === null) return { tier, kind, from: 'computed from an amount in a text that you named' };
  }
  return found === null ? { tier: 'N', kind, from: 'nowhere in this conversation' } : { ...found, kind };
}

/** The tier of one value of a call. */
export function tierOfValue(
  state: FlowState,
  value: string,
  profile: ToolProfile,
  path: readonly (string | number)[],
): Tier {
  return witness(state, value, profile.role(path), profile, lastName(path)).tier;
}

/** How well each leaf of a call is witnessed, for what it writes. */
export function tiersOfCall(state: FlowState, call: FlowCall, profile: ToolProfile): readonly Written[] {
  const written: Written[] = [];
  for (const { path, value } of leavesOf(call.args)) {
    if (typeof value !== 'string' || value.length < SHORTEST_PIECE) continue;
    // As if somebody were to be reached by it later: what somebody wrote as a subject is no witness for that.
    const { tier } = witness(state, value, profile.role(path) === 'id' ? 'id' : 'recipient', profile, lastName(path));
    if (!atLeast(tier, 'S'))
      written.push({ value: canonicalValue(value), tier: tier === 'N' ? worstInside(state, value) : tier });
  }
  return written;
}

/** A text that the model composed is as good as the worst of what it was shown: anything in it may be somebody else's. */
function worstInside(state: FlowState, value: string): Tier {
  return value.length > 40 && state.tainted ? 'X' : 'N';
}

/** The last name of a path, past the places in lists. */
export function lastName(path: readonly (string | number)[]): string {
  return path.findLast((step): step is string => typeof step === 'string') ?? '';
}

/** The day that the user's recent turns speak of in relation to today, where a clock or the operator says what day it is. */
function isUsersDay(state: FlowState, value: string, kind: ValueKind, role: ArgumentRole): boolean {
  if (role !== 'date' && kind !== 'date') return false;
  const day = dayOf(value);
  const today = clockDay(state);
  if (day === null || today === null) return false;
  const turns = state.turns.slice(-3).join(' ');
  const days = relativeDays(turns, today);
  return days.some((one) => agrees(one, day)) || (days.length > 0 && isEndOfStay(day, turns, days));
}

function isUsers(state: FlowState, value: string, kind: ValueKind, role: ArgumentRole, profile: ToolProfile): boolean {
  const { trusted } = state;
  if (role === 'date' || kind === 'date') {
    const day = dayOf(value);
    if (day !== null) {
      const said = datesIn(trusted);
      if (said.dates.some((date) => agrees(date, day)) || isEndOfStay(day, trusted)) return true;
    }
  }
  if (role === 'amount' && kind === 'number')
    return amountsIn(trusted).plain.some((amount) => amount === Number(value));
  if (role === 'id' && /^\d{1,4}$/.test(value)) return isNumbered(trusted, value, profile);
  if (kind === 'url') return isUsersUrl(trusted, value);
  if (kind === 'iban' || kind === 'phone') {
    const form = comparable(value, kind);
    if (form.length >= 7 && standsIn(trusted.replace(/(?<=[\da-z])[ ()./-]+(?=\d)/g, ''), form, true)) return true;
  }
  if (value.length < 2) return false;
  return standsIn(trusted, value, kind !== 'text' || role === 'id' || role === 'recipient' || role === 'secret');
}

/** A short number is an id only where the user says so: `ID 13`, `#13`, `file 13`, `number 13`. */
function isNumbered(trusted: string, value: string, profile: ToolProfile): boolean {
  for (let at = trusted.indexOf(value); at !== -1; at = trusted.indexOf(value, at + 1)) {
    if (/[\d.,:/-]/.test(trusted[at - 1] ?? '')) continue;
    if (/^(?:[\d.:/-]|,\d)/.test(trusted.slice(at + value.length, at + value.length + 2))) continue;
    const before = wordsBefore(trusted, at);
    const near = identifierWords(before);
    if (
      before.includes('#') ||
      near.some((word) => ['id', 'ids', 'number', 'nr', 'no', 'numéro', 'nummer', 'número'].includes(word))
    )
      return true;
    if (near.some((word) => profile.nouns.includes(stem(word)))) return true;
  }
  return trusted.includes(`#${value}`) && standsIn(trusted, value, false);
}

/** Units in front of a number in which its words are looked for. */
const WORDS_WITHIN = 200;

/** The two words in front of a place, or the one to which it is attached; a mark that stands alone before it is none. */
function wordsBefore(text: string, at: number): string {
  const near = text.slice(Math.max(0, at - WORDS_WITHIN), at);
  const isSpace = (place: number): boolean => /\s/.test(near[place] ?? 'x');
  let end = near.length;
  if (end > 1 && `'"#(`.includes(near[end - 1]!) && isSpace(end - 2)) end--;
  if (isSpace(end - 1)) end--;
  const startOf = (from: number): number => {
    let start = from;
    while (start > 0 && !isSpace(start - 1)) start--;
    return start;
  };
  const start = startOf(end);
  return near.slice(start < end && near[start - 1] === ' ' ? startOf(start - 1) : start, end);
}

const URLS = /(?:https?:\/\/|www\.)[^\s"'<>()[\]]+|(?<![@\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:\/[^\s"'<>()[\]]*)?/g;
/** What may be added to the path of a site that the user named, in units. */
const LONGEST_PATH = 64;

/** The same host and path, or a page below it; nothing may be added that carries data. */
function isUsersUrl(trusted: string, value: string): boolean {
  const asked = comparable(value, 'url');
  for (const [raw] of trusted.matchAll(URLS)) {
    const own = comparable(trimEndOf(raw!, '.,;:!?'), 'url');
    if (asked === own) return true;
    const rest = asked.slice(own.length);
    if (asked.startsWith(`${own}/`) && rest.length <= LONGEST_PATH && !/[?#=&%]/.test(rest)) return true;
  }
  return false;
}

/** Amounts of a text that are looked at, at most. */
const MOST_TEXT_AMOUNTS = 16;

function computedTier(state: FlowState, amount: number): Tier {
  const named = amountsIn(state.turns.slice(-3).join(' '));
  const recorded: number[] = [];
  for (const source of state.sources) {
    source.index.records.forEach((record, index) => {
      if (!isLinked(state, source, index)) return;
      for (const leaf of record.leaves) {
        if (leaf.kind === 'number' && isAmountKey(leaf.key)) recorded.push(Math.abs(Number(leaf.value)));
      }
    });
  }
  const fields = recorded.slice(-32);
  if (isDerived(amount, named, fields)) return 'S';
  const texts = state.sources
    .filter(({ named: asked, index }) => asked === 'user' && index.records.length === 0)
    .map(({ index }) => index.text.slice(0, 20_000));
  const { plain, shares } = amountsIn(texts.join(' '));
  const told = {
    plain: [...named.plain, ...plain.slice(0, MOST_TEXT_AMOUNTS)],
    shares: [...named.shares, ...shares.slice(0, MOST_TEXT_AMOUNTS)],
  };
  return isDerived(amount, told, fields) ? 'D' : 'N';
}

function isAmountKey(key: string): boolean {
  return identifierWords(key).some((word) =>
    ['amount', 'price', 'total', 'sum', 'cost', 'value', 'fee', 'balance', 'rent', 'due'].includes(word),
  );
}

type Found = Omit<Witness, 'kind'>;

function inFields(
  state: FlowState,
  value: string,
  kind: ValueKind,
  role: ArgumentRole,
  profile: ToolProfile,
  argument: string,
): Found | null {
  let best: Found | null = null;
  const form = comparable(value, kind);
  for (const source of state.sources.toReversed()) {
    for (const leaf of source.index.leaves.get(form) ?? []) {
      if (role === 'id' ? !isIdOf(leaf, source, profile, argument) : NAMES_SOMEBODY.has(role) && isProse(leaf.key))
        continue;
      const tier = worseTier(fieldTier(state, source, leaf, profile), writtenTier(state, value));
      if (best === null || (betterTier(tier, best.tier) === tier && tier !== best.tier)) {
        const where = leaf.key === '' ? `an entry of ${source.title}` : `the field "${leaf.key}" of ${source.title}`;
        best = { tier, from: where };
      }
    }
  }
  return best;
}

/** What names somebody or something to reach; a subject or a body never does, even when it is nothing but an address. */
const NAMES_SOMEBODY: ReadonlySet<ArgumentRole> = new Set(['recipient', 'url', 'secret', 'code']);
const PROSE = new Set(
  (
    'subject body content contents text message title description note notes caption comment summary reason memo details remark remarks ' +
    'html markdown post tweet question answer feedback review reviews instructions snippet excerpt abstract bio about headline preview'
  ).split(' '),
);

/** A field that holds what somebody wrote. */
function isProse(key: string): boolean {
  return identifierWords(key).some((word) => PROSE.has(word));
}

function fieldTier(state: FlowState, source: Source, leaf: Leaf, profile: ToolProfile): Tier {
  if (source.profile?.firstParty === true || source.profile?.ownFields.has(leaf.key) === true) return 'T';
  if (leaf.record === -1) return 'F';
  // What a call made is known by the id that it got: to go on with. To do away with it, the user has to have spoken since.
  if (source.written) {
    const unseen = profile.act === 'destroy' && state.done.some(({ call }) => call === source.call);
    return !unseen && /^(?:id|uuid|key)$|_?id_?$/i.test(leaf.key) ? 'S' : 'F';
  }
  if (source.named === 'user' && source.index.records.length === 1) return 'S';
  return isLinked(state, source, leaf.record) ? 'S' : 'F';
}

/** What the model itself wrote somewhere is not made better by reading it back. */
function writtenTier(state: FlowState, value: string): Tier {
  let tier: Tier = 'U';
  for (const written of state.written) if (written.value === value) tier = worseTier(tier, written.tier);
  return tier;
}

const ID_WORDS = new Set(['id', 'ids', 'uuid', 'key', 'ref', 'number', 'no', 'name', 'filename', 'title']);

/** Stems of the words that say what kind of thing a key or an argument is the id of. */
function bareWords(words: readonly string[]): readonly string[] {
  return words.filter((word) => !ID_WORDS.has(word)).map(stem);
}

/** An id only counts for the kind of thing that it is an id of: the 13 of an event is not the file 13. */
function isIdOf(leaf: Leaf, source: Source, profile: ToolProfile, argument: string): boolean {
  const key = identifierWords(leaf.key);
  if (leaf.kind === 'text' && leaf.value.length > 12) return true;
  const bare = bareWords(key);
  // `device_id` of a listing for the argument `device_id`, whatever the tool calls the thing.
  const meant = bareWords(identifierWords(argument));
  if (bare.length > 0 && bare.join(' ') === meant.join(' ') && key.length > bare.length) return true;
  if (bare.length > 0) return bare.some((word) => profile.nouns.includes(word) || profile.objects.has(word));
  if (leaf.key !== '' && !key.some((word) => ID_WORDS.has(word))) return false;
  return source.profile?.nouns.some((noun) => profile.nouns.includes(noun)) ?? false;
}

function inText(state: FlowState, value: string): Found | null {
  if (value.length < 2) return null;
  let best: Found | null = null;
  for (const source of state.sources.toReversed()) {
    if (!standsIn(source.index.text, value, true)) continue;
    const copied = state.written.find((written) => written.value.includes(value));
    const own: Tier = source.named === 'no' ? 'X' : 'D';
    const tier = copied === undefined ? own : worseTier(own, copied.tier === 'N' ? 'X' : copied.tier);
    if (best === null || (tier === 'D' && best.tier === 'X'))
      best = { tier, from: `only in the text of ${source.title}` };
    if (tier === 'D') break;
  }
  return best;
}
