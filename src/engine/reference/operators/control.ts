import type { ReferenceOperator, ReferenceOperators } from '../reference-operator.ts';
import { concatenated, referenceTensor, reshaped, sliced, type ReferenceTensor } from '../reference-tensor.ts';

const STEP_LIMIT = 10_000;

const ifElse: ReferenceOperator = (call) =>
  call.subgraph(call.attributes.graph(call.input(0).data[0] === 0 ? 'else_branch' : 'then_branch'), []);

function stacked(parts: readonly ReferenceTensor[]): ReferenceTensor {
  return concatenated(
    parts.map((one) => reshaped(one, [1, ...one.dims])),
    0,
  );
}

const loop: ReferenceOperator = (call) => {
  const body = call.attributes.graph('body');
  const trips = call.optional(0)?.data[0] ?? Infinity;
  let go = (call.optional(1)?.data[0] ?? 1) !== 0;
  let carried = Array.from({ length: call.count - 2 }, (_, at) => call.input(at + 2));
  const scans: ReferenceTensor[][] = body.outputs.slice(1 + carried.length).map(() => []);
  for (let step = 0; step < trips && go; step++) {
    if (step === STEP_LIMIT) throw new RangeError('a loop does not end');
    const [condition, ...rest] = call.subgraph(body, [
      referenceTensor('int64', [], [step]),
      referenceTensor('bool', [], [1]),
      ...carried,
    ]);
    go = condition!.data[0] !== 0;
    carried = rest.slice(0, carried.length);
    rest.slice(carried.length).forEach((one, at) => scans[at]!.push(one));
  }
  return [...carried, ...scans.map(stacked)];
};

/** With all scan axes 0 and all directions forward, as exporters write it. */
const scan: ReferenceOperator = (call) => {
  const body = call.attributes.graph('body');
  const count = call.attributes.int('num_scan_inputs');
  const all = call.all();
  let states = all.slice(0, all.length - count);
  const sequences = all.slice(all.length - count);
  const scans: ReferenceTensor[][] = body.outputs.slice(states.length).map(() => []);
  for (let step = 0; step < sequences[0]!.dims[0]!; step++) {
    const parts = sequences.map((one) => reshaped(sliced(one, 0, step, step + 1), one.dims.slice(1)));
    const outputs = call.subgraph(body, [...states, ...parts]);
    states = outputs.slice(0, states.length);
    outputs.slice(states.length).forEach((one, at) => scans[at]!.push(one));
  }
  return [...states, ...scans.map(stacked)];
};

export const CONTROL: ReferenceOperators = { If: ifElse, Loop: loop, Scan: scan };
