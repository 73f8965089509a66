import { defineRule } from '../../rule.ts';

export const embeddedExecutable = defineRule({
  meta: {
    id: 'embedded-executable',
    title: 'Program among the files of a model',
    severity: 'high',
    threats: ['backdoor'],
    meaning:
      'A program for an operating system travels with the model. Weights need none; something is meant to start it. A shared library that a wheel for that platform has in its list, with the right digest, is what such wheels are for: it runs when the package is imported, and is told as low, because nobody here looks into it.',
    fix: 'Do not unpack it. Ask the publisher what it is for; a llamafile is a program by design and belongs into a sandbox.',
    references: [
      'https://github.com/mozilla-ai/llamafile',
      'https://packaging.python.org/en/latest/specifications/recording-installed-packages/',
    ],
    taxonomy: ['CWE-506', 'AML.T0010'],
  },
  judge: {
    executable: ({ format, listed }) => {
      if (listed === 'library')
        return {
          severity: 'low',
          message: `This is a shared library (${format}) that its wheel lists: importing the package runs it, and it was not looked into.`,
        };
      const why =
        listed === 'differs'
          ? ', and not the one that its wheel lists'
          : listed === 'unlisted'
            ? ' that its wheel does not list'
            : ', not a model';
      return {
        severity: format === 'Actually Portable Executable' ? 'medium' : 'high',
        message: `This is a program (${format})${why}.`,
      };
    },
  },
});
