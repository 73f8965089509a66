import type { Defence } from './defence.ts';
import { fastAt } from './fast-at/defence.ts';
import { noise } from './noise/defence.ts';
import { pgdAt } from './pgd-at/defence.ts';
import { standard } from './standard/defence.ts';
import { textAugment } from './text-augment/defence.ts';
import { trades } from './trades/defence.ts';

/** Every defence, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const DEFENCES = [
  fastAt, //
  noise, //
  pgdAt, //
  standard, //
  textAugment, //
  trades, //
] as const;

export type DefenceId = (typeof DEFENCES)[number]['meta']['id'];

/** The defence with this id, with its options' type forgotten: callers parse options with its own schema. */
export function defenceNamed(id: string): Defence<string, unknown> | undefined {
  return (DEFENCES as readonly unknown[] as readonly Defence<string, unknown>[]).find(
    (defence) => defence.meta.id === id,
  );
}
