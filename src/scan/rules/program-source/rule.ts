import type { Severity } from '../../../core/severity.ts';
import type { SourceRiskKind } from '../../python/source-risks.ts';
import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

/** What a call is worth: when the file is imported, and when a function of it is called. */
const WORTH: Readonly<Record<SourceRiskKind, readonly [Severity, Severity, string]>> = {
  'runs-decoded': ['high', 'high', 'runs text that is decoded or fetched first'],
  'starts-program': ['high', 'low', 'starts a program'],
  evaluates: ['medium', 'low', 'evaluates text'],
  'loads-code': ['medium', 'info', 'loads what can hold code'],
  'hides-name': ['medium', 'low', 'uses a name that it puts together'],
  network: ['medium', 'info', 'reaches the network'],
};
/** Programs that are there to be started, by whoever installs or tests: starting others is their trade. */
const IN_NOTEBOOK: Readonly<Record<SourceRiskKind, Severity>> = {
  'runs-decoded': 'high',
  'starts-program': 'low',
  evaluates: 'low',
  'loads-code': 'info',
  'hides-name': 'low',
  network: 'info',
};

export const programSource = defineRule({
  meta: {
    id: 'program-source',
    title: 'Program beside a model that reaches out',
    severity: 'medium',
    threats: ['backdoor'],
    meaning:
      'A Python file or a cell of a notebook beside the model starts programs, evaluates text, loads code or reaches the network. What stands outside functions runs as soon as the file is imported, which loaders with code of the repository do. It is a look at words, not at what they do: a harmless use looks the same.',
    fix: 'Read the line. Load the model without its code, or copy the code into your own tree once you have read it.',
    references: ['https://huggingface.co/docs/transformers/custom_models', 'https://peps.python.org/pep-0578/'],
    taxonomy: ['CWE-94', 'CWE-78', 'AML.T0010'],
  },
  judge: {
    'source-call': ({ place, risk, what, atImport }) => {
      const [imported, called, does] = WORTH[risk];
      const name = plainText(what, 80);
      if (place === 'notebook') return { severity: IN_NOTEBOOK[risk], message: `A cell ${does}: ${name}.` };
      return {
        severity: atImport ? imported : called,
        message: `${atImport ? 'As soon as it is imported, it' : 'A function in it'} ${does}: ${name}.`,
      };
    },
  },
});
