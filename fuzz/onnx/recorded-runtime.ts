import type { OnnxElementType } from '../../src/formats/onnx/onnx-model.ts';
import { readOnnx } from '../../src/formats/onnx/read-onnx.ts';
import { checkOnnx } from '../../src/engine/graph/check-onnx.ts';
import { zeros } from '../../src/engine/graph/specialise.ts';
import type { OnnxRuntime, Port, Tensor } from '../../src/engine/onnx-runtime.ts';

export interface RecordedValue {
  readonly type: OnnxElementType;
  readonly dims: readonly number[];
  readonly data?: ArrayLike<number>;
}

/** Numbers of a value that is made for a graph that nothing runs. */
const MOST = 2 ** 16;

/**
 * In the place of a runtime: runs nothing, and answers what was recorded of a sound model's values, so that what the engine makes of a graph is had without native code.
 * Every graph that it is given must be one: the engine writes them itself.
 */
export function recordedRuntime(values: ReadonlyMap<string, RecordedValue>): OnnxRuntime {
  const first = values.values().next().value;
  const valueOf = (name: string): RecordedValue => values.get(name) ?? { type: 'float32', dims: first?.dims ?? [1] };
  const answer = (name: string): Tensor => {
    if (name.startsWith('shape of ')) {
      const { dims } = valueOf(name.slice('shape of '.length));
      return { type: 'int64', dims: [dims.length], data: BigInt64Array.from(dims, BigInt) };
    }
    const { type, dims, data } = valueOf(name);
    const size = dims.reduce((product, one) => product * one, 1);
    if (type === 'string') return { type, dims, data: new Array<string>(Math.min(size, MOST)).fill('') as never };
    const numbers = zeros(type, Math.min(size, MOST));
    for (let at = 0; data !== undefined && at < numbers.length; at++) {
      if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array)
        numbers[at] = BigInt(Math.trunc(Number.isFinite(data[at]!) ? data[at]! : 0));
      else numbers[at] = data[at]!;
    }
    return { type, dims, data: numbers };
  };
  return {
    kind: 'native',
    open: () => Promise.reject(new Error('files are opened by nobody here')),
    openBytes: async (bytes) => {
      const { graph } = checkOnnx(readOnnx(bytes));
      const port = (name: string): Port => {
        const { type, dims } = name.startsWith('shape of ') ? { type: 'int64', dims: [1] } : valueOf(name);
        return { name, type, shape: dims };
      };
      return {
        inputs: graph.inputs.map(({ name }) => port(name)),
        outputs: graph.outputs.map(({ name }) => port(name)),
        run: (_, outputs) => Promise.resolve(Object.fromEntries(outputs.map((name) => [name, answer(name)]))),
        release: () => Promise.resolve(),
      };
    },
  };
}
