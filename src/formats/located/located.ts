/**
 * Values of a configuration that know where they stand. Places are UTF-16 units of the text; `end` is exclusive. Made by `parseJsonc`,
 * `parseYaml` and `parseToml`, so that whoever judges a configuration need not know in which of the languages it is written.
 */
export type Located = LocatedMap | LocatedList | LocatedScalar;

export interface LocatedMap {
  readonly kind: 'map';
  readonly start: number;
  readonly end: number;
  /** In the order of the text; a name that is there twice is here twice, and the last one counts. */
  readonly members: readonly LocatedMember[];
}

export interface LocatedMember {
  readonly name: string;
  /** Where the name begins. */
  readonly at: number;
  readonly value: Located;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly start: number;
  readonly end: number;
  readonly items: readonly Located[];
}

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly start: number;
  readonly end: number;
  readonly value: string | number | boolean | null;
  /** As it stands there, without quotes and escapes: `1.10` stays `1.10`. */
  readonly text: string;
}

/** What a parser answers: values, or what is wrong and where. */
export type LocatedResult =
  | { readonly ok: true; readonly root: Located }
  /** `reason` ends a sentence. `limit`: nothing need be wrong with the text, there is more of it than is read. */
  | { readonly ok: false; readonly at: number; readonly reason: string; readonly limit?: true };

/** Bounds of every parser of this folder; what lies beyond is damage. */
export const LOCATED_LIMITS = { depth: 100, values: 400_000 } as const;

/** The member of that path, or undefined where there is none. A name that is there twice means its last. */
export function memberAt(node: Located | undefined, ...path: readonly string[]): Located | undefined {
  let found = node;
  for (const name of path) {
    if (found?.kind !== 'map') return undefined;
    found = found.members.findLast((member) => member.name === name)?.value;
  }
  return found;
}

/** Members of a map; none for anything else. */
export function membersOf(node: Located | undefined): readonly LocatedMember[] {
  return node?.kind === 'map' ? node.members : [];
}

/** Items of a list; none for anything else. */
export function itemsOf(node: Located | undefined): readonly Located[] {
  return node?.kind === 'list' ? node.items : [];
}

/** The text of a string, number or boolean; undefined for anything else. */
export function textOf(node: Located | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? node.text : undefined;
}

/** A leaf with the names that lead to it, joined by dots; items of lists are numbers. */
export interface LocatedLeaf {
  readonly path: string;
  readonly node: LocatedScalar;
}

/** Every scalar below a value, in the order of the text. */
export function* leavesOf(node: Located, path = ''): Generator<LocatedLeaf> {
  if (node.kind === 'scalar') yield { path, node };
  else if (node.kind === 'list')
    for (const [index, item] of node.items.entries()) yield* leavesOf(item, join(path, String(index)));
  else for (const { name, value } of node.members) yield* leavesOf(value, join(path, name));
}

function join(path: string, name: string): string {
  return path === '' ? name.slice(0, 200) : `${path.slice(0, 400)}.${name.slice(0, 200)}`;
}

/** The same without places. */
export function plainOf(node: Located): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainOf);
  const plain: Record<string, unknown> = {};
  for (const { name, value } of node.members)
    Object.defineProperty(plain, name, {
      value: plainOf(value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return plain;
}
