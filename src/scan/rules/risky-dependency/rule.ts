import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

const SEVERITY = {
  typosquat: 'high',
  'insecure-index': 'high',
  'extra-index': 'medium',
  'unpinned-source': 'medium',
} as const;

export const riskyDependency = defineRule({
  meta: {
    id: 'risky-dependency',
    title: 'Dependency that can be exchanged',
    severity: 'medium',
    threats: ['backdoor'],
    meaning:
      'What is installed beside a model runs with its rights. This line takes it from a place where somebody else can put another package.',
    fix: 'Name the exact version with its digest (`--require-hashes`), from one index over HTTPS.',
    references: ['https://pip.pypa.io/en/stable/topics/secure-installs/', 'CVE-2018-20225'],
    taxonomy: ['CWE-427', 'CWE-494', 'CWE-1104', 'AML.T0010'],
  },
  judge: {
    dependency: ({ line, text, issue, detail }) => ({
      severity: Object.hasOwn(SEVERITY, issue) ? SEVERITY[issue as keyof typeof SEVERITY] : 'medium',
      message: `Line ${line}, "${plainText(text, 80)}": ${detail}.`,
    }),
  },
});
