import { readFile } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../formats/onnx/onnx-model.ts';
import { readOnnx } from '../formats/onnx/read-onnx.ts';
import { elementCount, fromBytes } from '../formats/onnx/tensor-data.ts';
import { ExternalData } from './external-data.ts';
import { checkOnnx } from './graph/check-onnx.ts';
import { tensorsOf } from './graph/map-graph.ts';

/**
 * Reads and checks a model from a file, with the tensors that lie in files beside it.
 * @throws Fault `ERR_MODEL_MALFORMED` when it is damaged, when external data leaves the model's folder or does not have the
 * bytes that a tensor needs; `ERR_USAGE` when the file cannot be read.
 */
export async function loadOnnx(file: string): Promise<OnnxModel> {
  const model = checkOnnx(readOnnx(await readBytes(file)));
  return (await loadData(model, file, Infinity)).model;
}

/**
 * What a runtime that opens the file itself would find: the model without the values of longer tensors, but with every place checked
 * where they lie. Attributes of kinds that are not decoded are empty.
 * @param upTo elements up to which the values of a tensor are read
 * @throws as `loadOnnx`
 */
export async function skimOnnx(
  file: string,
  upTo: number,
): Promise<{ readonly model: OnnxModel; readonly external: ExternalData['files'] }> {
  const bytes = await readBytes(file);
  const model = checkOnnx(readOnnx(bytes, { upTo }));
  // Some hundred megabytes, which would otherwise stay until a collection that a waiting thread has no reason for.
  if (bytes.byteLength === bytes.buffer.byteLength) bytes.buffer.transfer(0);
  return loadData(model, file, upTo);
}

/** Reads and checks a model from bytes. External data cannot be reached from there. */
export function loadOnnxBytes(bytes: Uint8Array): OnnxModel {
  const model = checkOnnx(readOnnx(bytes));
  for (const [name, tensor] of tensorsOf(model)) {
    if (tensor.data === null) {
      throw new Fault('ERR_MODEL_MALFORMED', 'The model keeps weights in another file, and was given as bytes.', {
        where: `initializer ${JSON.stringify(name)}`,
        hint: 'Open the model by its file name, with its data files beside it.',
      });
    }
  }
  return model;
}

async function readBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
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

/** The model with the values that lie in other files, up to so many elements a tensor; the places of longer ones are checked. */
async function loadData(
  model: OnnxModel,
  file: string,
  upTo: number,
): Promise<{ readonly model: OnnxModel; readonly external: ExternalData['files'] }> {
  const data = await ExternalData.of(file);
  const loadTensor = async (name: string, tensor: OnnxTensor): Promise<OnnxTensor> => {
    const { external, type, dims } = tensor;
    if (external === undefined || type === 'string') return tensor;
    if (elementCount(dims)! <= upTo) {
      return { type, dims, data: fromBytes(type, await data.read(name, tensor, external)) };
    }
    await data.find(name, tensor, external);
    return tensor;
  };
  const loadAttribute = async (name: string, attribute: OnnxAttribute): Promise<OnnxAttribute> => {
    switch (attribute.kind) {
      case 'tensor':
        return { kind: 'tensor', value: await loadTensor(name, attribute.value) };
      case 'tensors':
        return { kind: 'tensors', value: await inOrder(attribute.value, (one) => loadTensor(name, one)) };
      case 'graph':
        return { kind: 'graph', value: await loadGraph(attribute.value) };
      case 'graphs':
        return { kind: 'graphs', value: await inOrder(attribute.value, loadGraph) };
      default:
        return attribute;
    }
  };
  const loadAttributes = async (
    owner: string,
    attributes: ReadonlyMap<string, OnnxAttribute>,
  ): Promise<ReadonlyMap<string, OnnxAttribute>> => {
    if (![...attributes.values()].some(({ kind }) => HOLDS_TENSORS.has(kind))) return attributes;
    return new Map(
      await inOrder([...attributes], async ([key, one]) => [key, await loadAttribute(owner, one)] as const),
    );
  };
  const loadNodes = (nodes: readonly OnnxNode[]): Promise<readonly OnnxNode[]> =>
    inOrder(nodes, async (node) => {
      const attributes = await loadAttributes(node.name, node.attributes);
      return attributes === node.attributes ? node : { ...node, attributes };
    });
  const loadGraph = async (graph: OnnxGraph): Promise<OnnxGraph> => {
    const initializers = await inOrder(
      [...graph.initializers],
      async ([name, tensor]) => [name, await loadTensor(name, tensor)] as const,
    );
    return { ...graph, nodes: await loadNodes(graph.nodes), initializers: new Map(initializers) };
  };
  try {
    const graph = await loadGraph(model.graph);
    const functions = await inOrder(model.functions, async (one) => ({
      ...one,
      nodes: await loadNodes(one.nodes),
      defaults: await loadAttributes(one.name, one.defaults),
    }));
    return { model: { ...model, graph, functions }, external: data.files };
  } finally {
    await data.close();
  }
}

const HOLDS_TENSORS: ReadonlySet<OnnxAttribute['kind']> = new Set(['tensor', 'tensors', 'graph', 'graphs']);

/** One after the other: one file is open at a time. */
async function inOrder<Item, Result>(
  items: readonly Item[],
  body: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await body(item));
  return results;
}
