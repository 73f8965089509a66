import { dereference, format, type Schema, type SchemaDraft, validate } from '@cfworker/json-schema';
import { RE2JS } from 're2js';
import { Fault } from '../../core/fault.ts';

/** Where a value does not fit, and what asked for something else. Never the value. */
export interface Mismatch {
  /** JSON Pointer (RFC 6901); members that the schema does not name are `*`. */
  readonly pointer: string;
  readonly keyword: string;
}

/** A schema that is safe to hold values against, whoever wrote it. */
export interface CompiledSchema {
  /**
   * The first mismatch, or null.
   * @throws Fault `ERR_CHECK_FAILED` when it would take too much work.
   */
  check(value: unknown): Mismatch | null;
}

/** Values in a schema; of a larger one nobody reads the description. */
const MOST_VALUES = 20_000;
const MOST_DEPTH = 64;
/** Subschemas that are applied to one text, where references and choices multiply. */
const MOST_STEPS = 200_000;
/** `uniqueItems` compares each with each. */
const MOST_UNIQUE = 2000;
/** Units of a string that has a format; the expressions for formats are a backtracking engine's. */
const MOST_FORMATTED = 1024;
/** Units of a member's name where names are matched against expressions. */
const MOST_NAME = 128;

const ONE = new Set(['additionalItems', 'unevaluatedItems', 'contains', 'additionalProperties', 'unevaluatedProperties',
  'propertyNames', 'not', 'if', 'then', 'else']); // prettier-ignore
const SEVERAL = new Set(['prefixItems', 'allOf', 'anyOf', 'oneOf']);
const MAP = new Set(['$defs', 'definitions', 'properties', 'patternProperties', 'dependentSchemas']);
const PLAIN = new Set(['$id', '$ref', '$anchor', 'enum', 'const', 'required', 'dependentRequired', 'type', 'maximum', 'minimum',
  'exclusiveMaximum', 'exclusiveMinimum', 'multipleOf', 'maxLength', 'minLength', 'maxItems', 'minItems', 'minContains',
  'maxContains', 'uniqueItems', 'maxProperties', 'minProperties']); // prettier-ignore
/** What would be passed over in silence. */
const REFUSED = new Set(['$dynamicRef', '$recursiveRef', '$recursiveAnchor']);
/** Keywords whose mismatch only says that there is one further in. */
const OUTER = new Set(['properties', 'items', 'prefixItems', 'allOf', '$ref', 'patternProperties', 'additionalProperties',
  'additionalItems', 'unevaluatedProperties', 'unevaluatedItems', 'dependentSchemas', 'dependencies', 'if']); // prettier-ignore

/**
 * Makes a schema safe: a copy with what is known, in which every expression is RE2's, every format bounded, and every
 * application counted.
 * @throws Fault `ERR_CHECK_FAILED` saying where what cannot be checked; a schema that is not understood is no pass.
 */
export function compileSchema(source: unknown): CompiledSchema {
  const copier = new Copier();
  const schema = copier.copy(source, '') as Schema | boolean;
  if (typeof schema === 'boolean') return { check: () => (schema ? null : { pointer: '', keyword: 'false' }) };
  const draft = draftOf(source);
  let lookup: Record<string, Schema | boolean>;
  try {
    lookup = dereference(schema);
  } catch (cause) {
    throw new Fault('ERR_CHECK_FAILED', 'A reference or id in the schema is no URI, or is there twice.', { cause });
  }
  for (const { schema: part, pointer } of copier.references) {
    const target = (part as { readonly __absolute_ref__?: string }).__absolute_ref__;
    if (target === undefined || lookup[target] === undefined)
      throw cannot(pointer, 'refers to what is not in the schema');
  }
  return {
    check(value) {
      if (copier.unique || copier.named) requireSmall(value, copier);
      copier.steps = 0;
      for (const [name, test] of copier.tests) format[name] = test;
      try {
        const { valid, errors } = validate(value, schema, draft, lookup, true);
        if (valid) return null;
        const error = errors.find(({ keyword }) => !OUTER.has(keyword)) ?? errors.at(-1);
        const pointer = knownPointer(error?.instanceLocation ?? '#', copier.names);
        return { pointer, keyword: keywordOf(error) };
      } catch (cause) {
        if (cause instanceof Fault) throw cause;
        throw new Fault('ERR_CHECK_FAILED', 'The text could not be held against the schema.', { cause });
      } finally {
        for (const name of copier.tests.keys()) delete format[name];
      }
    },
  };
}

