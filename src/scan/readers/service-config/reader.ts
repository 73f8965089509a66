import { decodeLoose } from '../../../formats/decode-text.ts';
import { LineIndex } from '../../../formats/located/line-index.ts';
import { type Artifact, extensionOf } from '../../artifact.ts';
import { envFileWorkload } from '../../infra/read-env-file.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 8 << 20;

/** Programs in Python and shell, and settings of services, for what they open, trust and load. */
export const serviceConfig: Reader<'service-config'> = {
  id: 'service-config',
  title: 'service configuration',
  extensions: [],
  sniff: (artifact) => whatOf(artifact) !== null && !artifact.head.includes(0),
  read: (artifact, observer) => {
    const { source } = artifact;
    if (source.size > MAX_BYTES)
      return observer.incomplete(`a service configuration of ${source.size} bytes is not read`);
    const text = decodeLoose(source.read(0, source.size));
    const lines = new LineIndex(text);
    const what = whatOf(artifact)!;
    observer.fact({ kind: 'infra-text', ...lines.place(0), what, name: artifact.name, text, lines });
    if (what !== 'env') return;
    const workload = envFileWorkload(artifact.name, text, lines);
    observer.fact({ kind: 'infra-workload', ...workload.at, workload });
  },
};

function whatOf({ name }: Artifact): 'python' | 'shell' | 'properties' | 'env' | null {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).toLowerCase();
  const extension = extensionOf(name);
  if (extension === '.py') return 'python';
  if (extension === '.sh' || extension === '.bash') return 'shell';
  if (extension === '.properties') return 'properties';
  return base === '.env' || /^\.env\.[\w-]{1,40}$/.test(base) || /^[\w-]{1,60}\.env$/.test(base) ? 'env' : null;
}
