import { isSafetensors, readSafetensorsHeader } from '../../../formats/safetensors/read-safetensors-header.ts';
import { extensionOf } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

/** safetensors: weights without code. What can be wrong is the header. */
export const safetensors: Reader<'safetensors'> = {
  id: 'safetensors',
  title: 'safetensors',
  extensions: ['.safetensors'],
  // A damaged header must not make the file unrecognised: here the name counts, too, unless it is plainly something else.
  sniff: ({ source, head, name }) =>
    isSafetensors(source) ||
    (extensionOf(name) === '.safetensors' && head[0] !== 0x80 && head[0] !== 0x50 && head[0] !== 0x7b),
  read: ({ source }, observer) => {
    const header = readSafetensorsHeader(source);
    for (const { issue, overflow } of header.issues) {
      observer.fact({ kind: 'header', offset: 0, format: 'safetensors', issue, overflow });
    }
    for (const [key, text] of header.metadata) {
      observer.fact({ kind: 'text', offset: 8, path: `__metadata__.${key}`, text });
    }
  },
};
