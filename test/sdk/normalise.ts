import { isObject } from '../upstream/json.ts';

const ID = /\b(chatcmpl|cmpl|resp|msg|call|toolu|fc|rs|modr|req)([_-])(?:[0-9A-Za-z]{20,40})\b/g;
const TIMES = new Set(['created', 'created_at', 'timestamp', 'completed_at']);
/** Of the moment, not of the answer. */
const PASSING = new Set(['date', 'x-overhead-ms', 'performance']);

/**
 * Takes out of a result what differs from run to run: ids become `prefix#n` in order of appearance, so that who refers
 * to whom still counts; times become 0; unique model names lose what makes them unique.
 *
 * `usage: null` counts as absent. To settle budgets the gateway asks for usage where the application did not, and keeps
 * the chunk that only has it to itself; the others then say `usage: null`, which the SDKs' types allow on any chunk, and
 * which stays because frames are passed on as they came.
 */
export function normalise(value: unknown): unknown {
  const ids = new Map<string, string>();
  const counts = new Map<string, number>();

  function text(raw: string): string {
    return raw.replaceAll(/\+id=\d+/g, '').replace(ID, (id, prefix: string, join: string) => {
      const known = ids.get(id);
      if (known !== undefined) return known;
      const count = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, count);
      ids.set(id, `${prefix}${join}#${count}`);
      return `${prefix}${join}#${count}`;
    });
  }

  function visit(inner: unknown): unknown {
    if (typeof inner === 'string') return text(inner);
    if (Array.isArray(inner)) return inner.map(visit);
    if (inner instanceof Uint8Array || inner instanceof Float32Array) return [...inner];
    if (inner instanceof Date) return 0;
    if (!isObject(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([name, member]) => !(name === 'usage' && member === null))
        .filter(([name, member]) => member !== undefined && typeof member !== 'function' && !PASSING.has(name))
        .map(([name, member]) => [name, TIMES.has(name) ? 0 : visit(member)]),
    );
  }
  return visit(value);
}
