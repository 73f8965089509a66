import type { Attack } from './attack.ts';

/** Keeps the id's literal type and ties options to defaults. */
export function defineAttack<const Id extends string, Options>(attack: Attack<Id, Options>): Attack<Id, Options> {
  return attack;
}
