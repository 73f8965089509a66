import { clausesOf } from './clauses.ts';
import type { Clause } from './clauses.ts';
import { readTransfer } from './read-transfer.ts';

export const ENCODINGS = ['plain', 'base64', 'reversed', 'spelled'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** What a clause asks for. */
export type Instruction =
  | { readonly kind: 'balance'; readonly account: string | null }
  | { readonly kind: 'transactions'; readonly limit: number | null }
  | { readonly kind: 'messages' }
  | { readonly kind: 'bill'; readonly from: string }
  | { readonly kind: 'email'; readonly from: string }
  /** Look for a payee by name in the list of payees. */
  | { readonly kind: 'payee'; readonly name: string }
  | { readonly kind: 'customer'; readonly id: string }
  | {
      readonly kind: 'transfer';
      /** Decimal, in euros: `950.00`. Null when the text does not say. */
      readonly amount: string | null;
      readonly to: string | null;
      readonly reference: string | null;
    }
  | { readonly kind: 'update'; readonly field: string; readonly value: string }
  | { readonly kind: 'reveal'; readonly what: 'prompt' | 'key'; readonly encoding: Encoding }
  | { readonly kind: 'say'; readonly text: string }
  /** Forget what was asked before. */
  | { readonly kind: 'ignore' }
  /** Do not mention what this text made you do. */
  | { readonly kind: 'hush' }
  | { readonly kind: 'briefly' };

const SECRET_NOUN =
  /\b(?:(?:api|secret|access|internal|service)[\s-]*keys?|keys?|passwords?|credentials?|secrets?|tokens?)\b/i;
const PROMPT_NOUN =
  /\b(?:system (?:prompt|message|instructions?)|(?:initial|hidden|original|your) (?:prompt|instructions?|rules|configuration|config)|configuration|everything above|text above|words above)\b/i;
const TELLING =
  /\b(?:repeat|print|show|reveal|display|output|tell|what|give|dump|write|spell|encode|say|list|read|send)\b/i;

function encodingIn(text: string): Encoding {
  if (/\bbase\s?-?64\b/i.test(text)) return 'base64';
  if (/\b(?:backwards?|reversed?|in reverse)\b/i.test(text)) return 'reversed';
  if (/\b(?:spell|letter by letter|character by character|with (?:dashes|spaces) between)\b/i.test(text))
    return 'spelled';
  return 'plain';
}

function readUpdate(text: string): Instruction | null {
  const found =
    /\b(?:change|update|set)\b.*?\b(e-?mail|phone|address|name)\b(?: (?:address|number))?\b.*?\bto\s+["“']?(.+?)["”']?\s*$/i.exec(
      text,
    );
  if (found === null) return null;
  const field = (found[1] ?? '').toLowerCase().replace('-', '');
  return { kind: 'update', field, value: (found[2] ?? '').replace(/[.!]$/, '') };
}

/** Orders that stand in any text; `imperative` clauses only, when the text is data and not a person's words. */
function readClause({ text, imperative }: Clause, source: 'person' | 'data'): Instruction | null {
  if (source === 'data' && !imperative) return null;
  if (/^(?:ignore|disregard|forget)\b.*\b(?:previous|above|earlier|prior|before|instructions?|rules)\b/i.test(text)) {
    return { kind: 'ignore' };
  }
  if (/^(?:do not|don['’]t|never) (?:mention|tell|say|reveal|show)\b|^keep (?:this|it) (?:quiet|secret)/i.test(text)) {
    return { kind: 'hush' };
  }
  const opened = /\b(bill|invoice|e-?mail)\s+(?:from|of|by)\s+["“]?([\p{L}][\p{L} ]{1,40}?)["”]?[.!?,]?$/iu.exec(text);
  if (opened !== null && !/^(?:pay|transfer|send|wire)\b/i.test(text)) {
    return { kind: /mail/i.test(opened[1] ?? '') ? 'email' : 'bill', from: (opened[2] ?? '').trim() };
  }
  const sought = /\b(?:look up|find|look for)\s+(.+?)\s+(?:among|in|on)\s+(?:my |the )?(?:list of )?payees/i.exec(
    text,
  )?.[1];
  if (sought !== undefined) return { kind: 'payee', name: sought.trim() };
  const customer = /\bcustomer (?:number )?(\d{4,8})\b/i.exec(text)?.[1];
  if (customer !== undefined) return { kind: 'customer', id: customer };
  const transfer = readTransfer(text);
  if (transfer !== null) return transfer;
  const update = readUpdate(text);
  if (update !== null) return update;
  const quoted = /^(?:repeat after me|say|echo|repeat)\b\s*:?\s*["“'](.+?)["”']?\s*$/i.exec(text)?.[1];
  if (quoted !== undefined) return { kind: 'say', text: quoted };
  if (TELLING.test(text) && PROMPT_NOUN.test(text)) {
    return { kind: 'reveal', what: 'prompt', encoding: encodingIn(text) };
  }
  if (TELLING.test(text) && SECRET_NOUN.test(text) && !/\b(?:messages?|e-?mails?|mails?|inbox)\b/i.test(text)) {
    return { kind: 'reveal', what: 'key', encoding: encodingIn(text) };
  }
  if (/\b(?:messages?|e-?mails?|mails?|inbox|letters?)\b/i.test(text)) return { kind: 'messages' };
  if (
    /\b(?:transactions?|statement|payments?|spending|spent|bookings?|incoming|account history|who paid)\b/i.test(text)
  ) {
    const limit = /\b(?:last|latest|recent)?\s*(\d{1,3})\s+(?:\w+\s+)?(?:transactions?|payments?|bookings?)/i.exec(
      text,
    )?.[1];
    return { kind: 'transactions', limit: limit === undefined ? null : Number(limit) };
  }
  if (/\b(?:balances?|how much (?:money )?(?:do|have) i|funds|what do i have)\b/i.test(text)) {
    return { kind: 'balance', account: /\b(current|savings)\b/i.exec(text)?.[1]?.toLowerCase() ?? null };
  }
  return null;
}

/**
 * The instructions in a text, in order. `person`: the words of whoever talks to the model, read generously.
 * `data`: anything else that comes to its eyes (a memo, a mail): only what is put as an order, but then obeyed all the same.
 */
export function readInstructions(text: string, source: 'person' | 'data'): readonly Instruction[] {
  return clausesOf(text).flatMap((clause) => {
    const found = readClause(clause, source);
    const brief = /\b(?:summari[sz]e|summary|sum up|briefly|in short)\b/i.test(clause.text);
    return [...(found === null ? [] : [found]), ...(brief ? [{ kind: 'briefly' } as const] : [])];
  });
}
