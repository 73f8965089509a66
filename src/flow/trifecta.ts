import {
  canonicalText,
  canonicalValue,
  comparable,
  isExternal,
  kindOf,
  standsIn,
  type ValueKind,
} from './canonical.ts';
import { carriedIn } from './carried.ts';
import { isOutlet, isPrivate, levelOf } from './confidentiality.ts';
import { isSensitiveKey } from './content-rules.ts';
import type { FlowCause } from './decide.ts';
import type { FlowState } from './flow-state.ts';
import type { FlowProfile } from './sink-table.ts';
import { atLeast, type Tier } from './tier.ts';
import type { ArgumentRole, ToolProfile } from './tool-profile.ts';

/** One leaf of a call on its way out. */
export interface OutgoingValue {
  readonly name: string;
  readonly value: string;
  readonly role: ArgumentRole;
  readonly tier: Tier;
  readonly kind: ValueKind;
}

/**
 * The session as an automaton of three bits: private data was read; something was read that others may have written; and this call
 * is a way out. What may set the third bit is decided here, beside the rules about each value.
 */
export interface TrifectaBits {
  readonly privateRead: boolean;
  readonly untrustedRead: boolean;
}

export function trifectaBits(state: FlowState): TrifectaBits {
  return { privateRead: state.sources.some(isPrivate), untrustedRead: state.tainted };
}

/** What speaks against a call that lets something out, by what it carries and whom it reaches. Empty unless all three bits are set. */
export function trifectaCauses(
  state: FlowState,
  profile: ToolProfile,
  values: readonly OutgoingValue[],
  level: FlowProfile,
): readonly FlowCause[] {
  const { privateRead, untrustedRead } = trifectaBits(state);
  if (!privateRead || !untrustedRead) return [];
  const to = values.filter(
    ({ role, kind }) => (role === 'recipient' && isExternal(kind)) || (role === 'url' && profile.act !== 'read'),
  );
  const outlet = isOutlet(profile, new Set(values.map(({ role }) => role)));
  if (to.length === 0 && !outlet) return [];
  const causes: FlowCause[] = [];
  const secret = state.sources.find((source) => levelOf(source) === 'secret');
  if (secret !== undefined)
    causes.push({
      verdict: 'approve',
      rule: 'secret-read',
      reason: `${secret.title} was read, which is secret: whatever goes out may be of it.`,
    });
  // Whom the user named, or the operator vouches for, the user may tell what is internal.
  const strangers = to.filter(({ tier }) => !atLeast(tier, 'T'));
  const guarded = state.sources.some((source) => ['confidential', 'secret'].includes(levelOf(source)));
  if (strangers.length === 0 && !guarded && !outlet) return causes;
  const text = values.filter(({ role }) => role === 'content' || role === 'other' || role === 'name');
  let carries: string | null = null;
  for (const { source, readers } of carriedIn(state, canonicalText(text.map(({ value }) => value).join(' \n ')))) {
    carries ??= source.title;
    const confidential = levelOf(source) === 'confidential' || levelOf(source) === 'secret';
    const outsider = strangers.find(({ value, kind }) => !readers.has(comparable(canonicalValue(value), kind)));
    if (outsider !== undefined)
      causes.push({
        verdict: confidential ? 'deny' : 'approve',
        rule: 'readers',
        reason: `It carries words of ${source.title}, which are not for whom it goes to.`,
        path: outsider.name,
      });
    else if (confidential)
      causes.push({
        verdict: 'approve',
        rule: 'readers',
        reason: `It carries words of ${source.title}, which is confidential.`,
      });
    // The most confidential comes first: what is behind it asks for nothing stricter.
    if (outsider !== undefined || (!confidential && strangers.length === 0)) break;
  }
  if (outlet && (carries !== null || level === 'strict'))
    causes.push({
      verdict: 'approve',
      rule: 'trifecta',
      reason:
        carries !== null
          ? `It lets out words of ${carries} to anybody, after a text was read that others may have written.`
          : 'It says something to anybody, after private data and a text of somebody else were read.',
    });
  return causes;
}

/** Longest run of letters and digits that people type, in units. */
const LONGEST_WORD = 24;

/**
 * What a look-up at somebody else's service carries: it leaves the house like anything that is sent. Words that were read in private,
 * somebody's address or account, data of a kind that goes nowhere, and runs of characters that stand nowhere (an encoding) need a person.
 */
export function queryCauses(
  state: FlowState,
  profile: ToolProfile,
  values: readonly OutgoingValue[],
): readonly FlowCause[] {
  if (profile.act !== 'read' || !profile.outside) return [];
  const { privateRead, untrustedRead } = trifectaBits(state);
  if (!privateRead || !untrustedRead) return [];
  const causes: FlowCause[] = [];
  const ask = (path: string, what: string): void => {
    causes.push({
      verdict: 'approve',
      rule: 'query-carries',
      reason: `"${path}" carries ${what} out of the house.`,
      path,
    });
  };
  for (const { name, value, role, tier } of values) {
    if (role === 'choice' || role === 'amount' || role === 'date' || tier === 'U' || tier === 'T') continue;
    const text = canonicalText(role === 'url' ? decoded(value) : value);
    const carried = role === 'url' ? undefined : carriedIn(state, text).next().value;
    const known = role === 'url' ? null : address(state, text);
    if (carried) ask(name, `words of ${carried.source.title}`);
    else if (known !== null) ask(name, known);
    else if (isSensitive(state, text)) ask(name, 'data that you did not speak of');
    else if (role !== 'url' && role !== 'id' && isEncoded(state, text)) ask(name, 'characters that stand nowhere');
  }
  return causes;
}

function decoded(url: string): string {
  const readable = url.replace(/[?&=/#+_]/g, ' ');
  try {
    return decodeURIComponent(readable);
  } catch {
    return readable;
  }
}

/** An address, a number or an account in a query that the user did not name and that was read in private. */
function address(state: FlowState, text: string): string | null {
  for (const token of text.split(/[\s"'()<>,;]+/)) {
    const value = canonicalValue(token);
    const kind = kindOf(value);
    if ((kind !== 'email' && kind !== 'iban' && kind !== 'phone') || standsIn(state.trusted, value, true)) continue;
    if (state.sources.some((source) => isPrivate(source) && source.index.text.includes(value))) return `an ${kind}`;
  }
  return null;
}

function isSensitive(state: FlowState, text: string): boolean {
  return state.sources.some((source) =>
    source.index.records.some(({ leaves }) =>
      leaves.some(
        ({ key, value }) =>
          value.length >= 4 &&
          isSensitiveKey(key, state) &&
          standsIn(text, value, true) &&
          !standsIn(state.trusted, value, true),
      ),
    ),
  );
}

function isEncoded(state: FlowState, text: string): boolean {
  return text.split(/[^\p{L}\p{N}+/=_-]+/u).some((run) => {
    if (run.length <= LONGEST_WORD || state.trusted.includes(run)) return false;
    return !state.sources.some(({ index }) => index.text.includes(run));
  });
}
