import type { Principal } from '../../core/principal.ts';
import { claimValues } from '../claim.ts';
import type { ScopeSource } from '../rules/rule-file.ts';

/** Arguments as they may go to the tool, or why the call may not. */
export type ScopedCall =
  | {
      readonly allowed: true;
      readonly args: Readonly<Record<string, unknown>>;
      /** Dotted paths that were written, for the record. */
      readonly written: readonly string[];
      /** Dotted paths whose values are the verified principal's own: those that were written, and those that were required. */
      readonly verified: readonly string[];
    }
  | { readonly allowed: false; readonly reason: string };

type Args = Readonly<Record<string, unknown>>;

/**
 * Puts the principal into a call: who is asked about is never what a model says. `bind` overwrites, `require` denies what
 * differs or is left out, `inject` adds and denies what differs. A claim that is missing or has several values for a value to be
 * written denies.
 * @param schema of the tool's arguments: claims are texts, and are written as numbers where it takes nothing else.
 */
export function scopeCall(
  given: Args | undefined,
  scopes: readonly ScopeSource[],
  principal: Principal | null,
  schema: unknown = null,
): ScopedCall {
  if (given === undefined) return { allowed: false, reason: 'The arguments are not a JSON object.' };
  let args: Args = given;
  const written: string[] = [];
  const verified: string[] = [];
  const deny = (reason: string): ScopedCall => ({ allowed: false, reason });
  for (const { bind = {}, require: required = {}, inject = {} } of scopes) {
    for (const [path, claim] of Object.entries(required)) {
      const values = claimValues(principal, claim);
      if (values.length === 0) return deny(`Whom the call is for has no claim "${claim}".`);
      const there = valuesOn(args, path);
      if (there === null || there.length === 0) return deny(`"${path}" has to be given.`);
      if (!there.every((value) => isOneOf(value, values)))
        return deny(`"${path}" is not that of whom the call is for.`);
      verified.push(path);
    }
    for (const [kind, entries] of [
      ['bind', bind],
      ['inject', inject],
    ] as const) {
      for (const [path, claim] of Object.entries(entries)) {
        const values = claimValues(principal, claim);
        const [value] = values;
        if (value === undefined || values.length > 1)
          return deny(`Whom the call is for has ${value === undefined ? 'no' : 'more than one'} claim "${claim}".`);
        if (kind === 'inject') {
          const there = valuesOn(args, path);
          if (there === null || !there.every((one) => isOneOf(one, values)))
            return deny(`"${path}" is not the model's to give.`);
        }
        const typed = inType(value, path.split('.'), schema);
        const next = withValue(args, path.split('.'), typed);
        if (next === null) return deny(`"${path}" cannot be written: something on the way is no object.`);
        if (valueOn(args, path) !== typed) written.push(path);
        args = next;
        verified.push(path);
      }
    }
  }
  return { allowed: true, args, written, verified };
}

/** The arguments of a call without what the scopes write into it: what is the model's own. */
export function withoutWritten(given: Args | undefined, scopes: readonly ScopeSource[]): Args | undefined {
  let args = given;
  for (const { bind = {}, inject = {} } of scopes)
    for (const path of [...Object.keys(bind), ...Object.keys(inject)])
      if (args !== undefined) args = without(args, path.split('.'));
  return args;
}

