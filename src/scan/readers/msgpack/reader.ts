import { sliceSource } from '../../../bytes/byte-source.ts';
import { walkMsgpack } from '../../../formats/msgpack/walk-msgpack.ts';
import { extensionOf } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

const MAX_MEMBERS = 1000;
/** Extensions of Flax: array, complex number, scalar of NumPy. −1 is the timestamp of the specification. */
const KNOWN: ReadonlySet<number> = new Set([-1, 1, 2, 3]);

/** MessagePack as Flax writes parameters: no code of its own, but bytes in it may be pickles, and libraries around it unpickle them. */
export const msgpack: Reader<'msgpack'> = {
  id: 'msgpack',
  title: 'MessagePack',
  extensions: ['.msgpack'],
  sniff: ({ source, head, name }) => {
    const [first, second] = head;
    const map = first !== undefined && ((first > 0x80 && first <= 0x8f) || first === 0xde || first === 0xdf);
    if (extensionOf(name) === '.msgpack') return map || first === 0x80;
    if (!map || second === undefined) return false;
    // Without the name: a map whose keys are short texts, and bytes that belong to it to the end.
    let texts = 0;
    const { problem, end } = walkMsgpack(
      source,
      ({ isKey, kind, length }) => (isKey && kind === 'string' && length < 200 ? ++texts < 64 : !isKey),
      4096,
    );
    return texts > 0 && problem === null && (texts >= 64 || end === source.size);
  },
  read: ({ source }, observer) => {
    let members = 0;
    const strange = new Set<number>();
    const { problem, end } = walkMsgpack(source, ({ kind, offset, length, type }) => {
      if (kind === 'extension' && !KNOWN.has(type) && strange.size < 20 && !strange.has(type)) {
        strange.add(type);
        const issue = `extension ${type}, which means what the loading program makes of it`;
        observer.fact({ kind: 'header', offset, format: 'MessagePack', issue, overflow: false });
      }
      if ((kind === 'bytes' || kind === 'string') && length > 8) {
        const [first, second] = source.read(offset, 2);
        // A pickle, which `msgpack_numpy` loads for arrays of objects.
        if (first === 0x80 && second! >= 2 && second! <= 5 && ++members <= MAX_MEMBERS)
          observer.member(`(value at ${offset})`, sliceSource(source, offset, length));
      }
    });
    if (members > MAX_MEMBERS) observer.incomplete(`more than ${MAX_MEMBERS} values that look like pickles`);
    if (problem !== null) observer.incomplete(`the MessagePack ends early: ${problem}`, end);
    else if (end < source.size)
      observer.fact({ kind: 'trailing-data', offset: end, length: source.size - end, format: 'MessagePack' });
  },
};
