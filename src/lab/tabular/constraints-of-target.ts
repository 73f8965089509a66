import { Fault } from '../../core/fault.ts';
import type { Box } from '../evasion/norm-ball.ts';
import { defineConstraints, freeConstraints, type TabularConstraints } from './constraints.ts';
import type { TabularDeclaration } from './declaration.ts';

/**
 * The constraints that an attack keeps: those declared, within the target's bounds; the bounds alone where nothing is declared (then every
 * feature costs 1 a unit, as in the other attacks).
 * @throws Fault `ERR_USAGE` where the declaration is of another table
 */
export function constraintsOf(declaration: TabularDeclaration | undefined, box: Box): TabularConstraints {
  const size = box.low.length;
  if (declaration === undefined) return { ...freeConstraints(box.low, box.high), cost: new Float64Array(size).fill(1) };
  const own = defineConstraints(declaration);
  if (own.names.length !== size) {
    throw new Fault('ERR_USAGE', `The constraints declare ${own.names.length} features, the target takes ${size}.`, {
      where: 'constraints.features',
      hint: 'Declare every column, in the order of the data.',
    });
  }
  return {
    ...own,
    low: own.low.map((value, at) => Math.max(value, box.low[at]!)),
    high: own.high.map((value, at) => Math.min(value, box.high[at]!)),
  };
}
