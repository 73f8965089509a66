import type { JsonPath } from '../conversation/segment.ts';
import type { z } from 'zod';

/** What Parapet's own schema is made of; the members of zod's definitions that are read here. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}

export function definitionOf(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

/** The schema below `default`, `optional`, `prefault` and the input side of a transform. */
export function bareSchema(schema: z.ZodType): z.ZodType {
  let bare = schema;
  for (;;) {
    const definition = definitionOf(bare);
    const next = definition.innerType ?? definition.in;
    if (next === undefined) return bare;
    bare = next;
  }
}

/**
 * The schema that a path leads to, guided by the value where a schema has variants; null where it leads nowhere.
 */
export function schemaAt(root: z.ZodType, path: JsonPath, value: unknown): z.ZodType | null {
  let schema = chosen(bareSchema(root), value);
  let here = value;
  for (const step of path) {
    if (schema === null) return null;
    const definition = definitionOf(schema);
    here = typeof here === 'object' && here !== null ? (here as Record<string | number, unknown>)[step] : undefined;
    const next: z.ZodType | undefined =
      typeof step === 'number' ? definition.element : (definition.shape?.[step] ?? definition.valueType);
    schema = next === undefined ? null : chosen(bareSchema(next), here);
  }
  return schema;
}

function chosen(schema: z.ZodType, value: unknown): z.ZodType | null {
  const { options, discriminator } = definitionOf(schema);
  if (options === undefined) return schema;
  if (discriminator === undefined) {
    const wanted = Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value;
    return options.find((option) => definitionOf(bareSchema(option)).type === wanted) ?? null;
  }
  const given = (value as Record<string, unknown> | null | undefined)?.[discriminator];
  for (const option of options) {
    const literal = definitionOf(option).shape?.[discriminator];
    if (literal !== undefined && definitionOf(literal).values?.includes(given)) return option;
  }
  return null;
}
