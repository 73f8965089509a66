import { memorySource, sliceSource } from '../../../bytes/byte-source.ts';
import { findExternalFiles } from '../../../formats/hdf5/external-files.ts';
import { findJsonObjects } from '../../find-json-objects.ts';
import type { Artifact } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/**
 * HDF5, in which Keras 1 to 3 keep weights and, in an attribute, the configuration of all layers. Attributes lie in one piece and are never packed, so
 * their JSON is found wherever it stands: the structure of the file cannot hide it.
 */
export const hdf5: Reader<'hdf5'> = {
  id: 'hdf5',
  title: 'HDF5',
  extensions: ['.h5', '.hdf5'],
  sniff: (artifact) => signatureAt(artifact) >= 0,
  read: (artifact, observer) => {
    const { source } = artifact;
    const start = signatureAt(artifact);
    for (const { path, offset, kind } of findExternalFiles(sliceSource(source, start, source.size - start))) {
      const why = kind === 'link' ? 'a group of it lies there' : 'the bytes of a data set are read from there';
      observer.fact({ kind: 'file-reference', offset: start + offset, format: 'HDF5', path, why });
    }
    let found = 0;
    for (const { offset, bytes } of findJsonObjects(source)) {
      if (++found > 10_000) return observer.incomplete('it holds more than 10,000 JSON texts');
      observer.member(`(attribute at ${offset}).json`, memorySource(bytes));
    }
  },
};

/** The superblock stands at 0, 512, 1024, 2048 and so on (HDF5 File Format Specification 3.0, II.A). */
function signatureAt({ source, head, depth }: Artifact): number {
  if (Buffer.from(head.subarray(0, 8)).equals(SIGNATURE)) return 0;
  if (depth > 0) return -1;
  for (let at = 512; at < source.size && at <= 1 << 20; at *= 2) {
    if (Buffer.from(source.read(at, 8)).equals(SIGNATURE)) return at;
  }
  return -1;
}
