import { ATTENTION } from './operators/attention.ts';
import { CONTROL } from './operators/control.ts';
import { CONVOLUTIONS } from './operators/convolutions.ts';
import { BROADCASTING, ELEMENTWISE } from './operators/elementwise.ts';
import { LANGUAGE, MICROSOFT_LANGUAGE } from './operators/language.ts';
import { LOSSES } from './operators/losses.ts';
import { MICROSOFT } from './operators/microsoft.ts';
import { NORMALIZATIONS } from './operators/normalizations.ts';
import { PRODUCTS } from './operators/products.ts';
import { QUANTIZATION } from './operators/quantization.ts';
import { MICROSOFT_QUANTIZED, QLINEAR } from './operators/quantized-layers.ts';
import { RECURRENT } from './operators/recurrent.ts';
import { REDUCTIONS } from './operators/reductions.ts';
import { REGIONS } from './operators/regions.ts';
import { RESIZING } from './operators/resize.ts';
import { PATCHES } from './operators/patches.ts';
import { CONSTANTS, SHAPES } from './operators/shapes.ts';
import { SPECTRAL } from './operators/spectral.ts';
import type { ReferenceOperators } from './reference-operator.ts';

const STANDARD: ReferenceOperators = {
  ...ELEMENTWISE,
  ...BROADCASTING,
  ...REDUCTIONS,
  ...SHAPES,
  ...CONSTANTS,
  ...PRODUCTS,
  ...CONVOLUTIONS,
  ...NORMALIZATIONS,
  ...RESIZING,
  ...REGIONS,
  ...RECURRENT,
  ...ATTENTION,
  ...QUANTIZATION,
  ...QLINEAR,
  ...LANGUAGE,
  ...SPECTRAL,
  ...PATCHES,
  ...LOSSES,
  ...CONTROL,
};

// ONNX Runtime also registers these in the default domain, from before they were standard.
const EARLY: ReferenceOperators = { SimplifiedLayerNormalization: MICROSOFT['SimplifiedLayerNormalization']! };

/** All operators that the interpreter knows, by domain and name. */
export const REFERENCE_OPERATORS: ReadonlyMap<string, ReferenceOperators> = new Map([
  ['', { ...STANDARD, ...EARLY }],
  ['com.microsoft', { ...MICROSOFT, ...MICROSOFT_QUANTIZED, ...MICROSOFT_LANGUAGE }],
]);
