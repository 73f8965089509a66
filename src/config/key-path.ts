import type { JsonPath } from '../conversation/segment.ts';

/** `['prices', 'gpt-4.1', 'input']` as `prices["gpt-4.1"].input`: how a key is named in messages, origins and `secrets`. */
export function keyPath(path: JsonPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z_$][\w$-]*$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** The value at a path, or undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** Every value that is not a list or a map with something in it. */
export function* leaves(value: unknown, path: JsonPath = []): Generator<readonly [JsonPath, unknown]> {
  if (value === undefined) return;
  if (typeof value === 'object' && value !== null) {
    const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
      ? value.map((item: unknown, i) => [i, item])
      : Object.entries(value);
    if (entries.length > 0) {
      for (const [step, member] of entries) yield* leaves(member, [...path, step]);
      return;
    }
  }
  yield [path, value];
}
