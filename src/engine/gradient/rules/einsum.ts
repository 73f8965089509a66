import { textOf } from '../../graph/attributes.ts';
import { formula } from '../formula.ts';
import { defineRules, type GradientContext, type GradientRule } from '../gradient-rule.ts';

/**
 * By input i: the Einsum of dy and the other inputs with the labels of input i as its result. Labels that only input i has were summed
 * away: there the gradient is the same everywhere.
 */
const einsum: GradientRule = {
  op: 'Einsum',
  build(context) {
    const dy = context.upstream(0);
    if (dy === null) return [];
    const equation = readEquation(context);
    return context.node.inputs.map((_, input) => {
      const wanted = context.wants(input);
      if (wanted === null) return null;
      return gradientBy(context, equation, dy, input, wanted === 'per-sample');
    });
  },
};

interface Equation {
  /** Labels of each input, an ellipsis written out. */
  readonly terms: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly sizes: ReadonlyMap<string, number>;
}

function gradientBy(
  context: GradientContext,
  { terms, output, sizes }: Equation,
  dy: string,
  input: number,
  perSample: boolean,
): string {
  const { node, build } = context;
  const f = formula(build);
  const own = terms[input]!;
  if (new Set(own).size !== own.length) context.unsupported('an input repeats a label (a diagonal)');
  const others = terms.flatMap((labels, at) => (at === input ? [] : [{ labels, name: node.inputs[at]! }]));
  const around = new Set([...output, ...others.flatMap(({ labels }) => labels)]);
  const dims = context.shapeOf(node.inputs[input]!);
  // A label of size 1 that broadcast: the other inputs' places are summed.
  const kept = own.filter((label, axis) => around.has(label) && dims[axis] === sizes.get(label));
  const [batch] = output;
  if (perSample && (batch === undefined || own.includes(batch))) {
    context.unsupported(
      'a gradient for each sample needs the batch in the first axis of the result, and not in the parameter',
    );
  }
  const result = perSample ? [batch!, ...kept] : kept;
  const operands = [{ labels: output, name: dy }, ...others.map((one) => squeezed(context, one, sizes))];
  const text = `${operands.map(({ labels }) => labels.join('')).join(',')}->${result.join('')}`;
  const summed = build.add(
    'Einsum',
    operands.map(({ name }) => name),
    { equation: text },
  );
  const wide = own.map((label, axis) => (kept.includes(label) ? dims[axis]! : 1));
  const lead = perSample ? [context.batch] : [];
  const shaped = f.reshape(summed, [...lead, ...wide]);
  if (wide.join() === dims.join()) return shaped;
  return build.add('Expand', [shaped, build.ints([...lead, ...dims])]);
}

/** Without the axes of size 1 that broadcast against larger ones, which not every kernel takes. */
function squeezed(
  context: GradientContext,
  { labels, name }: { readonly labels: readonly string[]; readonly name: string },
  sizes: ReadonlyMap<string, number>,
): { readonly labels: readonly string[]; readonly name: string } {
  const dims = context.shapeOf(name);
  const kept = labels.filter((label, axis) => dims[axis] === sizes.get(label));
  if (kept.length === labels.length) return { labels, name };
  const rest = dims.filter((size, axis) => size === sizes.get(labels[axis]!));
  return { labels: kept, name: formula(context.build).reshape(name, rest) };
}

function readEquation(context: GradientContext): Equation {
  const { node } = context;
  const text = textOf(node, 'equation', '').replaceAll(' ', '');
  const [left, right] = text.split('->') as [string, string?];
  const written = left.split(',');
  if (written.length !== node.inputs.length) context.unsupported('its equation does not fit its inputs');
  const ranks = node.inputs.map((name) => context.shapeOf(name).length);
  const letters = [...new Set(text.replaceAll(/[^A-Za-z]/g, ''))];
  const free = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((one) => !letters.includes(one));
  const hidden = Math.max(0, ...written.map((term, at) => ellipsisRank(term, ranks[at]!)));
  if (hidden > free.length) context.unsupported('its equation has more labels than there are letters');
  const dots = free.slice(0, hidden);
  const labelsOf = (term: string, rank: number): string[] => {
    const [head, tail] = term.split('...') as [string, string?];
    return tail === undefined ? [...term] : [...head, ...dots.slice(hidden - rank), ...tail];
  };
  const terms = written.map((term, at) => labelsOf(term, ellipsisRank(term, ranks[at]!)));
  const sizes = new Map<string, number>();
  terms.forEach((labels, at) =>
    labels.forEach((label, axis) => {
      const size =
        context.shapeOf(node.inputs[at]!)[axis] ?? context.unsupported('its equation does not fit its inputs');
      sizes.set(label, Math.max(size, sizes.get(label) ?? 1));
    }),
  );
  const once = letters.filter((label) => terms.flat().filter((one) => one === label).length === 1).sort();
  const output = right === undefined ? [...dots, ...once] : labelsOf(right, hidden);
  return { terms, output, sizes };
}

/** How many axes an ellipsis stands for. */
function ellipsisRank(term: string, rank: number): number {
  return term.includes('...') ? rank - (term.length - 3) : 0;
}

export const EINSUM = defineRules([einsum]);
