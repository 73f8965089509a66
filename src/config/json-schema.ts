import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The members of a JSON Schema that are read here and by the configuration reference. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
}

/** What the file may say (`io: 'input'`, so that every default is optional), as JSON Schema draft 2020-12. */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12', reused: 'inline' }) as JsonSchema;
}

/** What a rule with this detector may say; null when there is no such detector. */
export function ruleJsonSchema(detector: string): JsonSchema | null {
  const { items } = configJsonSchema().properties?.['rules'] ?? {};
  return items?.oneOf?.find(({ properties }) => properties?.['detector']?.const === detector) ?? null;
}

const REFERENCE = '#/$defs/reference';

/**
 * The same for editors, as it is published and printed: put `# yaml-language-server: $schema=parapet.schema.json`
 * on the file's first line. Wherever a value has a form, a `${NAME}` reference may stand in its place.
 */
export function configJsonSchemaText(): string {
  const { $schema, ...schema } = orReference(configJsonSchema());
  const published = {
    $schema,
    title: 'Parapet configuration',
    description: 'parapet.yaml: what `parapet serve` reads. Every string may hold ${NAME} or ${NAME:-fallback}.',
    ...schema,
    $defs: {
      reference: {
        type: 'string',
        pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}',
        description: 'From the environment.',
      },
    },
  };
  return `${JSON.stringify(published, null, 2)}\n`;
}

function orReference(schema: JsonSchema): JsonSchema {
  const formed =
    schema.type === 'integer' ||
    schema.type === 'number' ||
    schema.type === 'boolean' ||
    (schema.type === 'string' && (schema.pattern ?? schema.format ?? schema.enum) !== undefined);
  if (formed) {
    const { description, default: fallback, ...form } = schema;
    return {
      ...(description === undefined ? {} : { description }),
      ...(fallback === undefined ? {} : { default: fallback }),
      anyOf: [form, { $ref: REFERENCE }],
    };
  }
  const { properties, items, anyOf, oneOf, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([key, below]) => [key, orReference(below)])),
        }),
    ...(items === undefined ? {} : { items: orReference(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(orReference) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(orReference) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'object' ? orReference(additionalProperties) : additionalProperties,
        }),
  };
}
