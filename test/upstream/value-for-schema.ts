import { isObject } from './json.ts';

/** A value that fits a JSON Schema: deterministic, and small. `seed` varies the leaves. */
export function valueForSchema(schema: unknown, seed = 0, depth = 0): unknown {
  if (!isObject(schema) || depth > 16) return null;
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][seed % schema['enum'].length];
  const alternatives = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(alternatives)) return valueForSchema(alternatives[0], seed, depth + 1);
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'object': {
      const properties = isObject(schema['properties']) ? schema['properties'] : {};
      return Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [name, valueForSchema(inner, seed, depth + 1)]),
      );
    }
    case 'array':
      return [valueForSchema(schema['items'], seed, depth + 1)];
    case 'string':
      return ['Lisbon', 'Oslo', 'Kyoto'][seed % 3];
    case 'integer':
      return 7 + seed;
    case 'number':
      return 2.5 + seed;
    case 'boolean':
      return seed % 2 === 0;
    default:
      return null;
  }
}