function keywordOf(error: { readonly keyword: string; readonly keywordLocation: string } | undefined): string {
  if (error === undefined) return 'schema';
  if (error.keyword === 'false') return 'additionalProperties';
  return error.keyword === 'format' && error.keywordLocation.includes('/allOf/') ? 'pattern or format' : error.keyword;
}

class Copier {
  steps = 0;
  unique = false;
  named = false;
  readonly tests = new Map<string, (text: string) => boolean>();
  readonly names = new Set<string>();
  readonly references: { readonly schema: object; readonly pointer: string }[] = [];
  #values = 0;

  copy(source: unknown, pointer: string, depth = 0): unknown {
    this.#count(1, pointer);
    if (typeof source === 'boolean') return source;
    if (typeof source !== 'object' || source === null || Array.isArray(source)) throw cannot(pointer, 'is no schema');
    if (depth > MOST_DEPTH) throw cannot(pointer, 'is too deep');
    const copied: Record<string, unknown> = {};
    const also: unknown[] = [];
    let weight = 1;
    for (const [key, value] of Object.entries(source)) {
      const at = `${pointer}/${key}`;
      if (REFUSED.has(key)) throw cannot(at, 'is not supported');
      if (key === 'pattern') also.push(this.#test(expression(value, at)));
      else if (key === 'format') also.push(...this.#format(value));
      else if (key === 'items' && Array.isArray(value))
        copied[key] = value.map((one, i) => this.copy(one, `${at}/${i}`, depth + 1));
      else if (ONE.has(key) || key === 'items') copied[key] = this.copy(value, at, depth + 1);
      else if (SEVERAL.has(key)) {
        if (!Array.isArray(value)) throw cannot(at, 'must be an array');
        copied[key] = value.map((one, i) => this.copy(one, `${at}/${i}`, depth + 1));
      } else if (MAP.has(key)) copied[key] = this.#map(key, value, at, depth);
      else if (key === 'dependencies') copied[key] = this.#dependencies(value, at, depth);
      else if (PLAIN.has(key)) {
        this.#count(sizeOf(value, 0), at);
        if (key === 'enum' || key === 'required') weight += Array.isArray(value) ? value.length >> 4 : 0;
        if (key === 'uniqueItems' && value === true) this.unique = true;
        copied[key] = value;
      }
    }
    if (also.length > 0) copied['allOf'] = [...((copied['allOf'] as unknown[] | undefined) ?? []), ...also];
    if (typeof copied['$ref'] === 'string') this.references.push({ schema: copied, pointer: `${pointer}/$ref` });
    else if ('$ref' in copied) throw cannot(`${pointer}/$ref`, 'must be a string');
    return this.#counted(copied, weight);
  }

  #map(key: string, value: unknown, at: string, depth: number): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw cannot(at, 'must be an object');
    const map: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(value)) {
      if (key === 'properties') this.names.add(name);
      if (key === 'patternProperties') {
        this.named = true;
        if (!isTame(name)) throw cannot(`${at}/${name}`, 'is an expression that cannot be matched in bounded time');
      }
      const copied = this.copy(part, `${at}/${name}`, depth + 1);
      Object.defineProperty(map, name, { value: copied, enumerable: true, configurable: true, writable: true });
    }
    return map;
  }

