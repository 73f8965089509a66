import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GROUPS, SAME } from './conformance.ts';
import { CLIENTS } from './sdk-case.ts';
import type { Client, SdkCase } from './sdk-case.ts';

export const PAGE_PATH = join(import.meta.dirname, '../../docs/reference/conformance.md');

const ROOT = join(import.meta.dirname, '../..');

function versionOf(name: string): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `\`${name}\` ${version}`;
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, column) => (column === 0 ? '---' : ':-:'))), ...rows.map(line)].join('\n');
}

/** Cases down, surfaces across. */
function caseTable(cases: readonly SdkCase[], passed: (sdkCase: SdkCase) => boolean): string {
  const surfaces = unique(cases.map(({ surface }) => surface));
  const rows = unique(cases.map(({ name }) => name)).map((name) => [
    name,
    ...surfaces.map((surface) => {
      const found = cases.find((sdkCase) => sdkCase.name === name && sdkCase.surface === surface);
      return found === undefined ? '' : passed(found) ? 'ok' : '**no**';
    }),
  ]);
  return table(['case', ...surfaces], rows);
}

/** The page for these results. */
export function renderPage(passed: ReadonlySet<SdkCase>): string {
  const holds = (sdkCase: SdkCase): boolean => passed.has(sdkCase);
  const all = GROUPS.flatMap(({ cases }) => cases);
  const same = GROUPS.find(({ title }) => title === SAME)?.cases ?? [];
  const own = GROUPS.filter(({ title }) => title !== SAME);
  const ofClient = (cases: readonly SdkCase[], client: Client): readonly SdkCase[] =>
    cases.filter((sdkCase) => sdkCase.client === client);
  return [
    '# Conformance',
    '',
    '<!-- Written by `node test/sdk/write-conformance.ts`; `npm test` fails while it does not say what the tests show. -->',
    '',
    `The official SDKs, unmodified, against the gateway: ${all.filter(holds).length} of ${all.length} cases hold.`,
    '',
    `Versions: ${['openai', '@anthropic-ai/sdk', 'ai', '@ai-sdk/openai', '@ai-sdk/anthropic'].map(versionOf).join(', ')}.`,
    '',
    `## ${SAME}`,
    '',
    'Each case runs twice: against an upstream that speaks the provider’s format, and through the gateway in front of such',
    'an upstream. What the application sees (objects, chunks, events, errors, numbers of requests) has to be deeply equal,',
    'ids and times apart. Two differences are wanted. Chunks may say `usage: null` where the application did not ask for',
    'usage, because the gateway asks for it to settle budgets, and keeps the chunk that only reports it to itself. And',
    'headers that name the provider’s account stay at the gateway, which adds its own request id',
    '(`x-request-id`, `request-id`) and keeps the provider’s in `x-upstream-request-id`.',
    ...CLIENTS.flatMap((client) => ['', `### ${client}`, '', caseTable(ofClient(same, client), holds)]),
    '',
    '## Where the gateway answers itself',
    '',
    'There is nothing to compare these with: each asserts what the application must see, and what must not arrive at the',
    'provider. A refusal arrives as the SDK’s own error class with a status that no SDK retries; “budget exhausted” counts',
    'the requests on the wire.',
    ...own.flatMap(({ title, cases }) => [
      '',
      `### ${title}`,
      '',
      ...CLIENTS.filter((client) => ofClient(cases, client).length > 0).flatMap((client, index) => [
        ...(index === 0 ? [] : ['']),
        `\`${client}\``,
        '',
        caseTable(ofClient(cases, client), holds),
      ]),
    ]),
    '',
  ].join('\n');
}
