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
    }
  | { readonly allowed: false; readonly reason: string };

type Args = Readonly<Record<string, unknown>>;

/**
 * Puts the principal into a call: who is asked about is never what a model says. `bind` overwrites, `require` denies what
 * differs or is left out, `inject` adds and denies what differs. A claim that is missing or has several values for a value to be
 * written denies.
 */
export function scopeCall(
  given: Args | undefined,
  scopes: readonly ScopeSource[],
  principal: Principal | null,
): ScopedCall {
  if (given === undefined) return { allowed: false, reason: 'The arguments are not a JSON object.' };
  let args: Args = given;
  const written: string[] = [];
  const deny = (reason: string): ScopedCall => ({ allowed: false, reason });
  for (const { bind = {}, require: required = {}, inject = {} } of scopes) {
    for (const [path, claim] of Object.entries(required)) {
      const values = claimValues(principal, claim);
      if (values.length === 0) return deny(`Whom the call is for has no claim "${claim}".`);
      const there = valuesOn(args, path);
      if (there === null || there.length === 0) return deny(`"${path}" has to be given.`);
      if (!there.every((value) => isOneOf(value, values)))
        return deny(`"${path}" is not that of whom the call is for.`);
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
        const next = withValue(args, path.split('.'), value);
        if (next === null) return deny(`"${path}" cannot be written: something on the way is no object.`);
        args = next;
        written.push(path);
      }
    }
  }
  return { allowed: true, args, written };
}

/** The schema of a tool as the model may see it: without the arguments that are injected. */
export function withoutInjected(schema: unknown, scopes: readonly ScopeSource[]): unknown {
  let seen = schema;
  for (const { inject = {} } of scopes)
    for (const path of Object.keys(inject)) seen = withoutProperty(seen, path.split('.'));
  return seen;
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

function withValue(args: Args, [step, ...rest]: readonly string[], value: string): Args | null {
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