  #dependencies(value: unknown, at: string, depth: number): Record<string, unknown> {
    if (typeof value !== 'object' || value === null) throw cannot(at, 'must be an object');
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        Array.isArray(part) ? part.map(String) : this.copy(part, `${at}/${name}`, depth + 1),
      ]),
    );
  }

  #format(value: unknown): unknown[] {
    const known = typeof value === 'string' && Object.hasOwn(format, value) ? format[value] : undefined;
    return known === undefined ? [] : [this.#test((text) => text.length <= MOST_FORMATTED && known(text))];
  }

  /** A subschema that strings must pass a test of ours: the validator asks its table of formats. */
  #test(test: (text: string) => boolean): unknown {
    const name = `parapet:${this.tests.size}`;
    this.tests.set(name, test);
    return this.#counted({ format: name }, 1);
  }

  /** The validator reads this member once each time that it applies the schema. */
  #counted(schema: object, weight: number): object {
    return Object.defineProperty(schema, '$recursiveAnchor', {
      enumerable: false,
      get: () => {
        this.steps += weight;
        if (this.steps > MOST_STEPS)
          throw new Fault('ERR_CHECK_FAILED', 'Holding the text against the schema takes too much work.');
        return undefined;
      },
    });
  }

  #count(values: number, pointer: string): void {
    this.#values += values;
    if (this.#values > MOST_VALUES) throw cannot(pointer, 'makes the schema too large');
  }
}

function expression(value: unknown, at: string): (text: string) => boolean {
  if (typeof value !== 'string' || value.length > 1000) throw cannot(at, 'must be a string of 1000 characters at most');
  let compiled: RE2JS;
  try {
    // ECMA-262 writes what RE2 does with \x{…}.
    compiled = RE2JS.compile(value.replace(/\\u\{?([0-9A-Fa-f]{4,6})\}?/g, '\\x{$1}'));
  } catch {
    throw cannot(at, 'is an expression that cannot be matched in linear time (look-around, back-reference)');
  }
  return (text) => compiled.matcher(text).find();
}

/** One row of letters and classes with at most two open repetitions, none inside another. */
function isTame(pattern: string): boolean {
  if (!/^\^?(?:(?:[\w /:@,-]|\\[dwsDWS./$-]|\.|\[[^\]\\]*\])(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})?)*\$?$/.test(pattern))
    return false;
  return (pattern.match(/[*+]|,\}/g)?.length ?? 0) <= (pattern.startsWith('^') ? 2 : 1) && pattern.length <= 128;
}

function sizeOf(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth > MOST_DEPTH) return MOST_VALUES;
  return Object.values(value).reduce((sum: number, one) => sum + sizeOf(one, depth + 1), 1);
}

function requireSmall(root: unknown, { unique, named }: Copier): void {
  const pending: unknown[] = [root];
  for (let value = pending.pop(); pending.length > 0 || value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value) && unique && value.length > MOST_UNIQUE)
      throw new Fault('ERR_CHECK_FAILED', `An array of more than ${MOST_UNIQUE} cannot be looked through for repeats.`);
    if (!Array.isArray(value) && named && Object.keys(value).some((name) => name.length > MOST_NAME))
      throw new Fault('ERR_CHECK_FAILED', `A member's name has more than ${MOST_NAME} characters.`);
    for (const one of Object.values(value)) if (typeof one === 'object' && one !== null) pending.push(one);
  }
}

function knownPointer(location: string, names: ReadonlySet<string>): string {
  return location
    .replace(/^#/, '')
    .split('/')
    .slice(0, 32)
    .map((step) => {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      return step === '' || /^\d{1,7}$/.test(step) || (names.has(decode(name)) && step.length <= 64) ? step : '*';
    })
    .join('/');
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function draftOf(source: unknown): SchemaDraft {
  const named = String((source as { readonly $schema?: unknown })?.$schema ?? '');
  if (named.includes('draft-04')) return '4';
  if (named.includes('draft-07') || named.includes('draft-06')) return '7';
  return named.includes('2019-09') ? '2019-09' : '2020-12';
}

function cannot(pointer: string, why: string): Fault {
  return new Fault('ERR_CHECK_FAILED', `The schema at "${pointer.slice(0, 200)}" ${why}.`);
}
