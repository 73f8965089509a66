import { open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxTensor } from '../formats/onnx/onnx-model.ts';
import { readOnnx } from '../formats/onnx/read-onnx.ts';
import { byteLength, elementCount, fromBytes } from '../formats/onnx/tensor-data.ts';
import { checkOnnx } from './graph/check-onnx.ts';

/**
 * Reads and checks a model from a file, with the tensors that lie in files beside it.
 * @throws Fault `ERR_MODEL_MALFORMED` when it is damaged, when external data leaves the model's folder or does not have the
 * bytes that a tensor needs; `ERR_USAGE` when the file cannot be read.
 */
export async function loadOnnx(file: string): Promise<OnnxModel> {
  const model = checkOnnx(readOnnx(await readBytes(file)));
  const folder = await realpath(dirname(file));
  const files = new Map<string, ExternalFile>();
  try {
    return { ...model, graph: await loadGraph(model.graph, folder, files) };
  } finally {
    await Promise.all([...files.values()].map(({ close }) => close()));
  }
}

/** Reads and checks a model from bytes. External data cannot be reached from there. */
export function loadOnnxBytes(bytes: Uint8Array): OnnxModel {
  const model = checkOnnx(readOnnx(bytes));
  for (const [name, tensor] of model.graph.initializers) {
    if (tensor.data === null) {
      throw new Fault('ERR_MODEL_MALFORMED', 'The model keeps weights in another file, and was given as bytes.', {
        where: `initializer ${JSON.stringify(name)}`,
        hint: 'Open the model by its file name, with its data files beside it.',
      });
    }
  }
  return model;
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The model file cannot be read.', {
      where: file,
      hint: 'Give the path of an ONNX file.',
      cause,
    });
  }
}

/** How often the bytes of a data file may be read: weights that share a place are a few, and more would fill the memory from a small file. */
const READ_OVER = 4;

interface ExternalFile {
  readonly size: number;
  /** Bytes that may still be read. */
  left: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

async function loadGraph(graph: OnnxGraph, folder: string, files: Map<string, ExternalFile>): Promise<OnnxGraph> {
  const initializers = new Map<string, OnnxTensor>();
  for (const [name, tensor] of graph.initializers)
    initializers.set(name, await loadTensor(name, tensor, folder, files));
  const nodes = [];
  for (const node of graph.nodes) {
    const attributes = new Map<string, OnnxAttribute>(node.attributes);
    for (const [name, attribute] of node.attributes) {
      if (attribute.kind === 'tensor' && attribute.value.data === null) {
        attributes.set(name, { kind: 'tensor', value: await loadTensor(node.name, attribute.value, folder, files) });
      } else if (attribute.kind === 'graph') {
        attributes.set(name, { kind: 'graph', value: await loadGraph(attribute.value, folder, files) });
      }
    }
    nodes.push({ ...node, attributes });
  }
  return { ...graph, nodes, initializers };
}

async function loadTensor(
  name: string,
  tensor: OnnxTensor,
  folder: string,
  files: Map<string, ExternalFile>,
): Promise<OnnxTensor> {
  const { external, type, dims } = tensor;
  if (tensor.data !== null || external === undefined || type === 'string') return tensor;
  let file = files.get(external.location);
  if (file === undefined) {
    file = await openExternal(folder, external.location, name);
    files.set(external.location, file);
  }
  const length = byteLength(type, elementCount(dims)!);
  if (external.offset + length > file.size) {
    throw new Fault('ERR_MODEL_MALFORMED', `A data file of the model is too short: ${file.size} bytes.`, {
      where: `initializer ${JSON.stringify(name)}, ${external.location}, bytes ${external.offset} to ${external.offset + length}`,
      hint: 'Copy the data file again; it must be the one that was written with the model.',
    });
  }
  if ((file.left -= length) < 0) {
    throw new Fault('ERR_MODEL_MALFORMED', 'The weights of the model are many times the bytes of its data file.', {
      where: `initializer ${JSON.stringify(name)}, ${external.location}`,
      hint: 'Export the model again: each weight should lie at a place of its own.',
    });
  }
  return { type, dims, data: fromBytes(type, await file.read(external.offset, length)) };
}

async function openExternal(folder: string, location: string, name: string): Promise<ExternalFile> {
  const where = `initializer ${JSON.stringify(name)}, ${location}`;
  let path: string;
  try {
    path = await realpath(join(folder, location));
  } catch (cause) {
    throw new Fault('ERR_MODEL_MALFORMED', 'A data file of the model is missing.', {
      where,
      hint: 'Put it beside the model, under the name that the model gives it.',
      cause,
    });
  }
  // The reader has refused `..`; a symbolic link could still lead out.
  if (!path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    throw new Fault('ERR_MODEL_MALFORMED', "A data file of the model lies outside the model's folder.", { where });
  }
  if (!(await stat(path)).isFile()) {
    throw new Fault('ERR_MODEL_MALFORMED', 'A data file of the model is no file.', { where });
  }
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  return {
    size,
    left: READ_OVER * size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done);
        if (bytesRead === 0)
          throw new Fault('ERR_MODEL_MALFORMED', 'A data file of the model is too short.', { where });
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
