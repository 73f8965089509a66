import { defineDetector } from '../detector.ts';

/** Finds credentials in a text. */
export const secretLeak = defineDetector({
  meta: {
    id: 'secret-leak',
    title: 'Secrets',
    summary: 'Finds API keys, tokens, private keys and other credentials.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring'],
    taxonomy: ['OWASP-LLM02'],
    stages: ['input', 'output'],
    cost: 'pattern',
    stability: 'stable',
    references: [],
  },
  options: (z) => z.strictObject({}),
  defaults: {},
  create: () => ({ inspect: () => [] }),
});
