import { defineRule, type Judges, type Rule, type RuleMeta } from './rule.ts';

/** One row of a family's table: a rule without what all of the family have in common. */
export interface Check extends Omit<RuleMeta, 'family' | 'threats'>, Partial<Pick<RuleMeta, 'threats'>> {
  readonly judge: Judges;
}

/** Folder `scan/rules/<id>/`, and the threats of rows that name none. */
export type Family = Pick<RuleMeta, 'id' | 'threats'>;

/**
 * Rules that look at the same facts and differ in what they look for: a folder `scan/rules/<family>/` with tables of rows, a README, and one
 * line `...family` in `registry.ts`. Every row is a rule of its own to whoever reads reports, accepts findings or asks `parapet explain`.
 */
export function defineFamily(family: Family, checks: readonly Check[]): readonly Rule[] {
  return checks.map(({ judge, ...meta }) =>
    defineRule({ meta: { threats: family.threats, ...meta, family: family.id }, judge }),
  );
}
