/** Schemas nest no deeper than a person writes them. */
const MOST_DEPTH = 6;
const MOST_NAMES = 2000;

type Schema = Readonly<Record<string, unknown>>;

/** Names of the arguments of a tool's JSON Schema, nested ones dotted; empty where it names none. */
export function argumentNames(schema: unknown): readonly string[] {
  const names: string[] = [];
  collect(schema, '', 0, names);
  return names;
}

function collect(schema: unknown, prefix: string, depth: number, names: string[]): void {
  for (const [name, below] of Object.entries(propertiesOf(schema))) {
    if (names.length >= MOST_NAMES) return;
    const dotted = prefix + name;
    names.push(dotted);
    if (depth < MOST_DEPTH) collect(itemOf(below), `${dotted}.`, depth + 1, names);
  }
}

/** True when a call cannot go without the argument. */
export function isRequired(schema: unknown, dotted: string): boolean {
  let here: unknown = schema;
  for (const step of dotted.split('.')) {
    const required = (here as { required?: unknown } | null)?.required;
    if (!Array.isArray(required) || !required.includes(step)) return false;
    const properties = propertiesOf(here);
    here = Object.hasOwn(properties, step) ? itemOf(properties[step]) : null;
  }
  return true;
}

function propertiesOf(schema: unknown): Schema {
  const properties = (schema as { properties?: unknown } | null | undefined)?.properties;
  return typeof properties === 'object' && properties !== null ? (properties as Schema) : {};
}

/** Of a list what its entries are. */
function itemOf(schema: unknown): unknown {
  return (schema as { items?: unknown } | null | undefined)?.items ?? schema;
}
