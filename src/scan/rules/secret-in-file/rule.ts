import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

export const secretInFile = defineRule({
  meta: {
    id: 'secret-in-file',
    title: 'Credential in a file',
    severity: 'high',
    threats: ['backdoor'],
    yieldsTo: ['secret-in-infrastructure'],
    meaning:
      'A key, token or password stands in a file that travels with the model. Whoever has the file has the credential, and it stays in the history of the repository after it is deleted.',
    fix: 'Revoke it, then remove it from the file and its history. Read credentials from the environment.',
    references: ['https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/'],
    taxonomy: ['CWE-798', 'CWE-312', 'AML.T0055'],
  },
  judge: {
    secret: ({ title, mask, severity }) => ({
      severity: severity === 'critical' ? 'high' : severity,
      message: `It holds a credential (${title}): ${plainText(mask)}.`,
    }),
  },
});
