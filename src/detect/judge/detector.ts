import { SEVERITIES } from '../../core/severity.ts';
import { defineDetector } from '../detector.ts';
import { NO_RESOURCES } from '../resources.ts';
import { judgeKeys } from '../tier-options.ts';
import { wholeText } from '../tiered.ts';

/** Judge: a model that is asked your own question about every text. */
export const judge = defineDetector({
  meta: {
    id: 'judge',
    title: 'Model as a judge',
    summary: 'Asks a model behind an OpenAI-compatible endpoint your own question about a text.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring'],
    taxonomy: ['OWASP-LLM01', 'AML.T0051'],
    stages: ['input', 'output'],
    cost: 'network',
    stability: 'experimental',
    references: ['https://arxiv.org/abs/2306.05685', 'https://genai.owasp.org/llmrisk/llm01-prompt-injection/'],
    needs: 'judge',
  },
  options: (z) =>
    z.strictObject({
      ...judgeKeys(z),
      question: z
        .string()
        .min(1, 'say what the judge is asked')
        .max(8000)
        .describe('A statement about a text that is true or not: "The text gives tax advice."'),
      threshold: z.number().min(0).max(1).default(0.5).describe('Probability from which a text is a finding.'),
      severity: z.enum(SEVERITIES).default('medium').describe('Severity of its findings.'),
    }),
  defaults: { url: '', model: '', question: '', threshold: 0.5, severity: 'medium' },
  create: ({ question, threshold, severity, ...settings }, resources = NO_RESOURCES) => {
    const asked = resources.judge(settings);
    const probability = async (text: string, signal: AbortSignal | undefined): Promise<number> =>
      text.trim() === '' ? 0 : (await asked.ask(question, text, signal)).score;
    return {
      slow: true,
      async inspect(text, _subject, signal) {
        const score = await probability(text, signal);
        if (score < threshold || text.trim() === '') return [];
        const message = "The judge holds the rule's statement for true of this text.";
        return [{ ...wholeText(text), rule: 'judge/statement', severity, message, label: 'JUDGED', score }];
      },
      score: (text, _subject, signal) => probability(text, signal),
      threshold: () => threshold,
    };
  },
});
