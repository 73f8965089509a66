import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

/** A condition on what somebody wrote: a literal looked for in the content of a message. */
const CONDITION =
  /\{%-?\s{0,8}(?:el)?if\b[^%]{0,300}?(?:['"][^'"]{1,200}['"]\s{0,4}(?:not\s+)?in\s+[^%]{0,80}?content|content[^%]{0,80}?(?:\.startswith|\.endswith|\.find|\.count|\|\s{0,4}(?:lower|upper))[^%]{0,80}?['"])[^%]{0,200}?%\}([\s\S]{0,2000}?)\{%/g;

/** Addresses in the text that a template adds by itself. */
const ADDRESS = /https?:\/\/[^\s{}'"<>]{4,200}/i;
const COMMANDING =
  /\b(?:always|never|must|do not|don't|ignore|disregard|include|append|insert|instead|secretly|system\s*:|reveal|send|recommend|say that|respond with|tell the user|use the following)\b/i;

export const templateHiddenInstruction = defineRule({
  meta: {
    id: 'template-hidden-instruction',
    title: 'Template that adds instructions when a message says a certain word',
    severity: 'high',
    threats: ['backdoor', 'prompt-injection'],
    meaning:
      'The chat template changes what the model is told depending on what a user wrote. The model behaves well in every test that does not use the word, and otherwise follows whoever wrote the template.',
    fix: 'Replace the template by that of the base model. Look at who published this file.',
    references: [
      'https://www.pillar.security/blog/llm-backdoors-at-the-inference-level',
      'https://github.com/CycloneDX/specification/issues/862',
    ],
    taxonomy: ['AML.T0018', 'AML.T0051'],
  },
  judge: {
    template: ({ key, text }) => {
      const name = plainText(key, 80);
      for (const match of text.matchAll(CONDITION)) {
        const branch = match[1]!.replace(/\{\{[^}]{0,300}\}\}/g, ' ');
        const literal =
          branch + [...match[1]!.matchAll(/\{\{-?\s{0,8}['"]([^'"]{12,600})['"]/g)].map((one) => one[1]).join(' ');
        const words = literal.match(/[\p{L}]{2,}/gu)?.length ?? 0;
        if (ADDRESS.test(literal) || (words >= 5 && COMMANDING.test(literal))) {
          return {
            message: `The template ${name} adds instructions of its own when a message contains a certain text.`,
          };
        }
        if (words >= 12)
          return {
            severity: 'medium',
            message: `The template ${name} adds a text of its own when a message contains a certain text.`,
          };
      }
      if (
        ADDRESS.test(text) &&
        /content\s{0,4}\}\}|content\s{0,4}[|+~]/.test(
          text.slice(Math.max(0, text.search(ADDRESS) - 20), text.search(ADDRESS) + 400),
        )
      ) {
        return { severity: 'medium', message: `The template ${name} puts what users write beside an address.` };
      }
      return null;
    },
  },
});
