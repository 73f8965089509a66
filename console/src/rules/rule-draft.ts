import { toYaml } from './to-yaml.ts';

/** The members of a JSON Schema from which fields are made. */
export interface FieldSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema | boolean;
  readonly anyOf?: readonly FieldSchema[];
}

/** A rule as the file writes it. */
export type RuleDraft = Readonly<Record<string, unknown>>;

/** A copy in which the key has this value; `undefined` takes the key out. */
export function withKey(draft: RuleDraft, key: string, value: unknown): RuleDraft {
  if (value === undefined) return Object.fromEntries(Object.entries(draft).filter(([name]) => name !== key));
  return { ...draft, [key]: value };
}

/** Keys of which the two say something else; options by their own names, as `options.threshold`. */
export function differences(running: RuleDraft, draft: RuleDraft): readonly string[] {
  return [...new Set([...Object.keys(running), ...Object.keys(draft)])].flatMap((key) => {
    const before = running[key];
    const after = draft[key];
    if (same(before, after)) return [];
    if (key !== 'options' || !isObject(before) || !isObject(after)) return [key];
    return differences(before, after).map((name) => `options.${name}`);
  });
}

/** The rule without what it need not say, because it is the default. */
export function withoutDefaults(draft: RuleDraft, schema: FieldSchema, defaults: unknown): RuleDraft {
  const { properties = {} } = schema;
  return Object.fromEntries(
    Object.entries(draft).filter(([key, value]) => {
      if (value === undefined) return false;
      if (key === 'options') return !same(value, defaults);
      return !('default' in (properties[key] ?? {})) || !same(value, properties[key]!.default);
    }),
  );
}

/** What has to be written to try the rule, or to put it into the file. */
export function changesOf(rule: RuleDraft): string {
  const keys = Object.keys(rule).toSorted((a, b) => place(a) - place(b));
  return toYaml({ rules: [Object.fromEntries(keys.map((key) => [key, rule[key]]))] });
}

/** The order in which rules are written by hand. */
const ORDER = ['id', 'detector', 'on', 'roles', 'origins', 'kinds', 'tools', 'messages', 'action', 'restore', 'mode'];

function place(key: string): number {
  const index = ORDER.indexOf(key);
  return index === -1 ? (key === 'options' ? ORDER.length + 1 : ORDER.length) : index;
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(a[key], b[key]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
