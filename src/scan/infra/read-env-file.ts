import type { LineIndex } from '../../formats/located/line-index.ts';
import type { Placed, Workload } from './workload.ts';

const MOST_SETTINGS = 5000;

/**
 * A file of settings (`.env`) as a workload of which nothing but its variables is known: what they open is open wherever the file is read. Quotation marks and
 * comments behind a value are left out (docs.docker.com, "Syntax for .env files").
 */
export function envFileWorkload(name: string, text: string, lines: LineIndex): Workload {
  const env: (Placed & { readonly name: string })[] = [];
  for (const found of text.matchAll(
    /^[ \t]{0,20}(?:export[ \t]{1,20})?([A-Za-z_]\w{0,100})[ \t]{0,20}=[ \t]{0,20}(.{0,2000})$/gm,
  )) {
    if (env.length >= MOST_SETTINGS) break;
    env.push({ name: found[1]!, text: valueOf(found[2]!), at: lines.place(found.index) });
  }
  return {
    from: 'env',
    name: name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1),
    image: null,
    command: [],
    env,
    moreEnv: true,
    ports: [],
    mounts: [],
    powers: [],
    user: null,
    runAsNonRoot: null,
    readOnlyRoot: false,
    escalation: 'unsaid',
    seccomp: false,
    limits: { memory: false, gpu: false },
    at: lines.place(0),
  };
}

function valueOf(written: string): string {
  const quoted = /^(["'])([^"']*)\1/.exec(written);
  return quoted === null ? written.replace(/(?:^|[ \t])#.*$/, '').trim() : quoted[2]!;
}
