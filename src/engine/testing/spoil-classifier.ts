import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../core/testing/temporary-folder.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/onnx-model.ts';
import { readOnnx } from '../../formats/onnx/read-onnx.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { makeClassifier } from './make-classifier.ts';
import { floatTensor, intTensor, makeGraph, makeNode } from './make-model.ts';

const HUGE = intTensor([2], [2 ** 20, 2 ** 20]);

/** What is wrong with a classifier, what is said of it, and what of it is named. */
export const SPOILT = [
  ['outside weights', /outside the model's folder/, /"embedding"/],
  ['weights of another folder', /outside the model's folder/, /./],
  ['weights at an address', /outside the model's folder/, /./],
  ['short weights', /too short/, /"embedding".*model\.onnx_data/],
  ['weights many times over', /many times the bytes/, /"copy/],
  ['weights under many names', /many times the bytes/, /"copy/],
  ['constants that are huge', /more than 1 GiB/, /ConstantOfShape "ConstantOfShape of big"/],
  [
    'constants that are huge, by a shape that lies outside',
    /more than 1 GiB/,
    /ConstantOfShape "ConstantOfShape of big"/,
  ],
  ['constants that are huge, in a function', /more than 1 GiB/, /ConstantOfShape/],
  ['a loop without end', /never ends/, /Loop "forever"/],
  ['shared axes below 0', /shared axes is below 0/, /GatherND "odd"/],
  ['an input left out', /left out/, /Concat "odd"/],
  ['an input left out by the call of a function', /left out/, /Concat/],
  ['a sparse constant', /sparse constant/, /Constant "sparse"/],
  ['a graph that reads millions of tokens', /more numbers than are made/, /1048576 x 1024/],
  ['another format', /no readable ONNX model/, /./],
] as const satisfies readonly (readonly [string, RegExp, RegExp])[];

export type Spoilt = (typeof SPOILT)[number][0];

/** A folder with a small classifier in which one thing is wrong; `nothing`: none. `inside`: the weights lie beside the graph, where they may. */
export function spoilClassifier(how: Spoilt | 'nothing', weights: 'outside' | 'inside' = 'outside'): string {
  if (how === 'a graph that reads millions of tokens') return makeClassifier({ shape: [2 ** 20, 2 ** 10] });
  const folder = makeClassifier();
  const file = join(folder, 'model.onnx');
  if (how === 'another format') {
    // How ONNX Runtime's own format begins.
    writeFileSync(file, Buffer.concat([Buffer.from([32, 0, 0, 0]), Buffer.from('ORTM'), Buffer.alloc(64)]));
    return folder;
  }
  const model = readOnnx(readFileSync(file));
  writeFileSync(file, writeOnnx(how === 'nothing' ? model : spoil(model, how, folder, weights)));
  return folder;
}

function spoil(model: OnnxModel, how: Spoilt, folder: string, weights: 'outside' | 'inside'): OnnxModel {
  const embedding = model.graph.initializers.get('embedding')!;
  const bytes = Buffer.from((embedding.data as Float32Array).slice().buffer);
  const beside = 'model.onnx_data';
  const at = (location: string): OnnxTensor => ({ ...lying(embedding), external: { location, offset: 0 } });
  switch (how) {
    case 'outside weights': {
      if (weights === 'inside') writeFileSync(join(folder, beside), bytes);
      else {
        const other = join(temporaryFolder('parapet-elsewhere'), 'weights');
        writeFileSync(other, bytes);
        symlinkSync(other, join(folder, beside));
      }
      return withConstants(model, { embedding: at(beside) });
    }
    case 'weights of another folder':
      return withConstants(model, { embedding: at('../weights') });
    case 'weights at an address': {
      // A folder that an archive may well hold, so that the file is there for whoever looks.
      mkdirSync(join(folder, '*', '_ORT_MEM_ADDR_'), { recursive: true });
      writeFileSync(join(folder, '*', '_ORT_MEM_ADDR_', '*'), bytes);
      return withConstants(model, { embedding: at('*/_ORT_MEM_ADDR_/*') });
    }
    case 'short weights':
      writeFileSync(join(folder, beside), bytes.subarray(1));
      return withConstants(model, { embedding: at(beside) });
    case 'weights many times over':
    case 'weights under many names': {
      writeFileSync(join(folder, beside), bytes);
      const copies = Array.from({ length: 12 }, (_, copy) => {
        const location = how === 'weights many times over' ? beside : `${'./'.repeat(copy)}${beside}`;
        return [`copy ${copy}`, at(location)] as const;
      });
      return withConstants(model, Object.fromEntries(copies));
    }
    case 'constants that are huge':
      return withNodes(model, [makeNode('ConstantOfShape', ['shape'], ['big'])], { shape: HUGE });
    case 'constants that are huge, by a shape that lies outside':
      writeFileSync(join(folder, beside), Buffer.from((HUGE.data as BigInt64Array).slice().buffer));
      return withNodes(model, [makeNode('ConstantOfShape', ['shape'], ['big'])], {
        shape: { ...lying(HUGE), external: { location: beside, offset: 0 } },
      });
    case 'constants that are huge, in a function':
      return withFunction(model, [makeNode('ConstantOfShape', ['a'], ['out'])], ['shape'], { shape: HUGE });
    case 'a loop without end':
      return withNodes(model, [endless()], {
        go: { type: 'bool', dims: [], data: Uint8Array.of(1) },
        start: floatTensor([1], [1]),
      });
    case 'shared axes below 0':
      return withNodes(model, [named('odd', makeNode('GatherND', ['table', 'place'], ['odd'], { batch_dims: -1 }))], {
        table: floatTensor([2, 2], [1, 2, 3, 4]),
        place: intTensor([1, 1], [0]),
      });
    case 'an input left out':
      return withNodes(model, [named('odd', makeNode('Concat', ['bias', ''], ['odd'], { axis: 0 }))], {});
    case 'an input left out by the call of a function':
      return withFunction(model, [makeNode('Concat', ['a', 'b'], ['out'], { axis: 0 })], ['bias', ''], {});
    case 'a sparse constant': {
      const attribute = { kind: 'opaque' as const, value: SPARSE };
      const node = { ...makeNode('Constant', [], ['sparse']), attributes: new Map([['sparse_value', attribute]]) };
      return withNodes(model, [named('sparse', node)], {});
    }
    default:
      throw new Error(how);
  }
}

/** AttributeProto: name (1) `sparse_value`, sparse_tensor (22) empty, type (20) SPARSE_TENSOR. */
const SPARSE = Buffer.concat([
  Buffer.from([0x0a, 12]),
  Buffer.from('sparse_value'),
  Buffer.from([0xb2, 0x01, 0, 0xa0, 0x01, 11]),
]);

function endless(): OnnxNode {
  const body = makeGraph(
    [
      { name: 'round', type: 'int64', shape: [] },
      { name: 'again', type: 'bool', shape: [] },
      { name: 'value', type: 'float32', shape: [1] },
    ],
    [makeNode('Identity', ['again'], ['more']), makeNode('Identity', ['value'], ['next'])],
    ['more', 'next'],
  );
  const attributes = new Map([['body', { kind: 'graph' as const, value: body }]]);
  return { ...named('forever', makeNode('Loop', ['', 'go', 'start'], ['ended'])), attributes };
}

function named(name: string, node: OnnxNode): OnnxNode {
  return { ...node, name };
}

function lying({ type, dims }: OnnxTensor): Pick<OnnxTensor, 'type' | 'dims'> & { readonly data: null } {
  return { type, dims, data: null };
}

function withConstants(model: OnnxModel, more: Readonly<Record<string, OnnxTensor>>): OnnxModel {
  const initializers = new Map([...model.graph.initializers, ...Object.entries(more)]);
  return { ...model, graph: { ...model.graph, initializers } };
}

function withNodes(
  model: OnnxModel,
  nodes: readonly OnnxNode[],
  constants: Readonly<Record<string, OnnxTensor>>,
): OnnxModel {
  const more = withConstants(model, constants);
  return { ...more, graph: { ...more.graph, nodes: [...more.graph.nodes, ...nodes] } };
}

/** Calls a function of two inputs, the nodes of which make `out` of `a` and `b`. */
function withFunction(
  model: OnnxModel,
  nodes: readonly OnnxNode[],
  inputs: readonly string[],
  constants: Readonly<Record<string, OnnxTensor>>,
): OnnxModel {
  const own = {
    name: 'Own',
    domain: 'own',
    inputs: ['a', 'b'],
    outputs: ['out'],
    attributes: [],
    defaults: new Map(),
    opsets: new Map([['', 17]]),
    nodes,
  };
  const called = withNodes(model, [makeNode('Own', inputs, ['called'], {}, 'own')], constants);
  return { ...called, opsets: new Map([...model.opsets, ['own', 1]]), functions: [own] };
}
