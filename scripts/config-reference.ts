import { configJsonSchema, type JsonSchema } from '../src/config/json-schema.ts';

interface Row {
  readonly key: string;
  readonly form: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** `docs/reference/config.md`: every key of the configuration, read from its schema. */
export function configReference(): string {
  const root = configJsonSchema();
  const parts = [
    '# Configuration reference',
    '',
    'Every key of `parapet.yaml`. This page is generated from `src/config/schema.ts` by `npm run docs`; a test fails when it is out of date.',
    'An unknown key is an error. Strings may hold `${NAME}` (an error when unset) or `${NAME:-fallback}`; `$${` stands for `${`.',
    'Durations are written `250ms`, `30s`, `5m`, `12h`, `30d`; sizes `512B`, `64KiB`, `32MiB`, `1GiB`.',
    'Relative paths are relative to the directory of the file.',
    '',
    '`parapet config check` says what is wrong, `parapet config explain` shows what holds and where it comes from,',
    '`parapet config schema` prints the JSON Schema ([parapet.schema.json](parapet.schema.json)) for editors.',
    '',
  ];
  const single: Row[] = [];
  for (const [name, schema] of Object.entries(root.properties ?? {})) {
    const rows = [...rowsOf(name, schema, root.required?.includes(name) === true)];
    if (rows.length === 1) {
      single.push(rows[0]!);
      continue;
    }
    parts.push(`## ${name}`, '', schema.description ?? '', '', ...table(rows.slice(1)), '');
  }
  parts.push('## Other keys', '', ...table(single), '');
  return parts.join('\n');
}

function table(rows: readonly Row[]): string[] {
  return [
    '| key | value | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| \`${row.key}\` | ${row.form} | ${row.fallback} | ${row.meaning} |`),
  ];
}

function* rowsOf(key: string, schema: JsonSchema, required: boolean): Generator<Row> {
  yield { key, form: formOf(schema), fallback: fallbackOf(schema, required), meaning: cell(schema.description ?? '') };
  yield* below(key, schema);
}

function* below(key: string, schema: JsonSchema): Generator<Row> {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* rowsOf(`${key}.${name}`, property, schema.required?.includes(name) === true);
  }
  if (typeof schema.additionalProperties === 'object') yield* below(`${key}.NAME`, schema.additionalProperties);
  if (schema.items !== undefined) yield* below(`${key}[]`, schema.items);
  for (const variant of schema.anyOf ?? []) yield* below(key, variant);
  // Variants differ in few keys: those that all have are shown once.
  const variants = schema.oneOf ?? [];
  const seen = new Set<string>();
  for (const variant of variants) {
    for (const row of below(key, variant)) {
      const id = row.key.endsWith('.detector') ? row.key + row.form : row.key + row.form + row.meaning;
      if (!seen.has(id)) yield row;
      seen.add(id);
    }
  }
}

function fallbackOf(schema: JsonSchema, required: boolean): string {
  if (schema.default === undefined) return required ? '**required**' : '';
  if (typeof schema.default === 'object' && schema.default !== null && Object.keys(schema.default).length === 0) {
    return Array.isArray(schema.default) ? 'none' : '';
  }
  return `\`${cell(JSON.stringify(schema.default)).replace(/^"(.*)"$/, '$1')}\``;
}

function formOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const).replaceAll('"', '')}\``;
  if (schema.enum !== undefined && schema.enum.length > 16) {
    return `one of ${schema.enum.length} names, listed in [parapet.schema.json](parapet.schema.json)`;
  }
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return [...new Set(variants.map(formOf))].join(' or ');
  switch (schema.type) {
    case 'object':
      return schema.properties === undefined && typeof schema.additionalProperties === 'object'
        ? `map of ${formOf(schema.additionalProperties)}`
        : 'keys below';
    case 'array':
      return `list of ${formOf(schema.items ?? {})}`;
    case 'integer':
    case 'number':
      return `${schema.type === 'integer' ? 'whole number' : 'number'}${range(schema)}`;
    case 'boolean':
      return '`true`, `false`';
    case 'string':
      if (schema.pattern?.includes('ms|s|m|h|d') === true) return 'duration';
      if (schema.pattern?.includes('KiB') === true) return 'size';
      return schema.format === 'uri' ? 'URL' : 'string';
    default:
      return 'any';
  }
}

function range(schema: JsonSchema): string {
  const least = schema['minimum'];
  const most = schema['maximum'];
  const from = typeof least === 'number' && least > Number.MIN_SAFE_INTEGER ? `≥ ${least}` : '';
  const to = typeof most === 'number' && most < Number.MAX_SAFE_INTEGER ? `≤ ${most}` : '';
  const both = [from, to].filter((part) => part !== '').join(', ');
  return both === '' ? '' : ` ${both}`;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
