/** One instruction of a Dockerfile. Places are UTF-16 units of the text. */
export interface DockerInstruction {
  /** In upper case: `RUN`. */
  readonly name: string;
  readonly start: number;
  /** Everything after the name and its flags, with continuations joined and comments inside taken out. */
  readonly text: string;
  /** `--mount=…`, `--from=…`, without the dashes in front. */
  readonly flags: readonly string[];
  /** The list of the exec form; null for the shell form. */
  readonly exec: readonly string[] | null;
  /** Bodies of here-documents. */
  readonly documents: readonly string[];
  /** Number of the stage it belongs to, from 0; -1 before the first FROM. */
  readonly stage: number;
}

const MOST_INSTRUCTIONS = 20_000;
const NAME = /^[A-Za-z]{2,20}(?=\s|$)/;
const KNOWN: ReadonlySet<string> = new Set([
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);

/**
 * Instructions of a Dockerfile (docs.docker.com, "Dockerfile reference"): parser directive `escape`, continued lines, comments between them,
 * here-documents, exec form, flags. Null where a line is no instruction.
 */
export function parseDockerfile(text: string): readonly DockerInstruction[] | null {
  const lines = text.split('\n');
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const escape = /^#\s*escape\s*=\s*`/im.test(lines.slice(0, 3).join('\n')) ? '`' : '\\';
  const found: DockerInstruction[] = [];
  let stage = -1;
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at]!.replace(/\r$/, '');
    if (first.trim() === '' || first.trimStart().startsWith('#')) continue;
    const start = starts[at]! + (first.length - first.trimStart().length);
    const name = NAME.exec(first.trimStart())?.[0].toUpperCase();
    if (name === undefined || !KNOWN.has(name) || found.length >= MOST_INSTRUCTIONS) return null;
    let joined = first.trimStart().slice(name.length);
    while (endsWith(joined, escape) && at + 1 < lines.length) {
      joined = joined.trimEnd().slice(0, -1);
      at++;
      while (at < lines.length && (lines[at]!.trim() === '' || lines[at]!.trimStart().startsWith('#'))) at++;
      joined += ` ${(lines[at] ?? '').replace(/\r$/, '').trim()}`;
    }
    const documents: string[] = [];
    if (name === 'RUN' || name === 'COPY' || name === 'ADD') {
      for (const [, dash, word] of joined.matchAll(/<<(-?)["']?([A-Za-z_]\w{0,60})["']?/g)) {
        const body: string[] = [];
        while (at + 1 < lines.length) {
          const line = lines[++at]!.replace(/\r$/, '');
          if ((dash === '-' ? line.replace(/^\t+/, '') : line) === word) break;
          body.push(line);
        }
        documents.push(body.join('\n'));
      }
    }
    const flags: string[] = [];
    let rest = joined.trim();
    for (let flag = /^--([\w-]+(?:=\S*)?)\s*/.exec(rest); flag !== null; flag = /^--([\w-]+(?:=\S*)?)\s*/.exec(rest)) {
      flags.push(flag[1]!);
      rest = rest.slice(flag[0].length);
    }
    if (name === 'FROM') stage++;
    found.push({ name, start, text: rest, flags, exec: execForm(rest), documents, stage });
  }
  return found.some(({ name }) => name === 'FROM') ? found : null;
}

function endsWith(line: string, escape: string): boolean {
  return line.trimEnd().endsWith(escape);
}

function execForm(text: string): readonly string[] | null {
  if (!text.startsWith('[')) return null;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : null;
  } catch {
    return null;
  }
}
