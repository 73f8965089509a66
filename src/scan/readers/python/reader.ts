import { extensionOf } from '../../artifact.ts';
import { tellSecrets } from '../../find-secrets.ts';
import { sourceRisks } from '../../python/source-risks.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 8 << 20;

/** Python beside a model: `modeling_*.py`, `handler.py`, `setup.py`. What a loader imports is what runs. */
export const python: Reader<'python'> = {
  id: 'python',
  title: 'Python',
  extensions: [],
  sniff: ({ name, head, within }) => {
    if (head.includes(0)) return false;
    // The restricted Python of TorchScript has a reader of its own.
    if (within === 'zip' && /(^|\/)code\/.*\.py$/.test(name)) return false;
    if (/^\.pyw?$/.test(extensionOf(name))) return true;
    return /^#!\S{0,100}(?:\s|\/)python/.test(Buffer.from(head.subarray(0, 128)).toString('latin1'));
  },
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a program of ${source.size} bytes is not read`);
    const text = Buffer.from(source.read(0, source.size)).toString('utf8');
    for (const { kind: risk, offset, line, what, atImport } of sourceRisks(text, (reason) =>
      observer.incomplete(reason),
    )) {
      const place = Buffer.byteLength(text.slice(0, offset));
      observer.fact({ kind: 'source-call', offset: place, line, place: 'program', risk, what, atImport });
    }
    tellSecrets(text, observer);
  },
};
