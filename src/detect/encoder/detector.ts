import { defineDetector } from '../detector.ts';
import { NO_RESOURCES } from '../resources.ts';
import { encoderKeys } from '../tier-options.ts';
import { requireLabels, wholeText } from '../tiered.ts';
import { SEVERITIES } from '../../core/severity.ts';

/** Labels are anybody's words: `prompt injection` gives `prompt-injection`. */
function slug(label: string): string {
  const words = label.toLowerCase().match(/[a-z0-9]+/g);
  return words === null ? 'label' : words.join('-').slice(0, 48).replace(/-$/, '');
}

/** Encoder: any exported sequence classifier from a local folder. */
export const encoder = defineDetector({
  meta: {
    id: 'encoder',
    title: 'Classifier of your own',
    summary:
      'Runs any exported sequence classifier from a local folder, and finds texts with the labels that you name.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring'],
    taxonomy: ['OWASP-LLM01', 'AML.T0051'],
    stages: ['input', 'output'],
    cost: 'model',
    stability: 'experimental',
    references: ['https://onnxruntime.ai/docs/', 'https://huggingface.co/docs/optimum/exporters/onnx/overview'],
    needs: 'encoder',
  },
  options: (z) =>
    z.strictObject({
      ...encoderKeys(z),
      labels: z
        .array(z.string().min(1))
        .min(1, 'name the labels that are findings')
        .describe('Labels of the model that are findings; their probabilities count together.'),
      threshold: z.number().min(0).max(1).default(0.5).describe('Probability from which a text is a finding.'),
      severity: z.enum(SEVERITIES).default('high').describe('Severity of its findings.'),
    }),
  defaults: { folder: '', labels: [], threshold: 0.5, severity: 'high' },
  create: ({ labels, threshold, severity, ...settings }, resources = NO_RESOURCES) => {
    const classifier = resources.encoder(settings);
    requireLabels(classifier, labels, settings.folder);
    const isEmpty = (text: string): boolean => text.trim() === '';
    return {
      slow: true,
      async inspect(text, _subject, signal) {
        if (isEmpty(text)) return [];
        const score = await classifier.probability(labels, text, signal);
        if (score < threshold) return [];
        const scores = (await classifier.classify(text, signal)).filter(({ label }) => labels.includes(label));
        const name = slug(scores.reduce((most, one) => (one.score > most.score ? one : most)).label);
        const message = 'The classifier gives this text a label that the rule looks for.';
        const label = name.replaceAll('-', '_').toUpperCase();
        return [{ ...wholeText(text), rule: `encoder/${name}`, severity, message, label, score }];
      },
      score: async (text, _subject, signal) => (isEmpty(text) ? 0 : await classifier.probability(labels, text, signal)),
      threshold: () => threshold,
    };
  },
});
