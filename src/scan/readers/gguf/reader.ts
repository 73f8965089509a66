import { readGgufHeader } from '../../../formats/gguf/read-gguf-header.ts';
import type { Reader } from '../../reader.ts';

const TEMPLATE = /(^|\.)chat_template(\.|$)/;

/** GGUF, the format of llama.cpp. Its chat templates run on every request. */
export const gguf: Reader<'gguf'> = {
  id: 'gguf',
  title: 'GGUF',
  extensions: ['.gguf'],
  sniff: ({ head }) => head[0] === 0x47 && head[1] === 0x47 && head[2] === 0x55 && head[3] === 0x46,
  read: ({ source }, observer) => {
    const header = readGgufHeader(source);
    for (const { issue, overflow, offset } of header.issues) {
      observer.fact({ kind: 'header', offset, format: 'GGUF', issue, overflow });
    }
    if (!header.complete) observer.incomplete('the header could not be read to its end');
    for (const { key, value, offset } of header.strings) {
      if (TEMPLATE.test(key)) observer.fact({ kind: 'template', offset, key, text: value });
      else observer.fact({ kind: 'text', offset, path: key, text: value });
    }
  },
};
