import { Fault } from '../../core/fault.ts';
import { TABULAR_DECLARATION, type TabularDeclaration } from './declaration.ts';

export interface Relation {
  readonly features: Int32Array;
  readonly coefficients: Float64Array;
  readonly is: '==' | '<=' | '>=';
  readonly value: number;
}

/** A declaration ready to use: everything by the index of a feature. */
export interface TabularConstraints {
  readonly names: readonly string[];
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly integer: Uint8Array;
  /** -1: may only fall; 1: may only rise; 0: any; 2: stays. */
  readonly change: Int8Array;
  /** Cost of one unit of change. */
  readonly cost: Float64Array;
  readonly groups: readonly Int32Array[];
  readonly relations: readonly Relation[];
}

const CHANGES = { any: 0, none: 2, increase: 1, decrease: -1 } as const;

/**
 * @throws Fault `ERR_CONFIG` where a name is unknown or doubled, a range is empty, or a group's columns are no 0/1 columns
 */
export function defineConstraints(declaration: TabularDeclaration): TabularConstraints {
  const { features, oneHot, relations } = TABULAR_DECLARATION.parse(declaration);
  const index = new Map<string, number>();
  features.forEach(({ name }, at) => {
    if (index.has(name))
      throw new Fault('ERR_CONFIG', 'Two features of the table have one name.', { where: `features.${at}.name` });
    index.set(name, at);
  });
  const find = (name: string, where: string): number => {
    const at = index.get(name);
    if (at === undefined)
      throw new Fault('ERR_CONFIG', 'A constraint names a feature that is not declared.', { where });
    return at;
  };
  const grouped = new Set<number>();
  const groups = oneHot.map((names, group) =>
    Int32Array.from(names, (name) => {
      const at = find(name, `oneHot.${group}`);
      if (grouped.has(at))
        throw new Fault('ERR_CONFIG', 'A column is in two one-hot groups, or twice in one.', {
          where: `oneHot.${group}`,
        });
      grouped.add(at);
      return at;
    }),
  );
  features.forEach(({ range }, at) => {
    if (range !== undefined && !(range[0] <= range[1])) {
      throw new Fault('ERR_CONFIG', 'A range begins above its end.', { where: `features.${at}.range` });
    }
  });
  return {
    names: features.map(({ name }) => name),
    low: Float32Array.from(features, ({ range }, at) => (grouped.has(at) ? 0 : (range?.[0] ?? -Infinity))),
    high: Float32Array.from(features, ({ range }, at) => (grouped.has(at) ? 1 : (range?.[1] ?? Infinity))),
    integer: Uint8Array.from(features, ({ type }, at) => Number(type === 'integer' || grouped.has(at))),
    change: Int8Array.from(features, ({ change }) => CHANGES[change]),
    cost: Float64Array.from(
      features,
      ({ cost, range }) => cost ?? (range === undefined || range[0] === range[1] ? 1 : 1 / (range[1] - range[0])),
    ),
    groups,
    relations: relations.map(({ sum, is, value }, at) => {
      const names = Object.keys(sum);
      if (names.length === 0)
        throw new Fault('ERR_CONFIG', 'A relation sums no features.', { where: `relations.${at}.sum` });
      return {
        features: Int32Array.from(names, (name) => find(name, `relations.${at}`)),
        coefficients: Float64Array.from(names, (name) => sum[name]!),
        is,
        value,
      };
    }),
  };
}

/** Constraints that say nothing but the bounds: every feature real and free. */
export function freeConstraints(low: Float32Array, high: Float32Array): TabularConstraints {
  return {
    names: Array.from(low, (_, at) => `feature ${at}`),
    low,
    high,
    integer: new Uint8Array(low.length),
    change: new Int8Array(low.length),
    cost: Float64Array.from(low, (least, at) =>
      Number.isFinite(high[at]! - least) && high[at]! > least ? 1 / (high[at]! - least) : 1,
    ),
    groups: [],
    relations: [],
  };
}

export interface Violation {
  readonly kind: 'range' | 'integer' | 'one-hot' | 'relation' | 'change';
  /** Index of the feature, group or relation. */
  readonly index: number;
  /** By how much, above 0. */
  readonly amount: number;
}

/** Relations are held to this share of the sum of their terms: rows are float32. */
export const RELATION_TOLERANCE = 1e-5;

/** Left side minus right side of a relation, and what of it counts as held. */
export function relationGap(relation: Relation, row: ArrayLike<number>): { gap: number; tolerance: number } {
  let sum = -relation.value;
  let size = Math.abs(relation.value);
  for (let at = 0; at < relation.features.length; at++) {
    const term = relation.coefficients[at]! * row[relation.features[at]!]!;
    sum += term;
    size += Math.abs(term);
  }
  const gap = relation.is === '==' ? sum : relation.is === '<=' ? Math.max(0, sum) : Math.min(0, sum);
  return { gap, tolerance: RELATION_TOLERANCE * Math.max(size, 1e-6) };
}

/**
 * Everything that a row breaks.
 * @param original the row that an attacker began with; without it, what may change is not looked at
 */
export function violations(
  constraints: TabularConstraints,
  row: ArrayLike<number>,
  original?: ArrayLike<number>,
): Violation[] {
  const found: Violation[] = [];
  const add = (kind: Violation['kind'], index: number, amount: number): void => {
    if (amount > 0 || Number.isNaN(amount))
      found.push({ kind, index, amount: Number.isNaN(amount) ? Infinity : amount });
  };
  for (let at = 0; at < constraints.names.length; at++) {
    const value = row[at]!;
    add(
      'range',
      at,
      Number.isNaN(value) ? NaN : Math.max(constraints.low[at]! - value, value - constraints.high[at]!, 0),
    );
    if (constraints.integer[at] === 1) add('integer', at, Math.abs(value - Math.round(value)));
    if (original === undefined) continue;
    const moved = value - original[at]!;
    const change = constraints.change[at]!;
    if (change === 2) add('change', at, Math.abs(moved));
    else if (change !== 0) add('change', at, Math.max(0, -change * moved));
  }
  constraints.groups.forEach((group, index) => {
    const sum = group.reduce((total, at) => total + row[at]!, 0);
    add('one-hot', index, Math.abs(sum - 1));
  });
  constraints.relations.forEach((relation, index) => {
    const { gap, tolerance } = relationGap(relation, row);
    if (!(Math.abs(gap) <= tolerance)) add('relation', index, Math.abs(gap));
  });
  return found;
}

/** How much a row breaks, each violation as a share of what is usual for it: 0 where it breaks nothing. Also the score of the violation detector. */
export function violationScore(
  constraints: TabularConstraints,
  row: ArrayLike<number>,
  original?: ArrayLike<number>,
): number {
  let score = 0;
  for (const { kind, index, amount } of violations(constraints, row, original)) {
    score +=
      kind === 'relation' || kind === 'one-hot' ? 1 - 1 / (1 + amount) : Math.min(1, amount * constraints.cost[index]!);
  }
  return score;
}
