import { canonicalValue } from './canonical.ts';
import type { FlowState } from './flow-state.ts';
import type { FlowCall } from './history.ts';
import { isLinked, isNamedRecord } from './linked-record.ts';
import type { ResultRecord } from './result-index.ts';
import { identifierWords, stem } from './words.ts';

/**
 * Recipients that the user designated without spelling them: not "an address from the record", which whoever filled the
 * record could have chosen for any purpose, but exactly the field that the user asked for, used for exactly that.
 */
const PEOPLE = ['participant', 'attendee', 'invitee', 'recipient', 'member', 'guest', 'people', 'person', 'team'].map(
  stem,
);
const SAME = /\b(?:same|as the|as in|all (?:the |of the )?\w+|everyone|everybody|each)\b/;
const REFUND = /\b(?:refund|reimburse|(?:send|pay|give|transfer)\b[^.!?]{0,30}\bback|return)\b/;
const REPLY = /\b(?:reply|respond|answer|write back)\b/;
const FROM = ['sender', 'from', 'payer', 'author', 'organizer', 'organiser', 'creator'];

/** Why the values are what the user designated, or null. @param values all values of the one argument. */
export function designation(state: FlowState, call: FlowCall, values: readonly string[]): string | null {
  const turn = state.turns.slice(-3).join(' ');
  const asked = values.map(canonicalValue);
  return samePeople(state, turn, asked) ?? refund(state, turn, call, asked) ?? reply(state, turn, asked);
}

/** "with the same participants as the meeting X": the whole list of the one record that is named, and nobody else. */
function samePeople(state: FlowState, turn: string, asked: readonly string[]): string | null {
  const spoken = new Set(identifierWords(turn).map(stem));
  if (!SAME.test(turn) || !PEOPLE.some((word) => spoken.has(word))) return null;
  const lists = allRecords(state)
    .filter(({ record }) => isNamedRecord(state, record))
    .flatMap(({ record, title }) => [...record.lists].map(([key, list]) => ({ key, list, title })))
    .filter(({ key }) => identifierWords(key).some((word) => PEOPLE.includes(stem(word)) && spoken.has(stem(word))));
  const different = new Set(lists.map(({ list }) => [...list].toSorted().join(' ')));
  const [only] = lists;
  if (different.size !== 1 || only === undefined) return null;
  const own = only.list.filter((value) => !asked.includes(value));
  // The user's own address may be left out.
  const whole =
    asked.every((value) => only.list.includes(value)) && own.length <= 1 && (own.length === 0 || asked.length > 1);
  return whole ? `all of "${only.key}" of what you named, from ${only.title}` : null;
}

/** "refund what they sent": the sum of one payment back to whom it came from. Nothing is lost, whoever that was. */
function refund(state: FlowState, turn: string, call: FlowCall, asked: readonly string[]): string | null {
  if (!REFUND.test(turn) || asked.length !== 1) return null;
  const amounts = Object.entries(call.args ?? {}).filter(([key, value]) => typeof value === 'number' && isAmount(key));
  if (amounts.length !== 1) return null;
  const amount = amounts[0]![1] as number;
  for (const { record, title, linked } of allRecords(state)) {
    const from = record.leaves.some(({ key, value }) => FROM.includes(key.toLowerCase()) && value === asked[0]);
    const paid = record.leaves.some(({ key, value }) => isAmount(key) && Number(value) === amount);
    if (from && paid && linked) return `the sum that came from there, from ${title}`;
  }
  return null;
}

/** "reply to the mail 'X'": the sender of the one record that is named. */
function reply(state: FlowState, turn: string, asked: readonly string[]): string | null {
  if (!REPLY.test(turn) || asked.length !== 1) return null;
  const senders = allRecords(state)
    .filter(({ record }) => isNamedRecord(state, record))
    .flatMap(({ record, title }) =>
      record.leaves.filter(({ key }) => FROM.includes(key.toLowerCase())).map(({ value }) => ({ value, title })),
    );
  const different = new Set(senders.map(({ value }) => value));
  return different.size === 1 && different.has(asked[0]!)
    ? `the sender of what you named, from ${senders[0]!.title}`
    : null;
}

function isAmount(key: string): boolean {
  return identifierWords(key).some((word) => ['amount', 'sum', 'total', 'value', 'price'].includes(word));
}

function allRecords(
  state: FlowState,
): readonly { readonly record: ResultRecord; readonly title: string; readonly linked: boolean }[] {
  return state.sources.flatMap((source) =>
    source.index.records.map((record, index) => ({
      record,
      title: source.title,
      linked: isLinked(state, source, index),
    })),
  );
}
