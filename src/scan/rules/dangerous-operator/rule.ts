import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

/** Operators of TensorFlow that touch files, run code, or reach other machines (tensorflow/core/ops). */
const TENSORFLOW: Readonly<Record<string, readonly ['critical' | 'high' | 'medium' | 'low', string]>> = {
  PyFunc: ['critical', 'calls a Python function'],
  PyFuncStateless: ['critical', 'calls a Python function'],
  EagerPyFunc: ['critical', 'calls a Python function'],
  GeneratorDataset: ['medium', 'may call Python functions'],
  LoadLibrary: ['critical', 'loads a native library'],
  ReadFile: ['high', 'reads any file'],
  WriteFile: ['critical', 'writes any file'],
  MatchingFiles: ['high', 'lists files'],
  Save: ['high', 'writes files'],
  SaveSlices: ['high', 'writes files'],
  WholeFileReader: ['high', 'reads files'],
  WholeFileReaderV2: ['high', 'reads files'],
  TextLineReader: ['high', 'reads files'],
  TextLineReaderV2: ['high', 'reads files'],
  FixedLengthRecordReader: ['high', 'reads files'],
  FixedLengthRecordReaderV2: ['high', 'reads files'],
  TFRecordReader: ['high', 'reads files'],
  TFRecordReaderV2: ['high', 'reads files'],
  LMDBReader: ['high', 'reads files'],
  TextLineDataset: ['high', 'reads files'],
  TFRecordDataset: ['high', 'reads files'],
  TFRecordDatasetV2: ['high', 'reads files'],
  FixedLengthRecordDataset: ['high', 'reads files'],
  FixedLengthRecordDatasetV2: ['high', 'reads files'],
  CSVDataset: ['high', 'reads files'],
  CSVDatasetV2: ['high', 'reads files'],
  LMDBDataset: ['high', 'reads files'],
  SqlDataset: ['high', 'queries a database'],
  MatchingFilesDataset: ['high', 'lists files'],
  CacheDataset: ['medium', 'may write files'],
  CacheDatasetV2: ['medium', 'may write files'],
  SnapshotDataset: ['high', 'writes files'],
  SnapshotDatasetV2: ['high', 'writes files'],
  SaveDataset: ['high', 'writes files'],
  SaveDatasetV2: ['high', 'writes files'],
  LoadDataset: ['high', 'reads files'],
  DatasetToTFRecord: ['high', 'writes files'],
  DatasetToTFRecordV2: ['high', 'writes files'],
  DebugIdentity: ['high', 'sends tensors to an address that the file names'],
  DebugIdentityV2: ['high', 'writes tensors to a path that the file names'],
  DebugIdentityV3: ['high', 'sends tensors to an address that the file names'],
  DebugNanCount: ['high', 'sends tensors to an address that the file names'],
  DebugNumericSummary: ['high', 'sends tensors to an address that the file names'],
  DebugNumericSummaryV2: ['medium', 'writes summaries of tensors'],
  CreateSummaryFileWriter: ['high', 'writes files'],
  CreateSummaryDbWriter: ['high', 'writes a database'],
  ImportEvent: ['high', 'writes files'],
  PrintV2: ['medium', 'may write to a file'],
  RpcCall: ['high', 'calls another machine'],
  RpcClient: ['high', 'calls another machine'],
  RpcServer: ['high', 'opens a port'],
  Rpc: ['high', 'calls another machine'],
  TryRpc: ['high', 'calls another machine'],
  RegisterDataset: ['high', 'calls another machine'],
  RegisterDatasetV2: ['high', 'calls another machine'],
  DataServiceDataset: ['high', 'calls another machine'],
  DataServiceDatasetV2: ['high', 'calls another machine'],
  DataServiceDatasetV3: ['high', 'calls another machine'],
  DataServiceDatasetV4: ['high', 'calls another machine'],
  BigQueryReader: ['high', 'queries a service'],
  DecodeProtoV2: ['medium', 'reads a description from a path'],
  EncodeProto: ['medium', 'reads a description from a path'],
  RemoteFusedGraphExecute: ['high', 'hands the graph to another processor'],
  CompilationResult: ['low', 'compiles at load time'],
  InitializeTableFromTextFile: ['low', 'reads a vocabulary from a path'],
  InitializeTableFromTextFileV2: ['low', 'reads a vocabulary from a path'],
};

