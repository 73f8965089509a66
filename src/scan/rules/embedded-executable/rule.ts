import { defineRule } from '../../rule.ts';

export const embeddedExecutable = defineRule({
  meta: {
    id: 'embedded-executable',
    title: 'Program among the files of a model',
    severity: 'high',
    threats: ['backdoor'],
    meaning:
      'A program for an operating system travels with the model. Weights need none; something is meant to start it.',
    fix: 'Do not unpack it. Ask the publisher what it is for; a llamafile is a program by design and belongs into a sandbox.',
    references: ['https://github.com/mozilla-ai/llamafile'],
    taxonomy: ['CWE-506', 'AML.T0010'],
  },
  judge: {
    executable: ({ format }) => ({
      severity: format === 'Actually Portable Executable' ? 'medium' : 'high',
      message: `This is a program (${format}), not a model.`,
    }),
  },
});
