import { Fault } from '../../core/fault.ts';
import { type Expression, readExpressions } from './s-expression.ts';

/** coefficients · y <= bound, y the outputs of the network. */
export interface OutputConstraint {
  readonly coefficients: Float64Array;
  readonly bound: number;
}

/** One way to be unsafe: the input in a box and all constraints on the output true. */
export interface UnsafeCase {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly constraints: readonly OutputConstraint[];
}

/** A property as VNN-LIB states it: it is violated exactly where one of the cases is met. */
export interface VnnlibProperty {
  readonly inputs: number;
  readonly outputs: number;
  readonly cases: readonly UnsafeCase[];
}

export interface VnnlibLimits {
  /** Characters of the file. */
  readonly text: number;
  /** Cases after all `or`s are multiplied out. */
  readonly cases: number;
  /** Input and output variables. */
  readonly variables: number;
}

export const VNNLIB_LIMITS: VnnlibLimits = { text: 200_000_000, cases: 10_000, variables: 1_000_000 };

/** A linear expression in the variables plus a constant. */
interface Linear {
  readonly inputs: ReadonlyMap<number, number>;
  readonly outputs: ReadonlyMap<number, number>;
  readonly constant: number;
}

/**
 * Reads a VNN-LIB file (version 1: `declare-const`, `assert`, `and`, `or`, `<=`, `>=`, `=`, linear terms over X_i and Y_j). Inputs must be
 * bounded by boxes: each input constraint holds one variable and a number.
 * @throws Fault `ERR_DATA` where the file is damaged, unbounded, or says something else.
 */
export function readVnnlib(text: string, limits: VnnlibLimits = VNNLIB_LIMITS): VnnlibProperty {
  if (text.length > limits.text)
    throw new Fault('ERR_DATA', `The property file has more than ${limits.text} characters.`);
  const declared = { X: 0, Y: 0 };
  /** Every assertion as a list of alternatives, each a list of atoms. */
  const assertions: Expression[] = [];
  for (const expression of readExpressions(text)) {
    const head = expression.kind === 'list' ? word(expression.items[0]) : null;
    if (expression.kind !== 'list' || head === null) throw wrong(expression, 'A command is expected here.');
    if (head === 'declare-const' || head === 'declare-fun') {
      const variable = parseVariable(expression.items[1]);
      if (variable === null) throw wrong(expression, 'A variable must be called X_i or Y_j.');
      if (variable.index !== declared[variable.side])
        throw wrong(expression, 'Variables must be declared in order, from 0 on.');
      declared[variable.side]++;
      if (declared.X + declared.Y > limits.variables)
        throw wrong(expression, `There are more than ${limits.variables} variables.`);
    } else if (head === 'assert') {
      if (expression.items.length !== 2) throw wrong(expression, 'An assertion has one argument.');
      assertions.push(expression.items[1]!);
    } else if (head !== 'set-logic' && head !== 'check-sat' && head !== 'vnnlib-version')
      throw wrong(expression, 'This command is not part of VNN-LIB.');
  }
  if (declared.X === 0 || declared.Y === 0)
    throw new Fault('ERR_DATA', 'The property declares no inputs X_i or no outputs Y_j.');
  return { inputs: declared.X, outputs: declared.Y, cases: toCases(assertions, declared, limits) };
}

type Draft = {
  readonly low: Map<number, number>;
  readonly high: Map<number, number>;
  readonly constraints: OutputConstraint[];
};

function toCases(
  assertions: readonly Expression[],
  declared: { readonly X: number; readonly Y: number },
  limits: VnnlibLimits,
): readonly UnsafeCase[] {
  // What every case shares is kept once, so that a file of thousands of plain bounds does not copy maps.
  const shared: Draft = { low: new Map(), high: new Map(), constraints: [] };
  let alternatives: readonly Draft[] = [{ low: new Map(), high: new Map(), constraints: [] }];
  for (const assertion of assertions) {
    const choices = disjuncts(assertion, limits.cases);
    if (choices.length === 1) {
      for (const atom of choices[0]!) addAtom(atom, shared, declared);
      continue;
    }
    if (alternatives.length * choices.length > limits.cases)
      throw wrong(assertion, `The property has more than ${limits.cases} cases.`);
    alternatives = alternatives.flatMap((draft) =>
      choices.map((atoms) => {
        const next = { low: new Map(draft.low), high: new Map(draft.high), constraints: [...draft.constraints] };
        for (const atom of atoms) addAtom(atom, next, declared);
        return next;
      }),
    );
  }
  return alternatives.map((draft) => {
    const low = new Float64Array(declared.X).fill(Number.NEGATIVE_INFINITY);
    const high = new Float64Array(declared.X).fill(Number.POSITIVE_INFINITY);
    for (const part of [shared, draft]) {
      for (const [index, value] of part.low) low[index] = Math.max(low[index]!, value);
      for (const [index, value] of part.high) high[index] = Math.min(high[index]!, value);
    }
    for (let i = 0; i < declared.X; i++)
      if (!Number.isFinite(low[i]!) || !Number.isFinite(high[i]!))
        throw new Fault('ERR_DATA', 'An input has no lower or no upper bound.', { where: `X_${i}` });
    return { low, high, constraints: [...shared.constraints, ...draft.constraints] };
  });
}

