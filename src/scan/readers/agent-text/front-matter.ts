import type { LineIndex } from '../../../formats/located/line-index.ts';
import { leavesOf } from '../../../formats/located/located.ts';
import { parseYaml } from '../../../formats/located/yaml.ts';
import type { AgentNamed } from '../../agents/agent-fact.ts';

const LONGEST = 64 << 10;

/** Front matter of a Markdown file: YAML between two lines of three dashes at its beginning. */
export interface FrontMatter {
  /** Scalars by path; null where there is no front matter. */
  readonly entries: readonly AgentNamed[] | null;
  /** It breaks the rules of YAML; the entries are then what its lines say, as lenient programs read them. */
  readonly damaged: boolean;
  /** Where the text after it begins. */
  readonly end: number;
}

export function frontMatter(text: string, lines: LineIndex): FrontMatter {
  const open = /^\ufeff?---[ \t]{0,20}\r?\n/.exec(text.slice(0, 64));
  if (open === null) return { entries: null, damaged: false, end: 0 };
  const start = open[0].length;
  const close = /^---[ \t]{0,20}\r?$/m.exec(text.slice(start, start + LONGEST));
  if (close === null) return { entries: null, damaged: true, end: 0 };
  const inner = text.slice(start, start + close.index);
  const end = start + close.index + close[0].length;
  const result = parseYaml(inner);
  if (result.ok && result.root.kind === 'map') {
    const entries = [...leavesOf(result.root)].map(({ path, node }) => ({
      name: path,
      text: node.text,
      at: lines.place(start + node.start),
    }));
    return { entries, damaged: false, end };
  }
  return { entries: byLines(inner, start, lines), damaged: inner.trim() !== '', end };
}

/** `key: value`, a line each; a value goes on in lines that are indented. */
function byLines(inner: string, start: number, lines: LineIndex): readonly AgentNamed[] {
  const entries: AgentNamed[] = [];
  let at = 0;
  for (const line of inner.split('\n')) {
    const match = /^([A-Za-z][\w-]{0,60}):[ \t]{0,20}(.*)$/.exec(line.replace(/\r$/, ''));
    if (match !== null) {
      const place = lines.place(start + at + line.length - match[2]!.length);
      entries.push({ name: match[1]!, text: match[2]!.replace(/^(["'])(.*)\1$/, '$2'), at: place });
    } else if (/^\s/.test(line) && entries.length > 0) {
      const last = entries.pop()!;
      entries.push({ ...last, text: last.text === '' ? line.trim() : `${last.text} ${line.trim()}` });
    }
    at += line.length + 1;
  }
  return entries;
}
