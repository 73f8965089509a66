/**
 * The part of onnx.proto that is read (field numbers as published with ONNX 1.17, IR version 10). Fields that are not here are
 * skipped: documentation, training information, quantisation annotations, device configurations.
 */
export interface Field {
  readonly name: string;
  readonly kind: 'int64' | 'float' | 'double' | 'uint64' | 'text' | 'bytes' | MessageName;
  /** Repeated fields are lists; numbers may stand packed or one by one. */
  readonly many?: true;
}

export type MessageName =
  | 'Model'
  | 'Graph'
  | 'Node'
  | 'Attribute'
  | 'Tensor'
  | 'Value'
  | 'Type'
  | 'TensorType'
  | 'Shape'
  | 'Dimension'
  | 'Opset'
  | 'Entry'
  | 'Function';

type Fields = Readonly<Record<number, Field>>;

const one = (name: string, kind: Field['kind']): Field => ({ name, kind });
const many = (name: string, kind: Field['kind']): Field => ({ name, kind, many: true });

export const SCHEMA: Readonly<Record<MessageName, Fields>> = {
  Model: {
    1: one('irVersion', 'int64'),
    2: one('producer', 'text'),
    3: one('producerVersion', 'text'),
    7: one('graph', 'Graph'),
    8: many('opsets', 'Opset'),
    14: many('metadata', 'Entry'),
    25: many('functions', 'Function'),
  },
  Graph: {
    1: many('node', 'Node'),
    2: one('name', 'text'),
    5: many('initializer', 'Tensor'),
    11: many('input', 'Value'),
    12: many('output', 'Value'),
    13: many('value', 'Value'),
    15: many('sparseInitializer', 'bytes'),
  },
  Node: {
    1: many('input', 'text'),
    2: many('output', 'text'),
    3: one('name', 'text'),
    4: one('op', 'text'),
    5: many('attribute', 'Attribute'),
    7: one('domain', 'text'),
    8: one('overload', 'text'),
  },
  Attribute: {
    1: one('name', 'text'),
    2: one('float', 'float'),
    3: one('int', 'int64'),
    4: one('string', 'bytes'),
    5: one('tensor', 'Tensor'),
    6: one('graph', 'Graph'),
    7: many('floats', 'float'),
    8: many('ints', 'int64'),
    9: many('strings', 'bytes'),
    10: many('tensors', 'Tensor'),
    11: many('graphs', 'Graph'),
    20: one('type', 'int64'),
    21: one('reference', 'text'),
  },
  Tensor: {
    1: many('dims', 'int64'),
    2: one('type', 'int64'),
    3: one('segment', 'bytes'),
    4: many('floats', 'float'),
    5: many('int32s', 'int64'),
    6: many('strings', 'bytes'),
    7: many('int64s', 'int64'),
    8: one('name', 'text'),
    9: one('raw', 'bytes'),
    10: many('doubles', 'double'),
    11: many('uint64s', 'uint64'),
    13: many('external', 'Entry'),
    14: one('location', 'int64'),
  },
  Value: { 1: one('name', 'text'), 2: one('type', 'Type') },
  Type: { 1: one('tensor', 'TensorType') },
  TensorType: { 1: one('element', 'int64'), 2: one('shape', 'Shape') },
  Shape: { 1: many('dim', 'Dimension') },
  Dimension: { 1: one('value', 'int64'), 2: one('name', 'text') },
  Opset: { 1: one('domain', 'text'), 2: one('version', 'int64') },
  Entry: { 1: one('key', 'text'), 2: one('value', 'text') },
  Function: {
    1: one('name', 'text'),
    4: many('input', 'text'),
    5: many('output', 'text'),
    6: many('attribute', 'text'),
    7: many('node', 'Node'),
    9: many('opsets', 'Opset'),
    10: one('domain', 'text'),
    11: many('default', 'Attribute'),
    13: one('overload', 'text'),
  },
};
