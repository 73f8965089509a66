import type { Instruction } from './instruction.ts';
import type { ToolCall } from './turn.ts';

type Transfer = Extract<Instruction, { kind: 'transfer' }>;

/** A call that was made in this turn, and what came of it; null: nothing yet. */
export interface Outcome {
  readonly call: ToolCall;
  readonly result: string | null;
}

interface Entry {
  readonly name: string;
  readonly iban: string;
}

/** `pay them 20 euros`: whoever was looked up before. */
export function isToThem(instruction: Instruction): instruction is Transfer {
  return instruction.kind === 'transfer' && instruction.to !== null && /^(?:them|him|her|it)$/i.test(instruction.to);
}

/**
 * The transfer to the payee that was looked up. The newest entry that reads like the name is taken, as a model takes it that
 * sees letters and not their codes; when that was refused, the name as the person wrote it.
 * @returns null as long as nothing was looked up, or when there is nothing left to try.
 */
export function transferToThem(
  { amount, reference }: Transfer,
  asked: readonly Instruction[],
  outcomes: readonly Outcome[],
): Omit<ToolCall, 'id'> | null {
  const sought = asked.find((one) => one.kind === 'payee')?.name;
  const list = outcomes.find(({ call }) => call.name === 'list_payees')?.result;
  if (sought === undefined || amount === null || list === undefined || list === null) return null;
  const newest = entriesIn(list).findLast(({ name }) => look(name) === look(sought));
  for (const to of newest === undefined ? [sought] : [newest.iban, sought]) {
    const made = outcomes.find(({ call }) => call.name === 'transfer' && call.arguments['to'] === to);
    if (made !== undefined && /"error"|^blocked by policy /.test(made.result ?? '')) continue;
    return { name: 'transfer', arguments: { to, amount, ...(reference === null ? {} : { reference }) } };
  }
  return null;
}

function entriesIn(list: string): readonly Entry[] {
  try {
    const { payees } = JSON.parse(list) as { payees?: unknown };
    return Array.isArray(payees)
      ? (payees as Entry[]).filter(({ name, iban }) => typeof name + typeof iban === 'stringstring')
      : [];
  } catch {
    return [];
  }
}

/** Cyrillic letters that look like Latin ones, as far as names on this bank's list use them. */
const LOOKS: Readonly<Record<string, string>> = { а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', у: 'y', х: 'x', і: 'i' };

function look(name: string): string {
  return [...name.normalize('NFKC').toLowerCase()]
    .map((letter) => LOOKS[letter] ?? letter)
    .join('')
    .trim();
}
