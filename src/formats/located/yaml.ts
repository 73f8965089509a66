import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import { type Located, type LocatedMap, type LocatedMember, type LocatedResult, LOCATED_LIMITS } from './located.ts';

/** Aliases that one text may spend on repeating values. */
const MOST_REPEATED = 20_000;

/**
 * YAML 1.2, every document of the text. Aliases are resolved within a limit, and merge keys (`<<`) are merged: what stands in the map itself
 * goes before what is merged into it. A text without a document is one document with null.
 */
export function parseYamlDocuments(text: string): readonly LocatedResult[] {
  let documents;
  try {
    documents = parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false, keepSourceTokens: false });
  } catch {
    return [{ ok: false, at: 0, reason: 'it is nested too deep', limit: true }];
  }
  if (!Array.isArray(documents) || documents.length === 0) {
    return [{ ok: true, root: { kind: 'scalar', start: 0, end: 0, value: null, text: '' } }];
  }
  return (documents as Document.Parsed[]).map((document) => {
    const error = document.errors[0];
    if (error !== undefined) return { ok: false, at: error.pos[0], reason: 'it breaks the rules of YAML' };
    try {
      return { ok: true, root: new Conversion(document).node(document.contents, 0) };
    } catch (cause) {
      if (cause instanceof Damage && !cause.limit) return { ok: false, at: cause.at, reason: cause.message };
      if (cause instanceof Damage) return { ok: false, at: cause.at, reason: cause.message, limit: true };
      return { ok: false, at: 0, reason: 'it is nested too deep', limit: true };
    }
  });
}

/** YAML 1.2 of one document; of several, the first. */
export function parseYaml(text: string): LocatedResult {
  return parseYamlDocuments(text)[0]!;
}

class Damage extends Error {
  readonly at: number;
  readonly limit: boolean;
  constructor(at: number, reason: string, limit = false) {
    super(reason);
    this.at = at;
    this.limit = limit;
  }
}

class Conversion {
  readonly #document: Document;
  #values = 0;
  #repeated = 0;
  #inside = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  node(node: Node | null | undefined, depth: number, at = 0): Located {
    const start = node?.range?.[0] ?? at;
    const end = node?.range?.[1] ?? start;
    if (depth > LOCATED_LIMITS.depth)
      throw new Damage(start, `it is nested deeper than ${LOCATED_LIMITS.depth} levels`, true);
    if (++this.#values > LOCATED_LIMITS.values)
      throw new Damage(start, `it has more than ${LOCATED_LIMITS.values} values`, true);
    if (this.#inside > 0 && ++this.#repeated > MOST_REPEATED)
      throw new Damage(start, 'its aliases repeat too much', true);
    if (node === null || node === undefined) return { kind: 'scalar', start, end, value: null, text: '' };
    if (isAlias(node)) {
      this.#inside++;
      const target = this.node(this.#target(node, start), depth + 1, start);
      this.#inside--;
      return target;
    }
    if (isScalar(node)) return { ...scalarOf(node), start, end };
    if (isSeq(node)) {
      return { kind: 'list', start, end, items: node.items.map((item) => this.node(item as Node, depth + 1, start)) };
    }
    if (isMap(node)) {
      const own: LocatedMember[] = [];
      const merged: LocatedMember[] = [];
      for (const pair of node.items) {
        const key = pair.key as Node | null;
        const where = key?.range?.[0] ?? start;
        const value = this.node(pair.value as Node | null, depth + 1, key?.range?.[1] ?? where);
        const name = isScalar(key) ? String(key.value) : key === null ? '' : String(key);
        const merges = name === '<<' && isScalar(key) && key.type === 'PLAIN' ? mapsOf(value) : null;
        if (merges === null) own.push({ name, at: where, value });
        else for (const { members } of merges) merged.push(...members);
      }
      const names = new Set(own.map(({ name }) => name));
      // Of several merged maps the first one wins; of members with one name the last one counts.
      const added = new Map<string, LocatedMember>();
      for (const member of merged)
        if (!names.has(member.name) && !added.has(member.name)) added.set(member.name, member);
      return { kind: 'map', start, end, members: [...own, ...added.values()] };
    }
    throw new Damage(start, 'it has a value of an unknown kind');
  }

  #target(alias: Alias, at: number): Node {
    const found = alias.resolve(this.#document);
    if (found === undefined) throw new Damage(at, 'an alias has no anchor');
    return found;
  }
}

/** What a merge key brings in: a map, or several; null for anything else, which is a member like others. */
function mapsOf(value: Located): readonly LocatedMap[] | null {
  const all = value.kind === 'list' ? value.items : [value];
  return all.length > 0 && all.every((one) => one.kind === 'map') ? all : null;
}

function scalarOf(node: Scalar): {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly text: string;
} {
  const { value } = node;
  if (typeof value === 'string' || value === null) return { kind: 'scalar', value, text: value ?? '' };
  if (typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', value, text: node.source ?? String(value) };
  }
  const text = node.source ?? String(value);
  return { kind: 'scalar', value: text, text };
}
