import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Fault } from '../../core/fault.ts';

const NAME = z.string().min(1).max(200);

/**
 * What rows a table may hold and what an attacker may do to them, as written in YAML or JSON:
 *
 *     features:
 *       - { name: amount, range: [0, 10000], change: any, cost: 0.01 }
 *       - { name: hour, type: integer, range: [0, 23] }
 *       - { name: customer_mean, change: none }
 *     oneHot: [[is_shop, is_atm, is_web]]
 *     relations:
 *       - { sum: { paid: 1, open: 1, total: -1 }, is: '==', value: 0 }
 */
export const TABULAR_DECLARATION = z.strictObject({
  features: z
    .array(
      z.strictObject({
        name: NAME,
        type: z.enum(['real', 'integer']).default('real'),
        range: z.tuple([z.number(), z.number()]).optional().describe('Smallest and largest allowed value.'),
        change: z
          .enum(['any', 'none', 'increase', 'decrease'])
          .default('any')
          .describe('What an attacker can do to the feature: anything, nothing, only raise it, only lower it.'),
        cost: z
          .number()
          .positive()
          .optional()
          .describe(
            'What one unit of change costs; distances are sums of change times cost. Without it, one range is one unit, and without a range, 1.',
          ),
      }),
    )
    .min(1)
    .max(100_000),
  oneHot: z.array(z.array(NAME).min(2)).default([]).describe('Groups of 0/1 columns of which exactly one is 1.'),
  relations: z
    .array(
      z.strictObject({
        sum: z.record(NAME, z.number()).describe('Coefficient by feature.'),
        is: z.enum(['==', '<=', '>=']),
        value: z.number().default(0),
      }),
    )
    .max(10_000)
    .default([]),
});

export type TabularDeclaration = z.input<typeof TABULAR_DECLARATION>;

const LONGEST_TEXT = 8 * 1024 * 1024;

/**
 * Reads a declaration from YAML or JSON.
 * @throws Fault `ERR_CONFIG` that says which key is wrong
 */
export function parseTabularDeclaration(text: string): TabularDeclaration {
  if (text.length > LONGEST_TEXT) throw new Fault('ERR_CONFIG', 'The declaration of the table is longer than 8 MiB.');
  const document = parseDocument(text, { uniqueKeys: true });
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new Fault('ERR_CONFIG', 'The declaration of the table is no valid YAML.', {
      where: `line ${problem.linePos?.[0].line ?? 1}`,
      cause: problem,
    });
  }
  const parsed = TABULAR_DECLARATION.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Fault('ERR_CONFIG', `The declaration of the table is wrong: ${issue.message}`, {
      where: issue.path.join('.'),
    });
  }
  return parsed.data;
}