/** Operators of TorchScript that reach outside the model. */
const TORCHSCRIPT = /^(?:save|load|from_file|_save|_load|open|_import|_jit\w*|load_library|system|exec|eval|popen)$/;
/** Name spaces of PyTorch itself and its usual extensions. */
const TORCH_DOMAINS =
  /^(?:torch(?:\..*)?|ops\.(?:aten|prim|prims|torchvision|torchaudio|quantized|quantized_decomposed|mkldnn|mkldnn_prepacked|xnnpack|prepacked|_quantized|profiler|inductor|c10d_functional|torch_sparse|torch_scatter|torch_cluster))$/;

/** Domains of ONNX operators that runtimes bring along. */
const ONNX_DOMAINS: ReadonlySet<string> = new Set([
  '', 'ai.onnx', 'ai.onnx.ml', 'ai.onnx.training', 'ai.onnx.preview.training', 'com.microsoft', 'com.microsoft.nchwc', 'com.microsoft.experimental', 'com.ms.internal.nhwc',
  'ai.onnx.contrib', 'com.microsoft.extensions', 'org.pytorch.aten', 'org.pytorch._caffe2', 'pkg.onnxscript.torch_lib', 'pkg.onnxscript.torch_lib.common',
]); // prettier-ignore
const ONNX_CODE = /^(?:PyOp|PythonOp|PythonOpGrad|ExternalLib|Exec|Eval|System|Shell|LoadLibrary|ATen)$/;

export const dangerousOperator = defineRule({
  meta: {
    id: 'dangerous-operator',
    title: 'Operator that does more than compute',
    severity: 'high',
    threats: ['backdoor'],
    meaning:
      'A node of the graph reads or writes files, calls code outside the graph, or needs a library that brings its own. It runs whenever the model does, with the rights of the serving process.',
    fix: 'Ask for a model without it. If a custom operator is yours, accept it in the baseline together with the library that you built.',
    references: [
      'https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md',
      'CVE-2025-32434',
      'https://onnx.ai/onnx/repo-docs/IR.html',
    ],
    taxonomy: ['CWE-829', 'AML.T0018'],
  },
  judge: {
    operator: ({ framework, domain, name, place }) => {
      if (framework === 'R') return null; // Functions, not operators: another rule's.
      const where = plainText(place, 120);
      if (framework === 'TensorFlow') {
        const known = Object.hasOwn(TENSORFLOW, name) ? TENSORFLOW[name]! : undefined;
        if (known !== undefined)
          return { severity: known[0], message: `The TensorFlow operator ${name} in ${where} ${known[1]}.` };
        return null;
      }
      if (framework === 'ONNX') {
        if (ONNX_CODE.test(name))
          return {
            severity: 'critical',
            message: `The ONNX operator ${plainText(name, 120)} in ${where} runs code outside the graph.`,
          };
        if (!ONNX_DOMAINS.has(domain)) {
          return {
            severity: 'medium',
            message: `The ONNX operator ${plainText(domain, 120)}::${plainText(name, 120)} needs a library of its own, or a function that brings it along.`,
          };
        }
        return null;
      }
      if (framework === 'TorchScript') {
        if (TORCHSCRIPT.test(name))
          return {
            message: `${where} calls ${plainText(domain, 120)}.${plainText(name, 120)}, which reaches outside the model.`,
          };
        if (!TORCH_DOMAINS.test(domain))
          return {
            severity: 'medium',
            message: `${where} calls ${plainText(domain, 120)}.${plainText(name, 120)}, an operator of a library of its own.`,
          };
        return null;
      }
      return {
        severity: 'medium',
        message: `The ${framework} operator ${plainText(name, 120)} needs a library of its own.`,
      };
    },
  },
});
