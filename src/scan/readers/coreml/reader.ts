import { isCoreMl, readCoreMl } from './read-coreml.ts';
import type { Reader } from '../../reader.ts';

/** Core ML models: parts that an app must bring the code for, files that they name, texts about them. */
export const coreml: Reader<'coreml'> = {
  id: 'coreml',
  title: 'Core ML',
  extensions: ['.mlmodel'],
  sniff: ({ head, source }) => head[0] === 0x08 && isCoreMl(source),
  read: ({ source }, observer) => {
    const { custom, files, texts, problem } = readCoreMl(source);
    for (const { kind, name, offset } of custom) {
      observer.fact({ kind: 'operator', offset, framework: 'Core ML', domain: kind, name, place: kind });
    }
    for (const { path, why, offset } of files)
      observer.fact({ kind: 'file-reference', offset, format: 'Core ML', path, why });
    for (const { path, text, offset } of texts) observer.fact({ kind: 'text', offset, path, text });
    if (problem !== null) observer.incomplete(`the model is damaged: ${problem}`);
  },
};
