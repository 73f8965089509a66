import { catboost } from './readers/catboost/reader.ts';
import { compressed } from './readers/compressed/reader.ts';
import { coreml } from './readers/coreml/reader.ts';
import { executable } from './readers/executable/reader.ts';
import { gguf } from './readers/gguf/reader.ts';
import { hdf5 } from './readers/hdf5/reader.ts';
import { json } from './readers/json/reader.ts';
import { mar } from './readers/mar/reader.ts';
import { mlmodel } from './readers/mlmodel/reader.ts';
import { modelYaml } from './readers/model-yaml/reader.ts';
import { msgpack } from './readers/msgpack/reader.ts';
import { notebook } from './readers/notebook/reader.ts';
import { npy } from './readers/npy/reader.ts';
import { onnx } from './readers/onnx/reader.ts';
import { pickle } from './readers/pickle/reader.ts';
import { prose } from './readers/prose/reader.ts';
import { python } from './readers/python/reader.ts';
import { rds } from './readers/rds/reader.ts';
import { requirements } from './readers/requirements/reader.ts';
import { safetensors } from './readers/safetensors/reader.ts';
import { sevenzip } from './readers/sevenzip/reader.ts';
import { tar } from './readers/tar/reader.ts';
import { tensorflow } from './readers/tensorflow/reader.ts';
import { tflite } from './readers/tflite/reader.ts';
import { torchscript } from './readers/torchscript/reader.ts';
import { trees } from './readers/trees/reader.ts';
import { unread } from './readers/unread/reader.ts';
import { xml } from './readers/xml/reader.ts';
import { zip } from './readers/zip/reader.ts';
import { archiveTricks } from './rules/archive-tricks/rule.ts';
import { dangerousOperator } from './rules/dangerous-operator/rule.ts';
import { embeddedExecutable } from './rules/embedded-executable/rule.ts';
import { fileReference } from './rules/file-reference/rule.ts';
import { licence } from './rules/licence/rule.ts';
import { malformedHeader } from './rules/malformed-header/rule.ts';
import { notebookContent } from './rules/notebook-content/rule.ts';
import { pickleDangerousGlobal } from './rules/pickle-dangerous-global/rule.ts';
import { pickleHiddenCall } from './rules/pickle-hidden-call/rule.ts';
import { pickleMalformed } from './rules/pickle-malformed/rule.ts';
import { pickleUnknownGlobal } from './rules/pickle-unknown-global/rule.ts';
import { programSource } from './rules/program-source/rule.ts';
import { rCode } from './rules/r-code/rule.ts';
import { remoteCode } from './rules/remote-code/rule.ts';
import { riskyDependency } from './rules/risky-dependency/rule.ts';
import { secretInFile } from './rules/secret-in-file/rule.ts';
import { suspiciousText } from './rules/suspicious-text/rule.ts';
import { templateHiddenInstruction } from './rules/template-hidden-instruction/rule.ts';
import { templateInjection } from './rules/template-injection/rule.ts';

/** Every file format that is read, one line each. */
export const READERS = [
  catboost, //
  compressed, //
  coreml, //
  executable, //
  gguf, //
  hdf5, //
  json, //
  mar, //
  mlmodel, //
  modelYaml, //
  msgpack, //
  notebook, //
  npy, //
  onnx, //
  pickle, //
  prose, //
  python, //
  rds, //
  requirements, //
  safetensors, //
  sevenzip, //
  tar, //
  tensorflow, //
  tflite, //
  torchscript, //
  trees, //
  unread, //
  xml, //
  zip, //
] as const;

/** Every rule, one line each. */
export const RULES = [
  archiveTricks, //
  dangerousOperator, //
  embeddedExecutable, //
  fileReference, //
  licence, //
  malformedHeader, //
  notebookContent, //
  pickleDangerousGlobal, //
  pickleHiddenCall, //
  pickleMalformed, //
  pickleUnknownGlobal, //
  programSource, //
  rCode, //
  remoteCode, //
  riskyDependency, //
  secretInFile, //
  suspiciousText, //
  templateHiddenInstruction, //
  templateInjection, //
] as const;
