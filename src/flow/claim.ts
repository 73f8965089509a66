import type { Principal } from '../core/principal.ts';

/**
 * The values of a verified claim, as text; empty when there is none. `sub` is the principal's id where it has no claim of
 * that name. An anonymous principal has no claims.
 */
export function claimValues(principal: Principal | null, name: string): readonly string[] {
  if (principal === null || principal.kind === 'anonymous') return [];
  let value = ownMember(principal.claims, name);
  if (value === undefined) {
    value = principal.claims;
    for (const step of name.split('.')) value = ownMember(value, step);
  }
  if (value === undefined && name === 'sub') return [principal.id];
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  return values.flatMap((one) =>
    (typeof one === 'string' && one !== '') || typeof one === 'number' || typeof one === 'boolean' ? [String(one)] : [],
  );
}

function ownMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
