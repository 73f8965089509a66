import { sliceSource } from '../../../bytes/byte-source.ts';
import { isTar, walkTar } from '../../../formats/tar/tar-walk.ts';
import type { Reader } from '../../reader.ts';
import { isUnsafePath } from '../../unsafe-path.ts';

/** tar archives: NeMo, and PyTorch before 0.1.10. */
export const tar: Reader<'tar'> = {
  id: 'tar',
  title: 'tar',
  extensions: ['.tar', '.nemo'],
  sniff: ({ source, head }) => head[0] !== 0 && isTar(source),
  read: ({ source }, observer) => {
    const walk = walkTar(source);
    if (walk.problem !== null) observer.incomplete(walk.problem, walk.end);
    for (const entry of walk.entries) {
      const detail = `"${entry.name.slice(0, 80)}"`;
      const offset = entry.dataOffset;
      if (isUnsafePath(entry.name)) observer.fact({ kind: 'archive', offset, issue: 'traversal', detail });
      if (entry.kind === 'symlink' || entry.kind === 'link') {
        observer.fact({
          kind: 'archive',
          offset,
          issue: entry.kind === 'symlink' ? 'symlink' : 'hardlink',
          detail: `${detail} points to "${entry.target.slice(0, 80)}"`,
        });
      }
      if (entry.kind === 'other') observer.fact({ kind: 'archive', offset, issue: 'device', detail });
      if (entry.size > 0) observer.member(entry.name, sliceSource(source, entry.dataOffset, entry.size));
    }
    // What follows the two empty blocks at the end is padding.
    if (walk.problem === null && walk.end + 10_240 < source.size) {
      const rest = sliceSource(source, walk.end, source.size - walk.end);
      if (!rest.read(0, 4096).every((byte) => byte === 0)) {
        observer.fact({
          kind: 'archive',
          offset: walk.end,
          issue: 'trailing',
          detail: `${rest.size} bytes after the archive`,
        });
        observer.member('(trailing)', rest);
      }
    }
  },
};
