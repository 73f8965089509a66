import type { GradientRule } from './gradient-rule.ts';
import { ACTIVATIONS } from './rules/activations.ts';
import { ARITHMETIC } from './rules/arithmetic.ts';
import { ATTENTION } from './rules/attention.ts';
import { BLOCK_QUANTIZED } from './rules/block-quantized.ts';
import { BLOCKED_RULES } from './rules/blocked.ts';
import { CONVOLUTION } from './rules/convolution.ts';
import { EINSUM } from './rules/einsum.ts';
import { FUNCTIONS } from './rules/functions.ts';
import { FUSED } from './rules/fused.ts';
import { GRADIENT_FREE } from './rules/gradient-free.ts';
import { GROUPED_ATTENTION } from './rules/grouped-attention.ts';
import { LP_NORMALIZATION } from './rules/lp-normalization.ts';
import { MASKED } from './rules/masked.ts';
import { NORMALIZATION } from './rules/normalization.ts';
import { PATCHES } from './rules/patches.ts';
import { PLACES } from './rules/places.ts';
import { POOLING } from './rules/pooling.ts';
import { PRODUCTS } from './rules/products.ts';
import { QUANTIZATION } from './rules/quantization.ts';
import { QUANTIZED_LAYERS } from './rules/quantized-layers.ts';
import { RECURRENT } from './rules/recurrent.ts';
import { REDUCTIONS } from './rules/reductions.ts';
import { REGIONS } from './rules/regions.ts';
import { RESIZING } from './rules/resize.ts';
import { ROTARY } from './rules/rotary.ts';
import { SAMPLING } from './rules/sampling.ts';
import { SHAPES } from './rules/shapes.ts';
import { SOFTMAX } from './rules/softmax.ts';
import { SPECTRAL } from './rules/spectral.ts';

/** Every rule, by family. A family is a file in `rules/` that exports its list. */
const FAMILIES: readonly (readonly GradientRule[])[] = [
  // Layers and activations.
  CONVOLUTION,
  PRODUCTS,
  POOLING,
  NORMALIZATION,
  ACTIVATIONS,
  SOFTMAX,
  // Elementwise, reductions, shapes.
  ARITHMETIC,
  FUNCTIONS,
  REDUCTIONS,
  SHAPES,
  PLACES,
  RESIZING,
  EINSUM,
  LP_NORMALIZATION,
  // Compositions.
  RECURRENT,
  ATTENTION,
  GROUPED_ATTENTION,
  ROTARY,
  FUSED,
  SAMPLING,
  REGIONS,
  SPECTRAL,
  PATCHES,
  MASKED,
  QUANTIZATION,
  QUANTIZED_LAYERS,
  BLOCK_QUANTIZED,
  GRADIENT_FREE,
];

const RULES = new Map<string, GradientRule>();
for (const rule of FAMILIES.flat()) {
  const key = ruleKey(rule.domain ?? '', rule.op);
  if (RULES.has(key)) throw new Error(`two gradient rules for ${key}`);
  RULES.set(key, rule);
}

/** Not listed: no file has these operators, and their kernels are there on some machines only. */
const INTERNAL = new Map(BLOCKED_RULES.map((rule) => [ruleKey(rule.domain!, rule.op), rule]));

/** The rule for an operator; undefined: it has no gradient. */
export function findGradientRule(domain: string, op: string): GradientRule | undefined {
  const key = ruleKey(domain, op);
  return RULES.get(key) ?? INTERNAL.get(key);
}

/** All rules for operators that models have, in the order of the families. */
export function gradientRules(): readonly GradientRule[] {
  return [...RULES.values()];
}

function ruleKey(domain: string, op: string): string {
  return domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`;
}
