import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import type { Artefact } from './defence.ts';
import type { WrapperStep } from './wrapper-config.ts';

/** The artefact of a defence that trains nothing: the model as it is, and what stands around it. */
export function unchanged(model: OnnxModel, wrapper: readonly WrapperStep[]): Artefact {
  return { model, wrapper, seconds: 0, steps: 0, history: [], interrupted: false };
}
