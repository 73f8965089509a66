import { compose } from './compose.ts';
import { ANSWERS, ATTACKS, DOCUMENTS, embeddedInstructionRows, INSTRUCTIONS } from './embedded-instruction-rows.ts';
import { capped, DOCUMENT_FOLDS, foldOf } from './folds.ts';
import { buildLexicon } from './lexicon/build-lexicon.ts';
import type { Item, Specification } from './specification.ts';

/** Injections that are put into documents for evaluation are at most so long, so that they are single instructions. */
const LONGEST_INJECTION = 300;

/** Documents that are about prompts or attacks. */
export const QUOTES_INSTRUCTIONS: ReadonlySet<string> = new Set([
  'NVIDIA/garak docs',
  'protectai/llm-guard docs',
  'confident-ai/deepteam docs',
  'Prompt-Engineering-Guide',
  'prompts.chat book',
  'brex guide',
]);

export const embeddedInstructionSpecification: Specification = {
  settings: {
    name: 'embedded-instruction',
    description: 'Instructions to a model inside documents and tool results; card: embedded-instruction.md',
    label: 'EMBEDDED_INSTRUCTION',
    features: { words: 2, gaps: true, letters: [0, 0], marks: true, conceptReach: 10 },
    windows: { piece: [5, 30], scales: [6, 24] },
    lexicon: buildLexicon(),
    size: 20,
    perRow: 12,
    least: { sources: 2, rows: 3 },
    damping: 20,
    epochs: 4,
    rate: 0.3,
    penalty: 1e-4,
    seed: 1,
    sourcePower: 0.5,
    positives: 1,
    mixture: { scales: [0.9, 0.1], whole: 0, pieces: -0.1 },
  },
  folds: DOCUMENT_FOLDS,
  rows: (data) => embeddedInstructionRows(data, 11),
  items: (data) =>
    DOCUMENT_FOLDS.flatMap((_, fold) => {
      const inFold = data.filter(({ permissive, source }) => permissive && foldOf(source, DOCUMENT_FOLDS) === fold);
      const documents = capped(
        inFold.filter(({ label, kind, source }) => label === 0 && DOCUMENTS[kind] !== undefined && source !== ANSWERS),
      );
      const injections = inFold.filter(
        ({ label, source, text }) =>
          text.length <= LONGEST_INJECTION && (label === 1 ? ATTACKS : INSTRUCTIONS)[source] !== undefined,
      );
      const made: Item[] = documents.map(({ text, source, lang }) => ({
        text,
        label: 0,
        source,
        language: lang,
        fold,
      }));
      for (const [k, source] of [...new Set(injections.map((row) => row.source))].entries()) {
        const texts = injections.filter((row) => row.source === source).map(({ text }) => text);
        if (texts.length < 20) continue;
        const carriers = capped(documents, 60).map(({ text }) => text);
        for (const text of compose(carriers, texts, 100 + k))
          made.push({ text, label: 1, source: `documents + ${source}`, fold });
      }
      return made;
    }),
  // Guides on prompts and on security quote what attackers write; they are reported, but decide no threshold.
  benign: (items) =>
    capped(
      items.filter(({ label, source }) => label === 0 && !QUOTES_INSTRUCTIONS.has(source)),
      200,
    ),
  rates: { low: 0.003, balanced: 0.015, high: 0.05 },
};
