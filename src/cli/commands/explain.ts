import { Fault } from '../../core/fault.ts';
import type { RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';

/** `parapet explain`: what a rule of the scanner, or a check of data sets, means. */
export const register: RegisterCommand = (program, io) => {
  program
    .command('explain')
    .description('say what a rule of the scanner or a check of data sets means, and what to do about a finding')
    .argument('[rule]', 'id of the rule; without it, all rules are listed')
    .action(async (id: string | undefined) => {
      const { RULES } = await import('../../scan/registry.ts');
      const { CHECKS } = await import('../../dataset/registry.ts');
      const known = [...RULES, ...CHECKS];
      if (id === undefined) {
        io.out(
          formatTable(
            ['rule', 'severity', 'title'],
            known.map(({ meta }) => [meta.id, meta.severity, meta.title]),
          ),
        );
        return;
      }
      if (id === 'not-looked-at') return io.out(NOT_LOOKED_AT);
      const rule = known.find(({ meta }) => meta.id === id);
      if (rule === undefined) {
        const alike = known.filter(({ meta }) => meta.id.includes(id.toLowerCase())).map(({ meta }) => meta.id);
        throw new Fault('ERR_USAGE', `There is no rule "${id}".`, {
          hint:
            alike.length > 0 && alike.length <= 12
              ? `There is ${alike.join(', ')}.`
              : 'Run "parapet explain" for the list.',
        });
      }
      const { meta } = rule;
      io.out(
        [
          `${meta.id}: ${meta.title}`,
          `Severity: ${meta.severity}. Threats: ${meta.threats.join(', ')}. ${meta.taxonomy.join(', ')}`,
          '',
          meta.meaning,
          '',
          `What to do: ${meta.fix}`,
          '',
          ...meta.references.map((one) => `- ${one}${addressOf(one)}`),
        ].join('\n'),
      );
    });
};

/** No rule, but it stands in the same column of the table. */
const NOT_LOOKED_AT = `not-looked-at: Something that could not be looked at
No severity: what nobody looked at is not clean. The exit code is 3, unless something was found.

A file, or a member of one, is packed or encrypted in a way that is not read, is damaged, was changed meanwhile, exceeds a limit, or cannot be reached. Nothing is
said about what is in it.

What to do: The line says what is in the way. Unpack or decrypt it and scan what comes out, get it again where it is damaged, or have its publisher give it
in a format that is read. Where it may stay unseen, leave it out with --exclude, so that somebody has decided it.`;

/** Where a number of a vulnerability, a paper or a check can be read. */
function addressOf(reference: string): string {
  if (/^CVE-\d{4}-\d{4,}$/.test(reference)) return `  https://www.cve.org/CVERecord?id=${reference}`;
  if (/^GHSA(?:-[0-9a-z]{4}){3}$/.test(reference)) return `  https://github.com/advisories/${reference}`;
  if (/^arXiv:\d{4}\.\d{4,5}$/.test(reference)) return `  https://arxiv.org/abs/${reference.slice('arXiv:'.length)}`;
  if (/^CWE-\d+$/.test(reference))
    return `  https://cwe.mitre.org/data/definitions/${reference.slice('CWE-'.length)}.html`;
  return '';
}
