import { classifyGlobal } from '../../python/classify-global.ts';
import { defineRule } from '../../rule.ts';

export const pickleDangerousGlobal = defineRule({
  meta: {
    id: 'pickle-dangerous-global',
    title: 'Pickle imports code that can act',
    severity: 'critical',
    threats: ['backdoor'],
    meaning:
      'Loading this file imports, and usually calls, something that can run programs, evaluate code, touch files or reach the network. A model needs none of that: whoever wrote the file meant the loader to execute it.',
    fix: 'Do not load it. Get the weights as safetensors or ONNX from the publisher, and compare their digest with a signed one.',
    references: [
      'CVE-2025-1716',
      'CVE-2025-32434',
      'https://docs.python.org/3/library/pickle.html',
      'arXiv:2508.19774',
    ],
    taxonomy: ['CWE-502', 'AML.T0010', 'AML.T0018'],
  },
  judge: {
    'pickle-global': ({ global, place }) => {
      const found = classifyGlobal(global.module, global.name, global.protocol);
      if (found.class !== 'dangerous') return null;
      const written = `${global.module}.${global.name}`;
      const resolved = `${found.module}.${found.name}`;
      const name = written === resolved ? shown(written) : `${shown(written)} (which is ${shown(resolved)})`;
      const does = global.calls > 0 ? 'calls' : 'imports';
      return {
        severity: global.calls > 0 || found.telling ? 'critical' : 'high',
        message: `${PLACES[place]} ${does} ${name}: ${found.why}.`,
      };
    },
  },
});

const PLACES = {
  stream: 'Loading it',
  nested: 'A pickle inside a value',
  found: 'A pickle hidden among other bytes',
} as const;

function shown(name: string): string {
  const clean = name.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return clean.length > 120 ? `${clean.slice(0, 117)}...` : clean;
}
