import { isIP } from 'node:net';
import type { Principal } from '../core/principal.ts';
import type { AccessRequest } from './access.ts';

/** Cedar's JSON forms, as far as they are used here. */
interface CedarUid {
  readonly type: string;
  readonly id: string;
}
type CedarValue =
  | string
  | number
  | boolean
  | CedarValue[]
  | { readonly __extn: { readonly fn: string; readonly arg: string } };
export interface CedarEntity {
  readonly uid: CedarUid;
  readonly attrs: Record<string, CedarValue>;
  readonly parents: CedarUid[];
  readonly tags?: Record<string, CedarValue>;
}

/** Levels, and values in all, of one principal's claims. Beyond them nothing is decided, so everything is denied. */
const DEEPEST = 8;
const MOST = 4096;

/** The principal, and its team, as `cedar-schema.ts` declares them. @throws RangeError when its claims are excessive or no text. */
export function principalEntities(principal: Principal): readonly CedarEntity[] {
  const { id, kind, team, keyId } = principal;
  const attrs: Record<string, CedarValue> = { name: wellFormed(id), kind };
  if (team !== undefined) attrs['team'] = wellFormed(team);
  if (keyId !== undefined) attrs['keyId'] = keyId;
  const entity: CedarEntity = {
    uid: { type: 'Principal', id },
    attrs,
    parents: team === undefined ? [] : [{ type: 'Team', id: team }],
    tags: claimTags(principal.claims),
  };
  if (team === undefined) return [entity];
  return [entity, { uid: { type: 'Team', id: team }, attrs: { name: team }, parents: [] }];
}

export function resourceEntity({ type, id }: AccessRequest['resource']): CedarEntity {
  return { uid: { type, id }, attrs: { name: wellFormed(id) }, parents: [] };
}

/**
 * The context, with `address` as Cedar's `ipaddr`. An address that is none (a Unix socket's) is left out: a policy
 * that asks for it then fails to evaluate, and denies.
 */
export function cedarContext(context: AccessRequest['context']): Record<string, CedarValue> {
  const record = tagTable<CedarValue>();
  for (const [name, value] of Object.entries(context)) {
    if (name !== 'address') {
      record[name] = typeof value === 'string' ? wellFormed(value) : value;
      continue;
    }
    const address = plainAddress(String(value));
    if (address !== null) record[name] = { __extn: { fn: 'ip', arg: address } };
  }
  return record;
}

/** Without zone; an IPv4-mapped IPv6 address as IPv4, or it would escape every rule about IPv4 ranges. */
function plainAddress(text: string): string | null {
  const bare = text.split('%', 1)[0]!;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined && isIP(mapped) === 4) return mapped;
  return isIP(bare) === 0 ? null : bare;
}

/** Each claim as a set of strings. A claim's own name comes before a dotted path that happens to spell the same. */
export function claimTags(claims: Readonly<Record<string, unknown>>): Record<string, string[]> {
  const tags = tagTable<string[]>();
  let count = 0;
  const add = (name: string, values: string[]) => {
    count += 1 + values.length;
    if (count > MOST) throw new RangeError(`the principal has more than ${MOST} claim values`);
    tags[wellFormed(name)] ??= values.map(wellFormed);
  };
  let level: [string, unknown][] = Object.entries(claims);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === DEEPEST) throw new RangeError(`the principal's claims are nested more than ${DEEPEST} deep`);
    const deeper: [string, unknown][] = [];
    for (const [name, value] of level) {
      if (Array.isArray(value)) {
        add(name, value.map(textOf));
      } else if (typeof value === 'object' && value !== null) {
        for (const [inner, part] of Object.entries(value)) deeper.push([`${name}.${inner}`, part]);
      } else if (value !== undefined) {
        add(name, value === null ? [] : [textOf(value)]);
      }
    }
    level = deeper;
  }
  return tags;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/**
 * Half of a surrogate pair makes the evaluator throw where it should answer, and leak what it held at that moment.
 */
function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new RangeError('a name or claim of the request is not well-formed Unicode');
}

/** Names come from outside, and `__proto__` is a name like any other. */
function tagTable<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
