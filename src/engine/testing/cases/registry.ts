import type { OperatorCase } from '../operator-case.ts';
import { ARITHMETIC_CASES, FUNCTION_CASES, MASKED_CASES } from './arithmetic.ts';
import { REDUCTION_CASES } from './reductions.ts';
import { PLACE_CASES, SHAPE_CASES } from './shapes.ts';

/** Every case list. */
export const OPERATOR_CASES: readonly OperatorCase[] = [
  ...ARITHMETIC_CASES,
  ...FUNCTION_CASES,
  ...MASKED_CASES,
  ...REDUCTION_CASES,
  ...SHAPE_CASES,
  ...PLACE_CASES,
];