/** One place of a call's arguments that has to be written, so that every other byte of them stays. */
export interface WrittenPlace {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Where `scoped` differs from what was given: the places nearest to the root at which something is missing or another. */
export function writtenPlaces(given: Args, scoped: Extract<ScopedCall, { allowed: true }>): readonly WrittenPlace[] {
  const places = new Map<string, WrittenPlace>();
  for (const dotted of scoped.written) {
    const path: string[] = [];
    let before: unknown = given;
    let now: unknown = scoped.args;
    for (const step of dotted.split('.')) {
      path.push(step);
      now = (now as Args)[step];
      if (!isObject(before) || !Object.hasOwn(before, step) || !isObject(before[step])) break;
      before = before[step];
    }
    places.set(JSON.stringify(path), { path, value: now });
  }
  return [...places.values()];
}

function without(args: Args, [step, ...rest]: readonly string[]): Args {
  if (step === undefined || !Object.hasOwn(args, step)) return args;
  const below = args[step];
  if (rest.length > 0) return isObject(below) ? { ...args, [step]: without(below, rest) } : args;
  return Object.fromEntries(Object.entries(args).filter(([name]) => name !== step));
}

/** The schema of a tool as the model may see it: without the arguments that are injected. */
export function withoutInjected(schema: unknown, scopes: readonly ScopeSource[]): unknown {
  let seen = schema;
  for (const path of injectedPaths(scopes)) seen = withoutProperty(seen, path.split('.'));
  return seen;
}

/** Dotted paths of the arguments that the model is not to see. */
export function injectedPaths(scopes: readonly ScopeSource[]): readonly string[] {
  return [...new Set(scopes.flatMap(({ inject = {} }) => Object.keys(inject)))];
}

/** Where in a tool's schema an argument is declared, and where it is required: what `withoutInjected` takes out. */
export function placesInSchema(schema: unknown, dotted: string): readonly (readonly (string | number)[])[] {
  const path: (string | number)[] = [];
  const steps = dotted.split('.');
  let here = schema;
  for (const [index, step] of steps.entries()) {
    const properties = isObject(here) ? here['properties'] : null;
    if (!isObject(here) || !isObject(properties) || !Object.hasOwn(properties, step)) return [];
    if (index === steps.length - 1) {
      const required: readonly unknown[] = Array.isArray(here['required']) ? (here['required'] as unknown[]) : [];
      const named = required.flatMap((name, at) => (name === step ? [[...path, 'required', at]] : []));
      return [[...path, 'properties', step], ...named];
    }
    path.push('properties', step);
    here = properties[step];
  }
  return [];
}

function withoutProperty(schema: unknown, [step, ...rest]: readonly string[]): unknown {
  if (!isObject(schema) || step === undefined) return schema;
  const { properties, required } = schema;
  if (!isObject(properties) || !Object.hasOwn(properties, step)) return schema;
  if (rest.length > 0) {
    const below = withoutProperty(properties[step], rest);
    return { ...schema, properties: { ...properties, [step]: below } };
  }
  const left = Object.fromEntries(Object.entries(properties).filter(([name]) => name !== step));
  return {
    ...schema,
    properties: left,
    ...(Array.isArray(required) ? { required: required.filter((name) => name !== step) } : {}),
  };
}

/** A claim in the type that the schema of the argument asks for. */
function inType(value: string, path: readonly string[], schema: unknown): string | number {
  let here = schema;
  for (const step of path) {
    const properties = isObject(here) ? here['properties'] : null;
    here = isObject(properties) && Object.hasOwn(properties, step) ? properties[step] : null;
  }
  const type = isObject(here) ? here['type'] : null;
  const types: readonly unknown[] = Array.isArray(type) ? (type as unknown[]) : [type];
  const number = Number(value);
  const isNumber = (types.includes('integer') || types.includes('number')) && !types.includes('string');
  return isNumber && String(number) === value ? number : value;
}

function valueOn(args: Args, dotted: string): unknown {
  let value: unknown = args;
  for (const step of dotted.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function isOneOf(value: unknown, values: readonly string[]): boolean {
  return (typeof value === 'string' || typeof value === 'number') && values.includes(String(value));
}

/** What stands at a path: none, one, or the entries of a list; null when something on the way is no object. */
function valuesOn(args: Args, dotted: string): readonly unknown[] | null {
  let value: unknown = args;
  for (const step of dotted.split('.')) {
    if (!isObject(value)) return null;
    if (!Object.hasOwn(value, step)) return [];
    value = value[step];
  }
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function withValue(args: Args, [step, ...rest]: readonly string[], value: unknown): Args | null {
  if (step === undefined || step === '__proto__') return null;
  if (rest.length === 0) return { ...args, [step]: value };
  const below = Object.hasOwn(args, step) ? args[step] : {};
  if (!isObject(below)) return null;
  const inner = withValue(below, rest, value);
  return inner === null ? null : { ...args, [step]: inner };
}

function isObject(value: unknown): value is Args {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
