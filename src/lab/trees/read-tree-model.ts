import { Fault } from '../../core/fault.ts';
import { readLightgbmModel } from '../../formats/lightgbm/read-lightgbm-model.ts';
import { readOnnx } from '../../formats/onnx/read-onnx.ts';
import { readXgboostModel } from '../../formats/xgboost/read-xgboost-model.ts';
import { ensembleOfLightgbm } from './from-lightgbm.ts';
import { ensembleOfOnnx } from './from-onnx.ts';
import { ensembleOfXgboost } from './from-xgboost.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';

export interface TreeModel {
  readonly format: 'xgboost' | 'lightgbm' | 'onnx';
  readonly ensemble: TreeEnsemble;
  readonly classNames: readonly string[];
}

/**
 * Reads a tree ensemble from a file's bytes, telling the format by its beginning: XGBoost (JSON or UBJSON), LightGBM (text), else ONNX.
 * @throws Fault `ERR_MODEL_MALFORMED`, `ERR_MODEL_UNSUPPORTED`
 */
export function readTreeModel(bytes: Uint8Array): TreeModel {
  if (bytes.length === 0) throw new Fault('ERR_MODEL_MALFORMED', 'The model file is empty.');
  if (bytes[0] === 0x7b)
    return { format: 'xgboost', ensemble: ensembleOfXgboost(readXgboostModel(bytes)), classNames: [] };
  const isText =
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(5, bytes.length)).toString('latin1').trim() === 'tree';
  if (isText) return { format: 'lightgbm', ensemble: ensembleOfLightgbm(readLightgbmModel(bytes)), classNames: [] };
  return { format: 'onnx', ...ensembleOfOnnx(readOnnx(bytes)) };
}
