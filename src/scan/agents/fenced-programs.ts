import type { AgentScript } from './agent-fact.ts';

/** A program text that stands in a document, between fences. */
export interface FencedProgram {
  readonly language: AgentScript['language'];
  readonly text: string;
  /** Where it begins in the document, in UTF-16 units. */
  readonly at: number;
}

const LANGUAGES: Readonly<Record<string, AgentScript['language']>> = {
  sh: 'shell', bash: 'shell', zsh: 'shell', shell: 'shell', console: 'shell', terminal: 'shell', '': 'other',
  python: 'python', python3: 'python', py: 'python', javascript: 'javascript', js: 'javascript', typescript: 'javascript', ts: 'javascript',
  jsx: 'javascript', tsx: 'javascript', node: 'javascript', powershell: 'powershell', ps1: 'powershell', pwsh: 'powershell',
  ruby: 'other', perl: 'other', php: 'other', lua: 'other', vim: 'other', applescript: 'other', go: 'other', rust: 'other', java: 'other',
}; // prettier-ignore
const MOST = 500;

/**
 * Program texts between fences of a Markdown document (CommonMark 0.31.2, section 4.5): what an agent is given to run. Blocks in languages of data
 * and documents are left out, such without a language are kept. One pass over the lines.
 */
export function fencedPrograms(text: string): readonly FencedProgram[] {
  const found: FencedProgram[] = [];
  let open: { readonly mark: string; readonly language: AgentScript['language'] | null; readonly at: number } | null =
    null;
  for (let at = 0; at < text.length && found.length < MOST;) {
    const end = text.indexOf('\n', at);
    const next = end === -1 ? text.length : end + 1;
    const line = text.slice(at, Math.min(next, at + 200));
    const fence = /^[ \t>]{0,12}(`{3,20}|~{3,20})[ \t]{0,8}\{?\.?([\w+-]{0,30})/.exec(line);
    if (fence !== null) {
      if (open === null) {
        const tag = fence[2]!.toLowerCase();
        open = { mark: fence[1]!, language: Object.hasOwn(LANGUAGES, tag) ? LANGUAGES[tag]! : null, at: next };
      } else if (fence[1]!.startsWith(open.mark) && fence[2] === '') {
        if (open.language !== null && at > open.at)
          found.push({ language: open.language, text: text.slice(open.at, at), at: open.at });
        open = null;
      }
    }
    at = next;
  }
  // A fence that nobody closes goes to the end.
  if (open !== null && open.language !== null && open.at < text.length && found.length < MOST)
    found.push({ language: open.language, text: text.slice(open.at), at: open.at });
  return found;
}
