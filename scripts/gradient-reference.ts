import { gradientRules } from '../src/engine/gradient/registry.ts';
import { OLDEST_OPSET } from '../src/engine/graph/upgrade-opset.ts';
import { OPERATOR_CASES } from '../src/engine/testing/cases/registry.ts';

interface Checked {
  /** Operator sets in which cases are written. */
  readonly opsets: Set<number>;
  /** Inputs that are differentiated in cases. */
  readonly inputs: Set<number>;
}

const NEWEST = 21;

/** The table of operators that can be differentiated. */
export function gradientReference(): string {
  const checked = new Map<string, Checked>();
  for (const one of OPERATOR_CASES) {
    // Upsample is said as Resize.
    const key = keyOf(one.domain, one.op === 'Upsample' ? 'Resize' : one.op);
    const found = checked.get(key) ?? { opsets: new Set(), inputs: new Set() };
    checked.set(key, found);
    found.opsets.add(one.opset ?? NEWEST);
    one.inputs.forEach((input, at) => {
      if (input?.role === 'variable') found.inputs.add(at);
    });
  }
  const rows = gradientRules()
    .map(({ op, domain = '', limits = '', masked }) => {
      const remarks = [masked === undefined ? '' : masked, limits].filter((one) => one !== '').join('; ');
      const found = checked.get(keyOf(domain, op));
      const kind = masked !== undefined ? 'hidden' : found === undefined ? 'none to give' : 'yes';
      const cells = [
        `\`${op}\``,
        domain === '' ? 'standard' : `\`${domain}\``,
        kind,
        domain === '' ? listOf(found?.opsets) : '',
        listOf(found?.inputs),
        remarks.replaceAll('|', '\\|'),
      ];
      return `| ${cells.join(' | ')} |`;
    })
    .toSorted();
  return [
    '# Gradients of ONNX operators',
    '',
    'What `parapet model check` and the lab can differentiate. Generated from `src/engine/gradient/registry.ts` and the cases of its test by `npm run docs`.',
    `Operator sets ${OLDEST_OPSET} to ${NEWEST} are brought to the meaning of ${NEWEST} first, so that every operator is taken in each of them; later sets are taken as they are.`,
    'Rules are tested against finite differences of a reference in double precision (`src/engine/gradient/rules.test.ts`). *Operator sets*: those in which cases of the',
    'tests are written. *Inputs*: those that the tests differentiate by, the first being 0. *Hidden*: the true gradient is zero almost everywhere; some of these have a',
    'stand-in (straight-through) that must be asked for. *None to give*: places, truth values and constants, through which nothing flows back. An operator that is not here is',
    'an error that names the node. Scaler, Normalizer, LinearRegressor, LinearClassifier (its scores), ArrayFeatureExtractor, FeatureVectorizer and Imputer of `ai.onnx.ml` are said in',
    'standard operators first.',
    '',
    '| operator | domain | gradient | operator sets | inputs | remarks |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function keyOf(domain: string | undefined, op: string): string {
  return `${domain ?? ''} ${op}`;
}

function listOf(numbers: ReadonlySet<number> | undefined): string {
  return [...(numbers ?? [])].sort((a, b) => a - b).join(', ');
}
