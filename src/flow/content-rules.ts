import { canonicalText, canonicalValue, isExternal, kindOf, standsIn } from './canonical.ts';
import type { FlowState } from './flow-state.ts';
import type { FlowVerdict } from './sink-table.ts';
import type { ToolProfile } from './tool-profile.ts';
import { witness } from './witness.ts';
import { identifierWords } from './words.ts';

export interface ContentVerdict {
  readonly verdict: FlowVerdict;
  readonly rule: string;
  readonly reason: string;
}

/** Words of a quotation that is no coincidence, and quotations that are looked up at most. */
const QUOTED_WORDS = 4;
const MOST_QUOTATIONS = 64;

const ADDRESSES =
  /(?:https?:\/\/|www\.)[^\s"'<>()[\]]+|[^\s@<>"'(),;:]{1,64}@[^\s@<>"'(),;:]{1,253}|\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?\b|(?<!\d)\+\d[\d ()./-]{6,18}\d/g;

/** Kinds of data that go nowhere unless the user named the kind: keys that hold them, and what users call them. */
const SENSITIVE: readonly { readonly key: RegExp; readonly named: RegExp; readonly what: string }[] = [
  { key: /passport/i, named: /passport|pass number|reisepass|passeport|pasaporte/, what: 'a passport number' },
  {
    key: /(?:credit|debit|payment)?_?card|cvv|cvc/i,
    named: /card|karte|carte|tarjeta|carta|cartão/,
    what: 'a card number',
  },
  {
    key: /password|passwd|passcode|secret|token|api_?key|credential|pin$/i,
    named: /password|passcode|secret|token|key|credential|pin\b|passwort|mot de passe|contraseña|senha/,
    what: 'a credential',
  },
  {
    key: /ssn|social_?security|national_?id|tax_?id|insurance_?number/i,
    named: /ssn|social security|national id|tax id|insurance/,
    what: 'a national id',
  },
  {
    key: /iban|account_?number|bank_?account/i,
    named: /iban|account|bank|konto|compte|cuenta|conto|conta/,
    what: 'an account number',
  },
  {
    key: /diagnos|medical|health|blood|patient_?id/i,
    named: /medical|health|diagnos|patient|doctor|blood/,
    what: 'medical data',
  },
];

/**
 * What text that goes out may carry: no address that only somebody else's text names, no words copied from such a text, no
 * sensitive field whose kind the user did not name.
 */
export function contentVerdict(
  state: FlowState,
  profile: ToolProfile,
  texts: readonly string[],
): ContentVerdict | null {
  const text = canonicalText(texts.join(' \n '));
  if (text === '') return null;
  let worst: ContentVerdict | null = null;
  for (const [address] of text.matchAll(ADDRESSES)) {
    const value = canonicalValue(address);
    if (!isExternal(kindOf(value))) continue;
    const { tier, kind } = witness(state, value, 'content', profile);
    if (tier === 'X')
      return {
        verdict: 'deny',
        rule: 'content-address',
        reason: `it carries a ${kind} that only somebody else's text names`,
      };
    if (tier === 'D' || tier === 'N')
      worst ??= { verdict: 'approve', rule: 'content-address', reason: `it carries a ${kind} that you did not name` };
  }
  return worst ?? sensitive(state, text) ?? quoted(state, text);
}

/** Whether a key holds data of a kind that goes nowhere unless the user's recent turns speak of the kind. */
export function isSensitiveKey(key: string, state: FlowState): boolean {
  const kind = SENSITIVE.find((one) => one.key.test(identifierWords(key).join('_')));
  return kind !== undefined && !kind.named.test(state.turns.slice(-3).join(' '));
}

function sensitive(state: FlowState, text: string): ContentVerdict | null {
  const turns = state.turns.slice(-3).join(' ');
  for (const source of state.sources) {
    for (const { leaves } of source.index.records) {
      for (const { key, value } of leaves) {
        if (value.length < 4 || !standsIn(text, value, true)) continue;
        const kind = SENSITIVE.find((one) => one.key.test(identifierWords(key).join('_')));
        if (kind !== undefined && !kind.named.test(turns)) {
          return {
            verdict: 'approve',
            rule: 'content-sensitive',
            reason: `it carries ${kind.what} from ${source.title}, which you did not speak of`,
          };
        }
      }
    }
  }
  return null;
}

/** Words copied from a text that the user did not ask for. */
function quoted(state: FlowState, text: string): ContentVerdict | null {
  const others = state.sources.filter(({ named }) => named === 'no').map(({ index }) => index.text);
  if (others.length === 0) return null;
  const own = [state.trusted, ...state.sources.filter(({ named }) => named !== 'no').map(({ index }) => index.text)];
  const said = text.split(' ');
  const step = Math.max(QUOTED_WORDS, Math.ceil(said.length / MOST_QUOTATIONS));
  for (let at = 0; at + QUOTED_WORDS <= said.length; at += step) {
    const piece = said.slice(at, at + QUOTED_WORDS).join(' ');
    if (piece.length < 12 || own.some((one) => one.includes(piece))) continue;
    if (others.some((one) => one.includes(piece))) {
      return {
        verdict: 'approve',
        rule: 'content-quoted',
        reason: 'it repeats words of a text that you did not ask for',
      };
    }
  }
  return null;
}
