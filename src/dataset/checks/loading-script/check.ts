import { closeSync, openSync, readSync } from 'node:fs';
import { defineCheck } from '../../check.ts';

const MOST = 4 << 20;
const BUILDER =
  /\b(?:GeneratorBasedBuilder|ArrowBasedBuilder|BuilderConfig|DatasetBuilder|_split_generators|_generate_examples)\b/;
const TRUST = /\btrust_remote_code\s{0,4}[=:]\s{0,4}(?:True|true|1)\b/;

/** Files of programs and how they are named. */
const PROGRAM = /\.(?:py|pyw|ipynb|sh|bash|ps1|bat|cmd|js|mjs|r|jl|pl|rb|so|dll|dylib|exe|jar|class|pyc)$/i;
const TEXT = /\.(?:md|txt|rst|ya?ml|json|toml|cfg|ini|py|ipynb|sh)$/i;

export const loadingScript = defineCheck({
  meta: {
    id: 'loading-script',
    title: 'Program beside the data',
    severity: 'high',
    threats: ['data-poisoning', 'backdoor'],
    meaning:
      'The data set brings a program. A loading script runs with the rights of whoever loads the data set, before a single row is seen; a request for trust_remote_code asks for that.',
    fix: 'Convert the data to Parquet or JSON Lines in a place without secrets, remove the program, and load the converted files.',
    references: [
      'https://huggingface.co/docs/datasets/v2.20.0/en/dataset_script',
      'https://huggingface.co/docs/datasets/about_dataset_load',
    ],
    taxonomy: ['AML.T0010', 'AML.T0011', 'CWE-829'],
  },
  begin(context) {
    return {
      file({ path, shown, format }) {
        const where = { member: null, offset: null };
        if (format !== null && !TEXT.test(shown)) return;
        const program = PROGRAM.test(shown);
        if (!program && !TEXT.test(shown)) return;
        const text = startOf(path);
        if (program && BUILDER.test(text)) {
          context.report(shown, {
            message: 'A loading script of a data set: it runs when the data set is loaded.',
            where: { ...where, line: lineOf(text, BUILDER) },
          });
        } else if (program) {
          context.report(shown, { severity: 'medium', message: 'A program lies among the data.', where });
        } else if (TRUST.test(text)) {
          context.report(shown, {
            severity: 'medium',
            message: 'The data set asks to be loaded with trust_remote_code, which runs its programs.',
            where: { ...where, line: lineOf(text, TRUST) },
          });
        }
      },
    };
  },
});

function lineOf(text: string, pattern: RegExp): number {
  const at = pattern.exec(text)?.index ?? 0;
  let line = 1;
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', next + 1)) line++;
  return line;
}

function startOf(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MOST);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, MOST, 0)).toString('latin1');
  } finally {
    closeSync(descriptor);
  }
}
