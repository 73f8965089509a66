import { floatOf, intOf } from '../../../engine/graph/attributes.ts';
import type { OperatorImporter } from './network-draft.ts';
import { broadcastIndex, sizeOf } from './static-shape.ts';

export const importMatMul: OperatorImporter = (draft, node) => {
  const a = draft.value(node, 0);
  const b = draft.value(node, 1);
  if (a.kind === 'variable' && b.kind === 'constant' && b.shape.length >= 1 && b.shape.length <= 2) {
    const [k, n] = [b.shape[0]!, b.shape[1] ?? 1];
    if (a.shape.at(-1) !== k) throw draft.unsupported(node, `of [${a.shape}] by [${b.shape}]`);
    const rows = sizeOf(a.shape) / k;
    const shape = [...a.shape.slice(0, -1), ...(b.shape.length === 2 ? [n] : [])];
    if (rows === 1) {
      const weights = new Float64Array(n * k);
      for (let i = 0; i < k; i++) for (let j = 0; j < n; j++) weights[j * k + i] = b.data[i * n + j]!;
      return draft.affine(shape, [{ from: a.step, map: { kind: 'dense', rows: n, columns: k, weights } }]);
    }
    const map = draft.sparse(rows * k, (add, endRow) => {
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < n; j++) {
          for (let i = 0; i < k; i++) add(r * k + i, b.data[i * n + j]!);
          endRow();
        }
    });
    return draft.affine(shape, [{ from: a.step, map }]);
  }
  if (a.kind === 'constant' && b.kind === 'variable' && a.shape.length === 2 && b.shape.length <= 2) {
    const [m, k] = [a.shape[0]!, a.shape[1]!];
    const n = b.shape[1] ?? 1;
    if (b.shape[0] !== k) throw draft.unsupported(node, `of [${a.shape}] by [${b.shape}]`);
    const shape = b.shape.length === 1 ? [m] : [m, n];
    if (n === 1)
      return draft.affine(shape, [{ from: b.step, map: { kind: 'dense', rows: m, columns: k, weights: a.data } }]);
    const map = draft.sparse(k * n, (add, endRow) => {
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          for (let l = 0; l < k; l++) add(l * n + j, a.data[i * k + l]!);
          endRow();
        }
    });
    return draft.affine(shape, [{ from: b.step, map }]);
  }
  throw draft.unsupported(node, `of [${a.shape}] by [${b.shape}], or of two values that depend on the input`);
};

export const importGemm: OperatorImporter = (draft, node) => {
  const x = draft.variable(node, 0);
  const w = draft.constant(node, 1);
  if (intOf(node, 'transA', 0) !== 0 || x.shape.length !== 2 || x.shape[0] !== 1 || w.shape.length !== 2)
    throw draft.unsupported(node, 'with a transposed first input or more than one row');
  const alpha = floatOf(node, 'alpha', 1);
  const turned = intOf(node, 'transB', 0) !== 0;
  const [n, k] = turned ? [w.shape[0]!, w.shape[1]!] : [w.shape[1]!, w.shape[0]!];
  if (x.shape[1] !== k) throw draft.unsupported(node, `of [${x.shape}] by [${w.shape}]`);
  const weights = new Float64Array(n * k);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < k; j++) weights[i * k + j] = alpha * w.data[turned ? i * k + j : j * n + i]!;
  const terms = [{ from: x.step, map: { kind: 'dense', rows: n, columns: k, weights } as const }];
  const c = draft.optional(node, 2);
  const beta = floatOf(node, 'beta', 1);
  if (c === undefined) return draft.affine([1, n], terms);
  if (draft.broadcast(node, [1, n], c.shape).join() !== [1, n].join())
    throw draft.unsupported(node, `with a third input of [${c.shape}]`);
  if (c.kind === 'variable')
    return draft.affine(
      [1, n],
      [
        ...terms,
        {
          from: c.step,
          map: draft.gather(
            n,
            sizeOf(c.shape),
            (i) => broadcastIndex(i, [1, n], c.shape),
            () => beta,
          ),
        },
      ],
    );
  return draft.affine(
    [1, n],
    terms,
    Float64Array.from({ length: n }, (_, i) => beta * c.data[broadcastIndex(i, [1, n], c.shape)]!),
  );
};
