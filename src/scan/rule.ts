import type { Severity } from '../core/severity.ts';
import type { Threat } from '../core/threat.ts';
import type { Fact, FactKind, Spot } from './fact.ts';

export interface RuleMeta<Id extends string = string> {
  /** The folder's name; of a rule of a family, the name of its row. */
  readonly id: Id;
  /** The folder's name, for rules of a family. */
  readonly family?: string;
  readonly title: string;
  /** Severity where a finding does not say another. */
  readonly severity: Severity;
  readonly threats: readonly Threat[];
  /** Rules that say more about the same line: where one of them speaks, this one is silent. */
  readonly yieldsTo?: readonly string[];
  /** What it means when this is found: one or two sentences. */
  readonly meaning: string;
  /** What to do about it. */
  readonly fix: string;
  /** Advisories, papers, specifications. */
  readonly references: readonly string[];
  /** Ids of published taxonomies: `AML.T0010`, `CWE-502`. */
  readonly taxonomy: readonly string[];
}

/** What a rule makes of a fact. */
export interface Judgement {
  readonly severity?: Severity;
  /** One sentence for a person, without control characters. */
  readonly message: string;
  /** Where, if not where the fact is. */
  readonly at?: Spot;
}

/** Nothing, one finding, or several at different places of one fact. */
export type Judged = Judgement | readonly Judgement[] | null;

export type Judges = { readonly [Kind in FactKind]?: (fact: Extract<Fact, { kind: Kind }>) => Judged };

/**
 * A rule over facts: a plug-in folder `scan/rules/<id>/` and one line in `registry.ts`, or one row of a family's table. Judges hold no state
 * and never throw.
 */
export interface Rule<Id extends string = string> {
  readonly meta: RuleMeta<Id>;
  readonly judge: Judges;
}

export function defineRule<const Id extends string>(rule: Rule<Id>): Rule<Id> {
  return rule;
}
