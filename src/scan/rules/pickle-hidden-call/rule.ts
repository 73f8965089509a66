import { defineRule } from '../../rule.ts';

export const pickleHiddenCall = defineRule({
  meta: {
    id: 'pickle-hidden-call',
    title: 'Pickle hides what it calls',
    severity: 'critical',
    threats: ['backdoor'],
    meaning:
      'The stream imports or applies something whose name is put together only while it loads, or changes an imported module or class. No pickler writes that; it is how a scanner is kept from seeing a call.',
    fix: 'Do not load it. Ask the publisher for the weights in a format without code.',
    references: ['GHSA-9gvj-pp9x-gcfr', 'GHSA-gx77-x2pv-48v7', 'GHSA-mxhj-88fx-4pcv'],
    taxonomy: ['CWE-502', 'AML.T0015'],
  },
  judge: {
    'pickle-anomaly': ({ anomaly, container }) => {
      switch (anomaly.kind) {
        case 'unresolved-global':
        case 'computed-callable':
          return { message: `Hidden call: ${anomaly.detail}.` };
        case 'unresolved-callable':
          return container === 'torch' ? null : { message: `Hidden call: ${anomaly.detail}.` };
        case 'changes-global':
          return { message: `Loading it changes ${anomaly.detail.slice(0, 120)} itself.` };
        case 'extension-code':
          return {
            severity: 'high',
            message: `It uses an extension code (${anomaly.detail}): what that imports, the file does not say.`,
          };
        case 'confusable-name':
          return { severity: 'high', message: `Name outside ASCII: ${anomaly.detail}.` };
        default:
          return null;
      }
    },
  },
});
