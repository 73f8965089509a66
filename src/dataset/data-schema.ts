import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import { defineConstraints, type TabularConstraints } from '../lab/tabular/constraints.ts';
import { TABULAR_DECLARATION } from '../lab/tabular/declaration.ts';

const NAME = z.string().min(1).max(1000);
const COLUMN = z.strictObject({
  type: z
    .enum(['number', 'integer', 'text', 'boolean', 'date', 'list', 'object', 'bytes'])
    .optional()
    .describe('Text of CSV counts as the type that it can be read as.'),
  nullable: z.boolean().default(false).describe('Whether a cell may be empty, null or missing.'),
  range: z.tuple([z.number(), z.number()]).optional().describe('Smallest and largest number.'),
  length: z.tuple([z.int().nonnegative(), z.int().nonnegative()]).optional().describe('Fewest and most characters.'),
  values: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .max(100_000)
    .optional()
    .describe('All that is allowed.'),
  unique: z.boolean().default(false).describe('Whether no value may stand twice, over all files.'),
});

/**
 * What rows must be, in JSON or YAML:
 *
 *     columns:
 *       id: { type: integer, unique: true }
 *       age: { type: integer, range: [0, 120], nullable: true }
 *       label: { values: [spam, ham] }
 *     additionalColumns: false
 *     nulls: ['', NA]
 *     relations:
 *       - { sum: { paid: 1, open: 1, total: -1 }, is: '==', value: 0 }
 *
 * `features`, `oneHot` and `relations` are those of the declaration of a table for attacks.
 */
export const DATA_SCHEMA = z.strictObject({
  columns: z.record(NAME, COLUMN).default({}),
  additionalColumns: z.boolean().default(true),
  nulls: z.array(z.string()).default(['']).describe('Texts that mean that there is no value.'),
  features: TABULAR_DECLARATION.shape.features.optional(),
  oneHot: TABULAR_DECLARATION.shape.oneHot,
  relations: TABULAR_DECLARATION.shape.relations,
});

export interface DataSchema {
  readonly columns: Readonly<Record<string, z.infer<typeof COLUMN>>>;
  readonly additionalColumns: boolean;
  readonly nulls: ReadonlySet<string>;
  /** Constraints over several columns, or null. */
  readonly constraints: TabularConstraints | null;
}

const LONGEST = 8 << 20;

/** @throws Fault `ERR_CONFIG` that says which key is wrong */
export function parseDataSchema(text: string): DataSchema {
  if (text.length > LONGEST) throw new Fault('ERR_CONFIG', 'The schema of the data is longer than 8 MiB.');
  const document = parseDocument(text, { uniqueKeys: true });
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new Fault('ERR_CONFIG', 'The schema of the data is no valid JSON or YAML.', {
      where: `line ${problem.linePos?.[0].line ?? 1}`,
      cause: problem,
    });
  }
  const parsed = DATA_SCHEMA.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Fault('ERR_CONFIG', `The schema of the data is wrong: ${issue.message}`, {
      where: issue.path.join('.') || 'the whole',
      hint: 'docs/data.md has every key.',
    });
  }
  const { columns, additionalColumns, nulls, oneHot, relations } = parsed.data;
  for (const [name, { range, length }] of Object.entries(columns)) {
    if ((range !== undefined && range[0] > range[1]) || (length !== undefined && length[0] > length[1])) {
      throw new Fault('ERR_CONFIG', 'A range begins above its end.', { where: `columns.${name}` });
    }
  }
  const named = new Set([...oneHot.flat(), ...relations.flatMap(({ sum }) => Object.keys(sum))]);
  const declared = parsed.data.features ?? [];
  for (const { name } of declared) named.delete(name);
  const features = [...declared, ...[...named].map((name) => ({ name }))];
  return {
    columns,
    additionalColumns,
    nulls: new Set(nulls),
    constraints: features.length === 0 ? null : defineConstraints({ features, oneHot, relations }),
  };
}
