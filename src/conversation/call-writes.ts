import type { JsonEdit } from '../text/json/splice-json.ts';

/** What is written into the arguments of a call that passes. */
export interface CallWrite {
  /** All of the arguments as JSON text. */
  readonly text: string;
  /** The places that change; below none of them does another lie. */
  readonly places: readonly { readonly path: readonly string[]; readonly value: unknown }[];
}

/** By the `key` of the call. */
export type CallWrites = ReadonlyMap<string, CallWrite>;

/** Edits for the arguments that stand at `path` as JSON text, or as an object. */
export function argumentEdits(
  path: readonly (string | number)[],
  given: unknown,
  { text, places }: CallWrite,
): readonly JsonEdit[] {
  // Arguments that are left out, or blank, are an empty object.
  if (typeof given === 'string' ? given.trim() === '' : given === undefined || given === null)
    return [{ path, insert: text }];
  return places.map((place) => ({ path: [...path, ...place.path], insert: place.value }));
}
