/** An expression is evaluated on everything that passes: what it may cost is bounded when it is read. */
export const CEL_LIMITS = {
  maxAstNodes: 200,
  maxDepth: 24,
  maxListElements: 50,
  maxMapEntries: 50,
  maxCallArguments: 8,
};
/** UTF-16 units of an expression. */
export const CEL_MOST_UNITS = 2000;
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** What is wrong with an expression, in which column (from 1). */
export interface CelProblem {
  readonly problem: string;
  readonly column: number;
}

/** `matches` would be a regular expression of the backtracking kind; one loop inside another, work without measure. */
export function refusedInCel(ast: unknown): CelProblem | null {
  const pending: { node: unknown; loops: number }[] = [{ node: ast, loops: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node } = next;
    let { loops } = next;
    if (Array.isArray(node)) {
      for (const part of node) pending.push({ node: part, loops });
      continue;
    }
    if (typeof node !== 'object' || node === null) continue;
    const { op, args, pos } = node as { readonly op?: unknown; readonly args?: unknown; readonly pos?: number };
    const name = (op === 'rcall' || op === 'call') && Array.isArray(args) ? String(args[0]) : '';
    const column = (pos ?? 0) + 1;
    if (name === 'matches') return { problem: 'may not use matches(); put the expression under patterns', column };
    if (LOOPS.has(name) && ++loops > 1) return { problem: 'may not have one loop inside another', column };
    pending.push({ node: args, loops });
  }
  return null;
}
