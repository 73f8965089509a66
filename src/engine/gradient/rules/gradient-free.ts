import { defineRules, type GradientRule } from '../gradient-rule.ts';

/** What these give does not depend on the values of a differentiable input, or is a truth value or a place: nothing flows back. */
const OPERATORS = [
  'Constant',
  'ConstantOfShape',
  'Shape',
  'Size',
  'Range',
  'EyeLike',
  'NonZero',
  'OneHot',
  'Unique',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'And',
  'Or',
  'Xor',
  'Not',
  'BitShift',
  'BitwiseAnd',
  'BitwiseOr',
  'BitwiseXor',
  'BitwiseNot',
  'IsNaN',
  'IsInf',
  'NonMaxSuppression',
];

export const GRADIENT_FREE = defineRules([
  ...OPERATORS.map((op): GradientRule => ({ op, build: () => [] })),
  // An embedding of few bits: ids are looked up in a constant table.
  { op: 'GatherBlockQuantized', domain: 'com.microsoft', build: () => [] },
]);
