import { defineRule } from '../../rule.ts';

export const pickleMalformed = defineRule({
  meta: {
    id: 'pickle-malformed',
    title: 'Pickle that no pickler writes',
    severity: 'medium',
    threats: ['backdoor', 'denial-of-service'],
    meaning:
      'The stream breaks the rules of its format in a way on which parsers disagree, or describes an enormous structure in a few bytes. The first hides code from tools, the second exhausts the loader.',
    fix: 'Do not load it. A file that Python wrote never looks like this.',
    references: ['https://github.com/python/cpython/issues/154848', 'CVE-2026-24747', 'PEP 3154'],
    taxonomy: ['CWE-502', 'CWE-400', 'AML.T0029'],
  },
  judge: {
    'pickle-anomaly': ({ anomaly, container }) => {
      switch (anomaly.kind) {
        case 'frame-violation':
          return {
            severity: 'high',
            message: `Frames are broken: ${anomaly.detail}; readers disagree about what follows.`,
          };
        case 'item-on-other-type':
          return { severity: 'high', message: `The stream ${anomaly.detail}.` };
        case 'expansion':
          return { severity: 'high', message: `A bomb: ${anomaly.detail}.` };
        case 'huge-integer':
          return {
            severity: 'medium',
            message: `An integer of ${anomaly.detail}: reading it takes time that grows with the square.`,
          };
        case 'missing-memo':
          return { severity: 'medium', message: `The stream ${anomaly.detail}.` };
        case 'repeated-protocol':
          return container === 'joblib' ? null : { severity: 'low', message: `The stream ${anomaly.detail}.` };
        case 'opcode-above-protocol':
          return container === 'joblib' ? null : { severity: 'medium', message: `Written by hand: ${anomaly.detail}.` };
        case 'too-many':
          return { severity: 'medium', message: `The stream has ${anomaly.detail}.` };
        case 'persistent-id':
          return container === 'torch'
            ? null
            : {
                severity: 'medium',
                message: `It uses persistent ids, which mean what the loading program makes of them.`,
              };
        case 'out-of-band-buffer':
          return { severity: 'info', message: `It refers to ${anomaly.detail}.` };
        default:
          return null;
      }
    },
    'nested-pickle': ({ valid }) =>
      valid
        ? { severity: 'medium', message: 'A value of it is a pickle itself: something will unpickle it later.' }
        : null,
    'trailing-data': ({ length, format }) => ({
      severity: 'low',
      message: `${length} bytes follow the end of the ${format}.`,
    }),
  },
});
