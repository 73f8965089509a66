import { agentConfig } from './readers/agent-config/reader.ts';
import { agentText as agentTextReader } from './readers/agent-text/reader.ts';
import { catboost } from './readers/catboost/reader.ts';
import { compressed } from './readers/compressed/reader.ts';
import { coreml } from './readers/coreml/reader.ts';
import { dockerfile } from './readers/dockerfile/reader.ts';
import { executable } from './readers/executable/reader.ts';
import { gguf } from './readers/gguf/reader.ts';
import { hdf5 } from './readers/hdf5/reader.ts';
import { infraYaml } from './readers/infra-yaml/reader.ts';
import { json } from './readers/json/reader.ts';
import { lockFile } from './readers/lock-file/reader.ts';
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
import { serviceConfig } from './readers/service-config/reader.ts';
import { sevenzip } from './readers/sevenzip/reader.ts';
import { tar } from './readers/tar/reader.ts';
import { template } from './readers/template/reader.ts';
import { tensorflow } from './readers/tensorflow/reader.ts';
import { terraform } from './readers/terraform/reader.ts';
import { tflite } from './readers/tflite/reader.ts';
import { torchscript } from './readers/torchscript/reader.ts';
import { trees } from './readers/trees/reader.ts';
import { unread } from './readers/unread/reader.ts';
import { xml } from './readers/xml/reader.ts';
import { zip } from './readers/zip/reader.ts';
import { agentDefinitions } from './rules/agent-definitions/family.ts';
import { agentSettings } from './rules/agent-settings/family.ts';
import { agentText } from './rules/agent-text/family.ts';
import { archiveTricks } from './rules/archive-tricks/rule.ts';
import { dangerousOperator } from './rules/dangerous-operator/rule.ts';
import { embeddedExecutable } from './rules/embedded-executable/rule.ts';
import { fileReference } from './rules/file-reference/rule.ts';
import { infraCloud } from './rules/infra-cloud/family.ts';
import { infraContainer } from './rules/infra-container/family.ts';
import { infraModel } from './rules/infra-model/family.ts';
import { infraService } from './rules/infra-service/family.ts';
import { infraWorkflow } from './rules/infra-workflow/family.ts';
import { licence } from './rules/licence/rule.ts';
import { liveEndpoint } from './rules/live-endpoint/family.ts';
import { malformedHeader } from './rules/malformed-header/rule.ts';
import { mcpOffer } from './rules/mcp-offer/family.ts';
import { mcpServer } from './rules/mcp-server/family.ts';
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
  agentConfig, //
  agentTextReader, //
  catboost, //
  compressed, //
  coreml, //
  dockerfile, //
  executable, //
  gguf, //
  hdf5, //
  infraYaml, //
  json, //
  lockFile, //
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
  serviceConfig, //
  sevenzip, //
  tar, //
  template, //
  tensorflow, //
  terraform, //
  tflite, //
  torchscript, //
  trees, //
  unread, //
  xml, //
  zip, //
] as const;

/** Every rule, one line each; a family of rules has one line for all. */
export const RULES = [
  ...agentDefinitions, //
  ...agentSettings, //
  ...agentText, //
  archiveTricks, //
  dangerousOperator, //
  embeddedExecutable, //
  fileReference, //
  ...infraCloud, //
  ...infraContainer, //
  ...infraModel, //
  ...infraService, //
  ...infraWorkflow, //
  malformedHeader, //
  ...mcpOffer, //
  ...mcpServer, //
  licence, //
  ...liveEndpoint, //
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
