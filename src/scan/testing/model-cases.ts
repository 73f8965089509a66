import { type Case, hit, miss } from './case.ts';
import { makeZip } from './make-archive.ts';
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

const u64 = (value: number): Uint8Array => {
  const words = Buffer.alloc(8);
  words.writeUInt32LE(value);
  return words;
};
const HDF5 = '\x89HDF\r\n\x1a\n';
/** An array of objects behind a header. */
const array = (header: string): Uint8Array =>
  bytes('\x93NUMPY', 1, 0, header.length + 1, 0, `${header}\n`, stackCallOf('os', 'system'));

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
  hit('pickle-dangerous-global', 'critical', 'an array whose type is said twice', array("{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (1,)}"), 'a.npy'),
  hit('pickle-dangerous-global', 'critical', 'an array whose type is written with escapes', array("{'d\\x65scr': '|O', 'fortran_order': False, 'shape': (1,), 'x': \"'descr': '<f8'\"}"), 'a.npy'),
  hit('pickle-dangerous-global', 'critical', 'an array with a type inside a name', array("{'de' 'scr': [(\"'descr': '<f8'\", '|O')], 'fortran_order': False, 'shape': (1,)}"), 'a.npy'),
  hit('pickle-dangerous-global', 'critical', 'a stream that begins with a long number', bytes(0x8b, 1, 0, 0, 0, 5, '0cos\nsystem\n(Vx\ntR.'), 'a.bin'),
  hit('pickle-dangerous-global', 'critical', 'a folder of an archive that has content', makeZip([{ name: 'm/data.pkl/', data: stackCallOf('os', 'system') }]), 'a.pt'),
  hit('template-injection', 'critical', 'a chat template in a file of its own', Buffer.from("{{ lipsum.__globals__['os'].popen('x') }}"), 'chat_template.jinja'),
  miss('template-injection', 'a harmless one', Buffer.from('{% for message in messages %}{{ message.content }}{% endfor %}'), 'chat_template.jinja'),
  hit('remote-code', 'critical', 'HyperPyYAML: a tag that calls', Buffer.from('a: !new:os.system\n  command: x\n'), 'hyperparams.yaml'),
  hit('remote-code', 'critical', 'a target with parameters', Buffer.from('model:\n  target: os.system\n  params: {command: x}\n'), 'model.yaml'),
  miss('remote-code', 'a target of something else', Buffer.from('deploy:\n  target: shop.web\nother:\n  params: {}\n'), 'deploy.yaml'),
  hit('remote-code', 'medium', 'diffusers: a part of a library that nobody knows', Buffer.from('{"_class_name":"StableDiffusionPipeline","unet":["evil_mod","UNet"]}'), 'model_index.json'),
  hit('remote-code', 'medium', 'transformers: a pipeline of its own', Buffer.from('{"model_type":"x","custom_pipelines":{"t":{"impl":"own.Pipe","pt":["AutoModel"]}}}'), 'config.json'),
  miss('remote-code', 'diffusers: parts of its own', Buffer.from('{"_class_name":"StableDiffusionPipeline","unet":["diffusers","UNet2DConditionModel"],"scheduler":["diffusers","PNDMScheduler"],"safety_checker":["stable_diffusion","StableDiffusionSafetyChecker"]}'), 'model_index.json'),
  hit('remote-code', 'medium', 'sentence-transformers: a module from elsewhere', Buffer.from('[{"idx":0,"name":"0","path":"","type":"evil_mod.Module"}]'), 'modules.json'),
  miss('remote-code', 'sentence-transformers: modules of its own', Buffer.from('[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"}]'), 'modules.json'),
  hit('remote-code', 'medium', 'PEFT: the library of the base model', Buffer.from('{"peft_type":"LORA","auto_mapping":{"base_model_class":"Net","parent_library":"evil_lib.net"}}'), 'adapter_config.json'),
  hit('file-reference', 'high', 'HDF5: an external link', bytes(HDF5, 1, 0x18, 64, 0, 1, 'w', 15, 0, 0, '/etc/passwd', 0, 'x', 0), 'a.h5'),
  hit('file-reference', 'high', 'HDF5: external storage', bytes(HDF5, 1, 0, 0, 0, 1, 0, 1, 0, u64(48), u64(8), u64(0), u64(10), 'HEAP', 0, 0, 0, 0, u64(32), u64(0), u64(80), bytes('--------/etc/passwd', 0, 0)), 'a.h5'),
  miss('file-reference', 'HDF5 without either', bytes(HDF5, 1, 0, 0, 0, 1, 0, 1, 0, u64(24), 'no heap at all, but some words about it'), 'a.h5'),
  miss('template-injection', 'a template of a page, made of others', Buffer.from("{% extends 'base.jinja' %}{% include 'x.jinja' %}"), 'page.jinja'),
  hit('template-injection', 'critical', 'a chat template of any name that loads a file', Buffer.from("{% for m in messages %}{% include '/etc/passwd' %}{% endfor %}"), 'x.jinja'),
  miss('pickle-dangerous-global', 'lists of TorchScript', makeZip([{ name: 'm/data.pkl', data: stackCallOf('torch.jit._pickle', 'build_intlist') }]), 'm.jit'),
  miss('embedded-executable', 'Python with a first line inside an archive', makeZip([{ name: 'p/a.py', data: Buffer.from('#!/usr/bin/env python\nx = 1\n') }]), 'p.whl'),
  hit('file-reference', 'high', 'a tensor alone whose data lies elsewhere', bytes(8, 1, 16, 1, field(13, bytes(field(1, 'location'), field(2, '/etc/passwd')))), 'input_0.pb'),
  hit('malformed-header', 'high', 'CatBoost: more trees than there are', cbm(100_000)),
  miss('malformed-header', 'CatBoost as it is written', cbm(16)),
]; // prettier-ignore
