import { gradientRules } from '../src/engine/gradient/registry.ts';

/** The table of operators that can be differentiated. */
export function gradientReference(): string {
  const rows = gradientRules()
    .map(({ op, domain = '', limits = '', masked }) => {
      const remarks = [masked === undefined ? '' : masked, limits].filter((one) => one !== '').join('; ');
      return `| \`${op}\` | ${domain === '' ? 'standard' : `\`${domain}\``} | ${masked === undefined ? 'yes' : 'hidden'} | ${remarks.replaceAll('|', '\\|')} |`;
    })
    .toSorted();
  return [
    '# Gradients of ONNX operators',
    '',
    'What `parapet model check` and the lab can differentiate. Generated from `src/engine/gradient/registry.ts` by `npm run docs`. Operator sets 7 to 21',
    'are brought to the meaning of 21 first. Rules with cases are tested against finite differences of a reference in double precision',
    '(`src/engine/gradient/rules.test.ts`). *Hidden*: the true gradient is zero almost everywhere; some of these have a stand-in (straight-through) that must be',
    'asked for. An operator that is not here is an error that names the node.',
    '',
    '| operator | domain | gradient | remarks |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
