import type { Instruction } from './instruction.ts';

/** ISO 13616: two letters, two check digits, 11 to 30 letters and digits, often in groups of four. */
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/;
const AMOUNT = /(?:€|eur\b|£|\$)\s*(\d[\d.,]*)|(\d[\d.,]*)\s*(?:€|eur(?:os?)?\b|pounds?\b|dollars?\b|£|\$)/i;
const ANY_NUMBER = /(?<![\w.,])(\d[\d.,]*)(?![\w])/;
const STOPS =
  /\s*(?:,|\b(?:for|with|from|iban|as|using|reference|quoting|today|tomorrow|now|please|account number)\b|$)/i;

/** `1.250,5`, `1,250.50`, `950` → `1250.50`, `1250.50`, `950.00`; null when it is no amount. */
export function readAmount(text: string): string | null {
  let end = text.length;
  while (text[end - 1] === '.' || text[end - 1] === ',') end--;
  const trimmed = text.slice(0, end);
  const decimals = /[.,](\d{1,2})$/.exec(trimmed)?.[1];
  const whole = (decimals === undefined ? trimmed : trimmed.slice(0, -(decimals.length + 1))).replaceAll(/[.,]/g, '');
  return /^\d{1,9}$/.test(whole) ? `${Number(whole)}.${(decimals ?? '').padEnd(2, '0')}` : null;
}

function upToStop(text: string): string | null {
  const end = STOPS.exec(text)?.index ?? text.length;
  const name = text
    .slice(0, end)
    .replace(/^(?:the )?(?:account|payee|company|account of)\s+/i, '')
    .replaceAll(/["“”'.!?]/g, '')
    .trim();
  return name === '' || /^\d/.test(name) ? null : name;
}

/** `transfer 20 euros to Anna for lunch`, `pay Anna €20`, `send 5 EUR to DE89 3704 0044 0532 0130 00`. */
export function readTransfer(text: string): Instruction | null {
  const verb = /\b(?:transfer|pay|send|wire|move)\b/i.exec(text);
  if (verb === null || /\b(?:transactions|payments|transfers|messages?|e-?mails?)\b/i.test(text)) return null;
  const rest = text.slice(verb.index + verb[0].length);
  const iban = IBAN.exec(rest)?.[0] ?? null;
  const words = iban === null ? rest : rest.replace(iban, ' ');
  const number = AMOUNT.exec(words) ?? ANY_NUMBER.exec(words);
  const amount = number === null ? null : readAmount(number[1] ?? number[2] ?? '');

  const after = /\bto\s+(?!€|\d)(.+)/i.exec(words)?.[1];
  const before = /^\s*(?!to\b|€|\$|£|eur\b|\d)(.+?)\s+(?:€|\$|£|eur\b|\d)/i.exec(words)?.[1];
  const named = after === undefined ? (before === undefined ? null : upToStop(before)) : upToStop(after);
  if (amount === null && named === null && iban === null) return null;

  const reference =
    /\b(?:reference|memo|note|purpose)\b\s*(?:is|being|of|:|=)?\s*["“']?(.+?)["”'.]*\s*$/i.exec(words)?.[1] ??
    /\bfor\s+(?:the\s+)?["“']?(.+?)["”'.]*\s*$/i.exec(words)?.[1] ??
    null;
  return { kind: 'transfer', amount, to: iban?.replaceAll(' ', '') ?? named, reference };
}
