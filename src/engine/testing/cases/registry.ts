import type { OperatorCase } from '../operator-case.ts';
import { ACTIVATION_CASES } from './activations.ts';
import { ARITHMETIC_CASES, FUNCTION_CASES, MASKED_CASES } from './arithmetic.ts';
import { ATTENTION_CASES, FUSED_CASES } from './attention.ts';
import { CONVOLUTION_CASES } from './convolutions.ts';
import { LANGUAGE_CASES } from './language.ts';
import { NORM_CASES, PRODUCT_CASES, RESIZE_CASES, SOFTMAX_CASES } from './layers.ts';
import { QUANTIZATION_CASES } from './quantization.ts';
import { QUANTIZED_LAYER_CASES } from './quantized-layers.ts';
import { RECURRENT_CASES } from './recurrent.ts';
import { REDUCTION_CASES } from './reductions.ts';
import { REGION_CASES } from './regions.ts';
import { SAMPLING_CASES } from './sampling.ts';
import { PLACE_CASES, SHAPE_CASES } from './shapes.ts';

/** Every case list. */
export const OPERATOR_CASES: readonly OperatorCase[] = [
  ...ARITHMETIC_CASES,
  ...FUNCTION_CASES,
  ...MASKED_CASES,
  ...ACTIVATION_CASES,
  ...REDUCTION_CASES,
  ...SHAPE_CASES,
  ...PLACE_CASES,
  ...RESIZE_CASES,
  ...NORM_CASES,
  ...PRODUCT_CASES,
  ...SOFTMAX_CASES,
  ...CONVOLUTION_CASES,
  ...RECURRENT_CASES,
  ...ATTENTION_CASES,
  ...FUSED_CASES,
  ...LANGUAGE_CASES,
  ...SAMPLING_CASES,
  ...REGION_CASES,
  ...QUANTIZATION_CASES,
  ...QUANTIZED_LAYER_CASES,
];
