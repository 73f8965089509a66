import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

export const malformedHeader = defineRule({
  meta: {
    id: 'malformed-header',
    title: 'Header that breaks the rules of its format',
    severity: 'medium',
    threats: ['denial-of-service', 'backdoor'],
    meaning:
      'Counts, lengths or offsets in the header cannot be right. Loaders written in C have been made to write out of bounds by such headers; others read something else than was checked.',
    fix: 'Do not load it. Get the file again and compare its digest; if it is the same, tell the publisher.',
    references: [
      'CVE-2024-21802',
      'CVE-2024-21836',
      'CVE-2026-33298',
      'https://github.com/huggingface/safetensors#format',
    ],
    taxonomy: ['CWE-190', 'CWE-787', 'CWE-776', 'AML.T0029'],
  },
  judge: {
    header: ({ format, issue, overflow }) => ({
      severity: overflow ? 'high' : 'medium',
      message: `${format}: ${plainText(issue)}.`,
    }),
  },
});