/** An expression as alternatives of atoms (disjunctive normal form). Depth is bounded by the reader of expressions. */
function disjuncts(expression: Expression, limit: number): readonly (readonly Expression[])[] {
  const head = expression.kind === 'list' ? word(expression.items[0]) : null;
  if (expression.kind !== 'list' || (head !== 'and' && head !== 'or')) return [[expression]];
  const parts = expression.items.slice(1).map((item) => disjuncts(item, limit));
  if (parts.length === 0) throw wrong(expression, `"${head}" of nothing.`);
  if (head === 'or') {
    if (parts.reduce((sum, part) => sum + part.length, 0) > limit)
      throw wrong(expression, `The property has more than ${limit} cases.`);
    return parts.flat();
  }
  let product: readonly (readonly Expression[])[] = [[]];
  for (const part of parts) {
    if (product.length * part.length > limit) throw wrong(expression, `The property has more than ${limit} cases.`);
    if (part.length === 1 && product.length === 1) (product[0] as Expression[]).push(...part[0]!);
    else product = product.flatMap((before) => part.map((after) => [...before, ...after]));
  }
  return product;
}

function addAtom(atom: Expression, draft: Draft, declared: { readonly X: number; readonly Y: number }): void {
  const relation = atom.kind === 'list' ? word(atom.items[0]) : null;
  if (atom.kind !== 'list' || atom.items.length !== 3 || (relation !== '<=' && relation !== '>=' && relation !== '='))
    throw wrong(atom, 'A comparison (<= a b), (>= a b) or (= a b) is expected here.');
  const [left, right] = [linear(atom.items[1]!, declared), linear(atom.items[2]!, declared)];
  if (relation !== '>=') addInequality(atom, left, right, draft, declared.Y);
  if (relation !== '<=') addInequality(atom, right, left, draft, declared.Y);
}

/** smaller <= larger. */
function addInequality(atom: Expression, smaller: Linear, larger: Linear, draft: Draft, outputs: number): void {
  const difference = combine(smaller, larger, -1);
  const bound = 0 - difference.constant;
  if (difference.outputs.size > 0) {
    if (difference.inputs.size > 0) throw wrong(atom, 'A comparison of inputs with outputs is not supported.');
    const coefficients = new Float64Array(outputs);
    for (const [index, factor] of difference.outputs) coefficients[index] = factor;
    draft.constraints.push({ coefficients, bound });
    return;
  }
  if (difference.inputs.size !== 1) throw wrong(atom, 'An input constraint must bound exactly one input by a number.');
  const [[index, factor]] = [...difference.inputs] as [[number, number]];
  // Divided only when it must be: a plain bound stays the number in the file.
  const limit = factor === 1 ? bound : factor === -1 ? 0 - bound : bound / factor;
  if (factor > 0) draft.high.set(index, Math.min(draft.high.get(index) ?? Number.POSITIVE_INFINITY, limit));
  else draft.low.set(index, Math.max(draft.low.get(index) ?? Number.NEGATIVE_INFINITY, limit));
}

function linear(expression: Expression, declared: { readonly X: number; readonly Y: number }): Linear {
  if (expression.kind === 'word') {
    const variable = parseVariable(expression);
    if (variable !== null) {
      if (variable.index >= declared[variable.side]) throw wrong(expression, 'This variable is not declared.');
      const one = new Map([[variable.index, 1]]);
      return variable.side === 'X'
        ? { inputs: one, outputs: new Map(), constant: 0 }
        : { inputs: new Map(), outputs: one, constant: 0 };
    }
    const value = Number(expression.text);
    if (!Number.isFinite(value)) throw wrong(expression, 'A number or a variable is expected here.');
    return { inputs: new Map(), outputs: new Map(), constant: value };
  }
  const head = word(expression.items[0]);
  const terms = expression.items.slice(1).map((item) => linear(item, declared));
  if (terms.length > 0) {
    if (head === '+') return terms.reduce((sum, term) => combine(sum, term, 1));
    if (head === '-')
      return terms.length === 1 ? scaled(terms[0]!, -1) : terms.reduce((sum, term) => combine(sum, term, -1));
    if (head === '*' && terms.length === 2) {
      const [a, b] = [terms[0]!, terms[1]!];
      if (a.inputs.size + a.outputs.size === 0) return scaled(b, a.constant);
      if (b.inputs.size + b.outputs.size === 0) return scaled(a, b.constant);
    }
  }
  throw wrong(expression, 'A linear term is expected here.');
}

function combine(a: Linear, b: Linear, factor: 1 | -1): Linear {
  const merge = (x: ReadonlyMap<number, number>, y: ReadonlyMap<number, number>): Map<number, number> => {
    const sum = new Map(x);
    for (const [index, value] of y) {
      const total = (sum.get(index) ?? 0) + factor * value;
      if (total === 0) sum.delete(index);
      else sum.set(index, total);
    }
    return sum;
  };
  return {
    inputs: merge(a.inputs, b.inputs),
    outputs: merge(a.outputs, b.outputs),
    constant: a.constant + factor * b.constant,
  };
}

function scaled(a: Linear, factor: number): Linear {
  const times = (x: ReadonlyMap<number, number>): Map<number, number> =>
    new Map([...x].map(([index, value]) => [index, value * factor]));
  return { inputs: times(a.inputs), outputs: times(a.outputs), constant: a.constant * factor };
}

function parseVariable(
  expression: Expression | undefined,
): { readonly side: 'X' | 'Y'; readonly index: number } | null {
  const text = expression === undefined ? null : word(expression);
  const match = text === null ? null : /^([XY])_([0-9]{1,9})$/.exec(text);
  return match === null ? null : { side: match[1] as 'X' | 'Y', index: Number(match[2]) };
}

function word(expression: Expression | undefined): string | null {
  return expression?.kind === 'word' ? expression.text : null;
}

function wrong(expression: Expression, message: string): Fault {
  return new Fault('ERR_DATA', message, { where: `line ${expression.line}` });
}
