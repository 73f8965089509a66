import { compressed } from './readers/compressed/reader.ts';
import { executable } from './readers/executable/reader.ts';
import { gguf } from './readers/gguf/reader.ts';
import { hdf5 } from './readers/hdf5/reader.ts';
import { json } from './readers/json/reader.ts';
import { mlmodel } from './readers/mlmodel/reader.ts';
import { npy } from './readers/npy/reader.ts';
import { onnx } from './readers/onnx/reader.ts';
import { pickle } from './readers/pickle/reader.ts';
import { rds } from './readers/rds/reader.ts';
import { requirements } from './readers/requirements/reader.ts';
import { safetensors } from './readers/safetensors/reader.ts';
import { sevenzip } from './readers/sevenzip/reader.ts';
import { tar } from './readers/tar/reader.ts';
import { tensorflow } from './readers/tensorflow/reader.ts';
import { tflite } from './readers/tflite/reader.ts';
import { torchscript } from './readers/torchscript/reader.ts';
import { unread } from './readers/unread/reader.ts';
import { xml } from './readers/xml/reader.ts';
import { zip } from './readers/zip/reader.ts';
import { archiveTricks } from './rules/archive-tricks/rule.ts';
import { dangerousOperator } from './rules/dangerous-operator/rule.ts';
import { embeddedExecutable } from './rules/embedded-executable/rule.ts';
import { fileReference } from './rules/file-reference/rule.ts';
import { malformedHeader } from './rules/malformed-header/rule.ts';
import { pickleDangerousGlobal } from './rules/pickle-dangerous-global/rule.ts';
import { pickleHiddenCall } from './rules/pickle-hidden-call/rule.ts';
import { pickleMalformed } from './rules/pickle-malformed/rule.ts';
import { pickleUnknownGlobal } from './rules/pickle-unknown-global/rule.ts';
import { rCode } from './rules/r-code/rule.ts';
import { remoteCode } from './rules/remote-code/rule.ts';
import { riskyDependency } from './rules/risky-dependency/rule.ts';
import { suspiciousText } from './rules/suspicious-text/rule.ts';
import { templateHiddenInstruction } from './rules/template-hidden-instruction/rule.ts';
import { templateInjection } from './rules/template-injection/rule.ts';

/** Every file format that is read, one line each. */
export const READERS = [
  compressed, //
  executable, //
  gguf, //
  hdf5, //
  json, //
  mlmodel, //
  npy, //
  onnx, //
  pickle, //
  rds, //
  requirements, //
  safetensors, //
  sevenzip, //
  tar, //
  tensorflow, //
  tflite, //
  torchscript, //
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
  malformedHeader, //
  pickleDangerousGlobal, //
  pickleHiddenCall, //
  pickleMalformed, //
  pickleUnknownGlobal, //
  rCode, //
  remoteCode, //
  riskyDependency, //
  suspiciousText, //
  templateHiddenInstruction, //
  templateInjection, //
] as const;
