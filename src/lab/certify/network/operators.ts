import {
  importBatchNormalization,
  importDropout,
  importScale,
  importSigmoid,
  importSum,
  importTanh,
} from './import-elementwise.ts';
import { importGemm, importMatMul } from './import-products.ts';
import {
  importCast,
  importConcat,
  importGather,
  importIdentity,
  importPad,
  importReduce,
  importReshape,
  importShape,
  importSlice,
  importTranspose,
} from './import-shapes.ts';
import { importAveragePool, importConv, importMaxPool } from './import-windows.ts';
import type { OperatorImporter } from './network-draft.ts';
import { importAbs, importClip, importExtreme, importLeakyRelu, importRelu } from './piecewise-linear.ts';

/** Every operator that bounds are known for, where it depends on the input. */
export const BOUNDED_OPERATORS: ReadonlyMap<string, OperatorImporter> = new Map(
  Object.entries({
    Abs: importAbs,
    Add: importSum,
    AveragePool: importAveragePool,
    BatchNormalization: importBatchNormalization,
    Cast: importCast,
    Clip: importClip,
    Concat: importConcat,
    Conv: importConv,
    Div: importScale,
    Dropout: importDropout,
    Flatten: importReshape,
    Gather: importGather,
    Gemm: importGemm,
    GlobalAveragePool: importAveragePool,
    GlobalMaxPool: importMaxPool,
    Identity: importIdentity,
    LeakyRelu: importLeakyRelu,
    MatMul: importMatMul,
    Max: importExtreme,
    MaxPool: importMaxPool,
    Min: importExtreme,
    Mul: importScale,
    Neg: importScale,
    PRelu: importLeakyRelu,
    Pad: importPad,
    ReduceMean: importReduce,
    ReduceSum: importReduce,
    Relu: importRelu,
    Reshape: importReshape,
    Shape: importShape,
    Sigmoid: importSigmoid,
    Slice: importSlice,
    Squeeze: importReshape,
    Sub: importSum,
    Sum: importSum,
    Tanh: importTanh,
    Transpose: importTranspose,
    Unsqueeze: importReshape,
  }),
);
