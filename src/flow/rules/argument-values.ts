import { pathName } from '../decide.ts';

/** A place of a call's arguments that a dotted path leads to. */
export interface FoundValue {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/**
 * What a dotted path leads to in arguments; lists on the way are gone through. A place where the rest of the path is not given
 * has the value undefined, so that one entry of a list cannot go without.
 */
export function valuesAt(args: unknown, dotted: string): readonly FoundValue[] {
  const steps = dotted.split('.');
  const nested = follow(args, steps, []);
  if (steps.length === 1 || !isObject(args) || !Object.hasOwn(args, dotted)) return nested;
  // A name with a full stop in it: which of the two the tool reads is not known, so both count.
  return [{ path: [dotted], value: args[dotted] }, ...nested.filter(({ value }) => value !== undefined)];
}

function follow(value: unknown, steps: readonly string[], path: readonly (string | number)[]): readonly FoundValue[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => follow(item, steps, [...path, index]));
  if (!isObject(value) || !Object.hasOwn(value, step)) return [{ path: [...path, step], value: undefined }];
  return follow(value[step], rest, [...path, step]);
}

/** Deeper values are not looked at, and count as unreadable. */
const MOST_DEPTH = 32;

/** The plain values in a value, with the names of their paths; undefined stands for what is too deep. */
export function plainValues(
  { path, value }: FoundValue,
  depth = 0,
): readonly { readonly name: string; readonly value: string | number | boolean | undefined }[] {
  if (value === null || value === undefined) return [];
  if (depth > MOST_DEPTH) return [{ name: pathName(path), value: undefined }];
  if (Array.isArray(value))
    return value.flatMap((item, index) => plainValues({ path: [...path, index], value: item }, depth + 1));
  if (isObject(value))
    return Object.entries(value).flatMap(([key, member]) =>
      plainValues({ path: [...path, key], value: member }, depth + 1),
    );
  return [{ name: pathName(path), value: value as string | number | boolean }];
}

/** True for what is not given: nothing, null, an empty list. */
export function isAbsent({ value }: FoundValue): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
