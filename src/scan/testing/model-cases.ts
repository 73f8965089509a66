import { type Case, hit, miss } from './case.ts';
import { bytes, stackCallOf } from './make-pickle.ts';
import {
  activeBinding,
  byteCode,
  call,
  closure,
  makeRds,
  numbers,
  pairs,
  promise,
  strings,
  vector,
} from './make-rds.ts';

const varint = (value: number): Uint8Array =>
  value < 128 ? Uint8Array.of(value) : bytes((value & 127) | 128, varint(Math.floor(value / 128)));
const field = (number: number, payload: Uint8Array | string): Uint8Array => {
  const content = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return bytes(varint(number * 8 + 2), varint(content.length), content);
};
const coreml = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  bytes(8, 5, field(2, field(100, field(1, 'A model'))), field(number, bytes(...parts)));
const operation = (type: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  field(3, bytes(field(1, type), ...parts));
const program = (...operations: readonly Uint8Array[]): Uint8Array =>
  coreml(
    502,
    field(2, bytes(field(1, 'main'), field(2, field(3, bytes(field(1, 'CoreML7'), field(2, bytes(...operations))))))),
  );
const blob = (path: string): Uint8Array => field(5, bytes(field(1, 'val'), field(2, field(5, field(1, path)))));

const cbm = (size: number): Uint8Array => {
  const words = Buffer.alloc(24);
  words.write('CBM1', 0, 'latin1');
  words.writeUInt32LE(size, 4);
  words.writeUInt32LE(8, 8);
  words.writeInt32LE(4, 16);
  return Buffer.concat([words, Buffer.from('{"loss_function":{"type":"RMSE"},"x":1}')]);
};
const msgpack = (...parts: readonly (string | number | Uint8Array)[]): Uint8Array =>
  bytes(0x81, 0xa6, 'params', ...parts);

/** Formats of other frameworks. */
export const MODEL_CASES: readonly Case[] = [
  hit('r-code', 'critical', 'a promise that calls the shell', makeRds(vector(numbers(3), promise(call('system', strings('x')))))),
  hit('r-code', 'critical', 'behind other values, in version 2', makeRds(pairs(strings('a', 'b'), promise(call('eval', call('parse', strings('x'))))), 2)),
  hit('r-code', 'high', 'any promise', makeRds(promise(call('f')))),
  hit('r-code', 'critical', 'an active binding', makeRds(activeBinding('x', closure(call('system2', strings('x')))))),
  hit('r-code', 'low', 'a function that calls the shell', makeRds(closure(call('system', strings('x'))))),
  hit('r-code', 'low', 'in compiled code', makeRds(closure(byteCode('system')))),
  miss('r-code', 'a promise that is evaluated', makeRds(promise(call('f'), numbers(1)))),
  miss('r-code', 'data, and a function that computes', makeRds(vector(numbers(2), strings('system'), closure(call('+', numbers(1)))))),
  hit('dangerous-operator', 'medium', 'Core ML: a custom model', coreml(555, field(10, 'MyModel'))),
  hit('dangerous-operator', 'medium', 'Core ML: a custom layer', coreml(500, field(1, bytes(field(1, 'l'), field(500, field(10, 'MyLayer')))))),
  hit('dangerous-operator', 'medium', 'Core ML: in a pipeline', coreml(202, field(1, coreml(403, field(1, field(500, field(10, 'MyLayer'))))))),
  hit('dangerous-operator', 'medium', 'Core ML: a custom operator of a program', program(operation('add'), operation('custom_gelu'))),
  hit('file-reference', 'high', 'Core ML: weights outside the package', program(operation('const', blob('../../x/weight.bin')))),
  hit('file-reference', 'high', 'Core ML: a linked model elsewhere', coreml(556, field(1, field(1, field(1, '/tmp/other.mlmodel'))))),
  miss('dangerous-operator', 'Core ML: a network and a program', program(operation('const', blob('@model_path/weights/weight.bin')), operation('conv'))),
  hit('pickle-dangerous-global', 'critical', 'in bytes of MessagePack', msgpack(0xc4, stackCallOf('os', 'system').length, stackCallOf('os', 'system')), 'x.msgpack'),
  hit('malformed-header', 'medium', 'MessagePack: an extension that nobody knows', msgpack(0xd4, 77, 0), 'x.msgpack'),
  miss('malformed-header', 'MessagePack as Flax writes it', msgpack(0xc7, 5, 1, 'array'), 'x.msgpack'),
  hit('malformed-header', 'high', 'CatBoost: more trees than there are', cbm(100_000)),
  miss('malformed-header', 'CatBoost as it is written', cbm(16)),
]; // prettier-ignore
