import { RULES } from '../src/scan/registry.ts';

/** What the scanner looks for, as the rules say it themselves. */
export function scanRuleReference(): string {
  const families = new Map<string, (typeof RULES)[number][]>();
  for (const rule of RULES) {
    const name = rule.meta.family ?? '';
    families.set(name, [...(families.get(name) ?? []), rule]);
  }
  const sections = [...families]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([family, rules]) => [
      family === '' ? '## Model files' : `## [${family}](../../src/scan/rules/${family}/README.md)`,
      '',
      '| rule | severity | what | taxonomy |',
      '| --- | --- | --- | --- |',
      ...rules
        .toSorted((a, b) => (a.meta.id < b.meta.id ? -1 : 1))
        .map(({ meta }) => `| \`${meta.id}\` | ${meta.severity} | ${meta.title} | ${meta.taxonomy.join(', ')} |`),
      '',
    ]);
  return [
    '# Rules of the scanner',
    '',
    'What `parapet scan` looks for; `parapet explain RULE` says what a rule means, what to do, and where to read more. Generated from',
    '`src/scan/registry.ts` by `npm run docs`. A severity is the usual one; a finding can be milder or worse.',
    '',
    ...sections,
  ].join('\n');
}
