import { classifyGlobal } from '../../python/classify-global.ts';
import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

export const pickleUnknownGlobal = defineRule({
  meta: {
    id: 'pickle-unknown-global',
    title: 'Pickle imports code that nobody here knows',
    severity: 'medium',
    threats: ['backdoor'],
    meaning:
      'Loading this file imports a name that is neither known to be harmless nor known to be dangerous. What it does depends on the package that the loading machine has under that name.',
    fix: 'Look at what the name is. If it is a class of yours, accept it in the baseline; better, store weights alone, as safetensors.',
    references: ['https://docs.python.org/3/library/pickle.html#restricting-globals', 'arXiv:2602.19818'],
    taxonomy: ['CWE-502', 'AML.T0010'],
  },
  judge: {
    'pickle-global': ({ global, place }) => {
      // Of streams that were found among other bytes, chance can have made any name.
      if (place === 'found') return null;
      const found = classifyGlobal(global.module, global.name, global.protocol);
      if (found.class !== 'unknown') return null;
      const name = plainText(`${found.module}.${found.name}`, 120);
      // Names of TorchScript's own: Python has no such package, and their code lies in the archive, where it is read.
      if (found.module === '__torch__' || found.module.startsWith('__torch__.'))
        return { severity: 'low', message: `It belongs to TorchScript: ${name}.` };
      const called = global.calls > 0;
      if (called && found.telling) return { severity: 'high', message: `Loading it calls ${name}: ${found.why}.` };
      if (called) return { severity: 'medium', message: `Loading it builds ${name}: ${found.why}.` };
      return { severity: found.telling ? 'medium' : 'low', message: `Loading it imports ${name}: ${found.why}.` };
    },
  },
});
