import { bufferedSource } from '../../../bytes/buffered-source.ts';
import { readTfliteCustomOperators } from '../../../formats/flatbuffer/read-tflite-operators.ts';
import type { Reader } from '../../reader.ts';

/** TensorFlow Lite: a flatbuffer. What matters is which operators are not built in. */
export const tflite: Reader<'tflite'> = {
  id: 'tflite',
  title: 'TensorFlow Lite',
  extensions: ['.tflite', '.lite'],
  sniff: ({ head }) => head[4] === 0x54 && head[5] === 0x46 && head[6] === 0x4c && head[7] === 0x33,
  read: ({ source }, observer) => {
    const names = readTfliteCustomOperators(bufferedSource(source));
    if (names === null) {
      observer.incomplete('the table of operators is damaged');
      // Names of operators of the Flex delegate are text wherever they stand.
      const text = Buffer.from(source.read(0, Math.min(source.size, 1 << 24))).toString('latin1');
      for (const match of text.matchAll(/Flex([A-Z][A-Za-z0-9]{2,60})/g)) {
        if (match[1] === 'Delegate') continue;
        observer.fact({
          kind: 'operator',
          offset: match.index,
          framework: 'TensorFlow',
          domain: 'Flex',
          name: match[1]!,
          place: 'text',
        });
      }
      return;
    }
    for (const { name, offset } of names) {
      const flex = /^Flex([A-Z]\w*)$/.exec(name)?.[1];
      observer.fact({
        kind: 'operator',
        offset,
        framework: flex === undefined ? 'TensorFlow Lite' : 'TensorFlow',
        domain: flex === undefined ? 'custom' : 'Flex',
        name: flex ?? name,
        place: 'operators',
      });
    }
  },
};
