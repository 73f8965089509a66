/**
 * `parapet/engine`: ONNX models read, checked, transformed, written, and run with their gradients.
 */
export { Fault } from '../core/fault.ts';
export type { FaultCode } from '../core/fault.ts';
export type {
  OnnxAttribute,
  OnnxElementType,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxTensorData,
  OnnxValue,
} from '../formats/onnx/onnx-model.ts';
export { readOnnx, type ReadOnnxOptions } from '../formats/onnx/read-onnx.ts';
export { writeOnnx } from '../formats/onnx/write-onnx.ts';
export { checkGradient, type GradientCheck } from '../engine/check-gradient.ts';
export {
  GradientModel,
  type GradientModelInfo,
  type GradientModelOptions,
  openGradientModel,
} from '../engine/gradient-model.ts';
export type { GradientCoverage } from '../engine/gradient/coverage.ts';
export { checkOnnx } from '../engine/graph/check-onnx.ts';
export { loadOnnx } from '../engine/load-onnx.ts';
export type { Loss, LossGradient } from '../engine/loss.ts';
export type { FinalOperator } from '../engine/choose-output.ts';
export type { PlanOptions, Preprocessing } from '../engine/model-plan.ts';
export type { RuntimeKind, Tensor } from '../engine/onnx-runtime.ts';
