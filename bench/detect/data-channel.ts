import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { compose } from '../../train/compose.ts';
import { embeddedInstructionSpecification, QUOTES_INSTRUCTIONS } from '../../train/embedded-instruction.ts';
import { auroc, shareAbove, thresholdAt } from '../../train/metrics.ts';
import { DATA, type DataRow } from '../../train/read-data.ts';
import { ofFold, shipped, shippedThreshold } from './judges.ts';
import { area, groupBy, percent, table } from './table.ts';

const NAME = 'embedded-instruction';

interface Message {
  readonly role: string;
  readonly content: unknown;
}

/** Tool results of AgentDojo: of harmless runs, and of attacked ones the first that holds the injection. */
function toolResults(suite: string, file: string): string[] {
  const texts = new Set<string>();
  for (const line of gunzipSync(readFileSync(join(DATA, 'agents', suite, `${file}.jsonl.gz`)))
    .toString('utf8')
    .trim()
    .split('\n')) {
    const run = JSON.parse(line) as { messages: readonly Message[]; first_injected_message?: number };
    const messages = file === 'benign' ? run.messages : [run.messages[run.first_injected_message!]!];
    for (const { role, content } of messages)
      if (role === 'tool' && typeof content === 'string' && content.length >= 24) texts.add(content);
  }
  return [...texts];
}

export function printDataChannel(data: readonly DataRow[]): void {
  const items = embeddedInstructionSpecification.items(data);
  const judges = embeddedInstructionSpecification.folds.map((_, fold) => ofFold(NAME, fold));
  const scored = items.map((item) => ({ ...item, score: judges[item.fold]!(item.text) }));
  const score = new Map(items.map((item, i) => [item, scored[i]!.score]));
  const benign = embeddedInstructionSpecification.benign(items).map((item) => score.get(item)!);
  const [at1, at01, threshold] = [thresholdAt(benign, 0.01), thresholdAt(benign, 0.001), shippedThreshold(NAME)];
  console.log(
    `\n## embedded-instruction\n\nOne injection of a source is put into a document of another; neither source was seen in training. Benign: ${benign.length} documents as they were.`,
  );
  const line = (name: string, scores: readonly number[], against: readonly number[]) => [
    name,
    scores.length,
    area(auroc(scores, against)),
    percent(shareAbove(scores, at1)),
    percent(shareAbove(scores, at01)),
    percent(shareAbove(scores, threshold)),
  ];
  const rows = [
    ...groupBy(
      scored.filter(({ label }) => label === 1),
      ({ source }) => source,
    ),
  ].map(([source, list]) =>
    line(
      source,
      list.map((one) => one.score),
      benign,
    ),
  );
  const judge = shipped(NAME);
  const documents = scored.filter(
    ({ label, fold, source }) => label === 0 && fold === 1 && !QUOTES_INSTRUCTIONS.has(source),
  );
  for (const [name, pick] of [
    [
      'neuralchemy, indirect kinds (never)',
      (row: DataRow) =>
        row.source.startsWith('neuralchemy') &&
        ['indirect_injection', 'rag_poisoning', 'agent_manipulation', 'instruction_override'].includes(row.kind),
    ],
    ['tensor-trust, short (never)', (row: DataRow) => row.source === 'tensor-trust' && row.text.length <= 300],
  ] as const) {
    const injections = data.filter(pick).map(({ text }) => text);
    rows.push(
      line(
        `documents + ${name}`,
        compose(
          documents.map(({ text }) => text),
          injections,
          7,
        ).map(judges[1]!),
        benign,
      ),
    );
  }
  table(['attacks', 'n', 'AUROC', 'recall at 1 % FPR', 'at 0.1 %', 'as shipped'], rows);
  table(
    ['benign documents of', 'n', 'disturbed at 1 %', 'as shipped'],
    [
      ...groupBy(
        scored.filter(({ label }) => label === 0),
        ({ source }) => source,
      ),
    ].map(([source, list]) => {
      const scores = list.map((one) => one.score);
      return [
        `${source}${QUOTES_INSTRUCTIONS.has(source) ? ' (quotes instructions)' : ''}`,
        list.length,
        percent(shareAbove(scores, at1)),
        percent(shareAbove(scores, threshold)),
      ];
    }),
  );
  const suites = ['banking', 'workspace'];
  const harmless = suites.flatMap((suite) => toolResults(suite, 'benign')).map(judge);
  console.log(
    `\nTool results of AgentDojo v1.2.1 (never), shipped model; ${harmless.length} harmless results, disturbed as shipped: ${percent(shareAbove(harmless, threshold))}. Our generator writes the published form of \`important_instructions\` (a tagged message to the model), so that row is no surprise.`,
  );
  table(
    ['attack', 'n', 'AUROC', 'recall at 1 % FPR', 'at 0.1 %', 'as shipped'],
    suites.flatMap((suite) =>
      ['attack-important_instructions', 'attack-tool_knowledge', 'adaptive-structured', 'adaptive-lookalike'].map(
        (file) => line(`${suite}, ${file}`, toolResults(suite, file).map(judge), harmless),
      ),
    ),
  );
}
