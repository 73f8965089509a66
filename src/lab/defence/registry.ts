import type { Defence } from './defence.ts';
import { ensemble } from './ensemble/defence.ts';
import { fastAt } from './fast-at/defence.ts';
import { inputCleaning } from './input-cleaning/defence.ts';
import { patchcleanser } from './patchcleanser/defence.ts';
import { pgdAt } from './pgd-at/defence.ts';
import { smoothing } from './smoothing/defence.ts';
import { standard } from './standard/defence.ts';
import { textAugment } from './text-augment/defence.ts';
import { trades } from './trades/defence.ts';

/** Every defence, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const DEFENCES = [
  ensemble, //
  fastAt, //
  inputCleaning, //
  patchcleanser, //
  pgdAt, //
  smoothing, //
  standard, //
  textAugment, //
  trades, //
] as const;

export type DefenceId = (typeof DEFENCES)[number]['meta']['id'];

/** Names that defences had before. */
const OLD_NAMES: ReadonlyMap<string, DefenceId> = new Map([['noise', 'smoothing']]);

/** The defence with this id, with its options' type forgotten: callers parse options with its own schema. */
export function defenceNamed(id: string): Defence<string, unknown> | undefined {
  const known = OLD_NAMES.get(id) ?? id;
  return (DEFENCES as readonly unknown[] as readonly Defence<string, unknown>[]).find(
    (defence) => defence.meta.id === known,
  );
}
