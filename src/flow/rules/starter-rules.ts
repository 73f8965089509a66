import { stringify } from 'yaml';
import type { FlowTool } from '../history.ts';
import { profileTool, type ToolProfile } from '../tool-profile.ts';
import { identifierWords } from '../words.ts';
import { argumentNames } from './schema-arguments.ts';
import { trimEndOf } from '../../text/trim-end-of.ts';

const HEAD = `# What this file says refines what Parapet decides about tool calls by itself; everything in it can be left out.
# Check it with \`parapet flow check\`, and see what it does with \`parapet flow explain\` and \`parapet flow replay --rules\`.
# Tiers of provenance, best first: U your user's words, T first-party sources, S a field of a record that the user points to,
# F another field, D inside a text that the user named, X inside another text, N nowhere.

# strict: fields of results name nobody outside without a person. default: fields of records that the user points to do.
profile: strict
`;

const SECTIONS = `
# Tools whose results nobody outside can write: your directory, your own accounts.
# firstParty:
#   - tool: search_contacts
#   - { tool: list_orders, fields: [customer_email] }

# What your users say when they ask for a tool, where Parapet does not understand it.
# licences:
#   - { tool: send_report, phrases: [the usual round] }

budgets:
  sideEffects: 5
  recipients: 1
`;

/** Words of arguments that belong to whom the call is for. */
const OWNERS = [
  'user',
  'customer',
  'client',
  'tenant',
  'patient',
  'account',
  'member',
  'owner',
  'subject',
  'employee',
  'student',
];

/** A first rule file for tools, with what Parapet understands of each of them, to be corrected. */
export function starterRules(tools: readonly FlowTool[]): string {
  const profiles = tools.map((tool) => ({ tool, profile: profileTool(tool), names: argumentNames(tool.schema) }));
  const lines = [HEAD];
  if (profiles.length > 0) {
    lines.push(
      '# What each tool does and what its arguments are for, as Parapet understands it. Correct what is wrong.\ntools:',
    );
    for (const { tool, profile, names } of profiles) {
      if (profile.act === 'other')
        lines.push(
          '  # Its name does not say what it does, so it is taken for a change that nobody knows. Say what it is.',
        );
      const args = Object.fromEntries(names.map((name) => [name, profile.role(name.split('.'))]));
      lines.push(inset({ [tool.name]: { act: profile.act, ...(names.length === 0 ? {} : { args }) } }));
    }
  }
  lines.push(SECTIONS);
  lines.push(...scopeLines(profiles), ...ruleLines(profiles));
  return `${lines.join('\n').trimEnd()}\n`;
}

interface Understood {
  readonly tool: FlowTool;
  readonly profile: ToolProfile;
  readonly names: readonly string[];
}

function scopeLines(profiles: readonly Understood[]): readonly string[] {
  const scoped = profiles.flatMap(({ tool, names }) =>
    names.filter(isOwner).map((name) => `#   - { tool: ${quoted(tool.name)}, require: { ${quoted(name)}: sub } }`),
  );
  if (scoped.length === 0) return [];
  return [
    '# Arguments that say whose data it is. `require` denies another value than the claim of the caller, `bind` overwrites it.',
    '# scope:',
    ...scoped,
    '',
  ];
}

function ruleLines(profiles: readonly Understood[]): readonly string[] {
  const lines: string[] = [];
  for (const { tool, profile, names } of profiles) {
    const amounts = names.filter((name) => profile.role(name.split('.')) === 'amount');
    if (profile.act === 'pay' && amounts.length > 0) {
      lines.push(
        `  # Nothing is paid backwards; add \`max\` for what a person has to look at.`,
        inset([
          {
            id: idOf(tool.name, 'amount'),
            tool: tool.name,
            must: { args: Object.fromEntries(amounts.map((name) => [name, { min: 0, optional: true }])) },
          },
        ]),
      );
    }
    const recipients = names.filter((name) => profile.act !== 'read' && profile.role(name.split('.')) === 'recipient');
    for (const name of recipients)
      lines.push(
        `  # Colleagues need no person:`,
        `  # - id: ${idOf(tool.name, 'colleagues')}`,
        `  #   tool: ${quoted(tool.name)}`,
        `  #   if: { args: { ${quoted(name)}: { pattern: '.*@example\\.com', prov: [U, T, S, F] } } }`,
        `  #   effect: allow`,
        `  #   overrides: [external-recipient]`,
      );
    if (profile.act === 'destroy')
      lines.push(
        `  # One at a time, and a person looks:`,
        `  # - { id: ${idOf(tool.name, 'one')}, tool: ${quoted(tool.name)}, must: { count: { below: 1 } }, otherwise: approve }`,
      );
  }
  const active = lines.some((line) => !line.trimStart().startsWith('#'));
  return lines.length === 0 ? [] : [active ? 'rules:' : 'rules:\n  []', ...lines];
}

function isOwner(name: string): boolean {
  const words = identifierWords(name.split('.').at(-1)!);
  return (
    words.length <= 3 && words.some((word) => OWNERS.includes(word)) && ['id', 'number', 'no'].includes(words.at(-1)!)
  );
}

function idOf(tool: string, what: string): string {
  const name = identifierWords(tool)
    .join('-')
    .replace(/[^a-z0-9-]/g, '')
    .slice(0, 48);
  return `${trimEndOf(name.replace(/^-+/, ''), '-') || 'tool'}-${what}`;
}

function quoted(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}

function inset(value: unknown): string {
  return stringify(value, { lineWidth: 120 })
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
