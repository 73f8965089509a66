import { decodeLoose } from '../../../formats/decode-text.ts';
import { parseDockerfile } from '../../../formats/located/dockerfile.ts';
import { LineIndex } from '../../../formats/located/line-index.ts';
import { imageUse, installUses } from '../../advisories/package-use.ts';
import { dockerWorkload } from '../../infra/read-dockerfile.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 1 << 20;
const NAME = /(?:^|[\\/])(?:(?:docker|container)file(?:[.-][\w.-]{1,100})?|[\w.-]{1,100}\.dockerfile)$/i;

/** Files from which container images are built. */
export const dockerfile: Reader<'dockerfile'> = {
  id: 'dockerfile',
  title: 'Dockerfile',
  extensions: ['.dockerfile'],
  sniff: ({ name, head }) => NAME.test(name) && !/\.dockerignore$/i.test(name) && !head.includes(0),
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a Dockerfile of ${source.size} bytes is not read`);
    const text = decodeLoose(source.read(0, source.size)).replace(/^\ufeff/, '');
    const instructions = parseDockerfile(text);
    if (instructions === null) {
      // A template of another language, or prose under that name.
      if (/^[ \t]*FROM\s/im.test(text)) observer.incomplete('the Dockerfile has lines that are no instructions');
      return;
    }
    const lines = new LineIndex(text);
    observer.fact({ kind: 'infra-dockerfile', ...lines.place(0), instructions, lines });
    const workload = dockerWorkload(instructions, lines);
    observer.fact({ kind: 'infra-workload', ...workload.at, workload });
    const use = imageUse(workload);
    for (const one of [...(use === null ? [] : [use]), ...installUses(instructions, lines)]) observer.fact(one);
  },
};
