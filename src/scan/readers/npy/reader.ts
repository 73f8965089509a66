import { sliceSource } from '../../../bytes/byte-source.ts';
import { readNpyHeader } from '../../../formats/npy/read-npy-header.ts';
import type { Reader } from '../../reader.ts';

/** NumPy arrays. Arrays of objects are a pickle behind the header. */
export const npy: Reader<'npy'> = {
  id: 'npy',
  title: 'NumPy array',
  extensions: ['.npy'],
  sniff: ({ head }) =>
    head[0] === 0x93 &&
    head[1] === 0x4e &&
    head[2] === 0x55 &&
    head[3] === 0x4d &&
    head[4] === 0x50 &&
    head[5] === 0x59,
  read: ({ source }, observer) => {
    const header = readNpyHeader(source);
    if (header === null) {
      observer.incomplete('the header is damaged');
      // A loader that reads on finds the data somewhere behind it.
      return observer.member('(after the header)', sliceSource(source, 10, source.size - 10));
    }
    const rest = sliceSource(source, header.dataOffset, source.size - header.dataOffset);
    if (header.objects) observer.member('(objects)', rest);
    else if (header.bytes !== null && rest.size > header.bytes) {
      const length = rest.size - header.bytes;
      observer.fact({ kind: 'trailing-data', offset: header.dataOffset + header.bytes, length, format: 'NumPy array' });
      observer.member('(trailing)', sliceSource(rest, header.bytes, length));
    } else if (header.bytes === null) observer.incomplete('the size of the array cannot be told');
    else if (rest.size < header.bytes) observer.incomplete('the array is cut off');
  },
};
