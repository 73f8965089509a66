import { decodeText } from '../../../formats/decode-text.ts';
import { LineIndex } from '../../../formats/located/line-index.ts';
import { agentFileOf, type AgentFile, isNamedLoosely, scopeOf } from '../../agents/agent-file.ts';
import { textDigest } from '../../agents/definition-digest.ts';
import type { AgentScript, AgentText, AgentTextKind } from '../../agents/agent-fact.ts';
import { type SkillDependency, pinnedInstalls, skillDependencies } from '../../agents/skill-dependencies.ts';
import { withoutSecrets } from '../../agents/secret-in.ts';
import { show } from '../../agents/show.ts';
import { type Artifact, extensionOf } from '../../artifact.ts';
import type { Observer, Reader } from '../../reader.ts';
import { tellFile } from './file.ts';
import { frontMatter } from './front-matter.ts';

const MAX_BYTES = 8 << 20;

/** What agents read as instructions, and the files that come with skills. */
export const agentText: Reader<'agent-text'> = {
  id: 'agent-text',
  title: 'agent instructions',
  extensions: [],
  sniff: (artifact) => artifact.context?.skill !== undefined || textFileOf(artifact) !== null,
  read: (artifact, observer) => {
    const { source, context } = artifact;
    if (context?.link === true) {
      const target = Buffer.from(source.read(0, 4096)).toString('utf8');
      observer.fact({ kind: 'agent-link', offset: 0, target });
      return;
    }
    // What macOS puts beside each file of an archive.
    if (/(?:^|[/\\])\._[^/\\]{1,255}$/.test(artifact.name)) return;
    const known = textFileOf(artifact);
    const inSkill = context?.skill !== undefined;
    const skill = context?.skill ?? null;
    if (inSkill) tellFile(artifact, context.skill!, observer);
    const language = scriptLanguage(artifact);
    const what = known === null ? null : known.kind === 'script' || known.kind === 'config' ? null : known.kind;
    const document = what ?? (inSkill && DOCUMENT.test(artifact.name) ? 'skill-document' : null);
    if (document === null && language === null) return;
    if (source.size > MAX_BYTES) return observer.incomplete(`a text of ${source.size} bytes is not read`);
    const text = decodeText(source.read(0, source.size));
    if (text === null) return observer.incomplete('it is named like a text, and is not');
    const lines = new LineIndex(text);
    if (inSkill) tellDependencies(artifact.name, text, lines, observer);
    if (document === null) {
      const script: AgentScript = { language: language!, text, lines };
      observer.fact({ kind: 'agent-script', offset: 0, line: 1, column: 1, script });
      tellInstallScripts(artifact, text, script.lines, observer);
      return;
    }
    tellText(artifact, document, known, text, lines, skill, observer);
  },
};

const DOCUMENT = /\.(?:md|mdx|mdc|txt|rst|adoc|html?)$/i;
const LANGUAGES: Readonly<Record<string, AgentScript['language']>> = {
  '.sh': 'shell', '.bash': 'shell', '.zsh': 'shell', '.fish': 'shell', '.command': 'shell', '.bat': 'shell', '.cmd': 'shell',
  '.py': 'python', '.pyw': 'python', '.pth': 'python', '.js': 'javascript', '.mjs': 'javascript', '.cjs': 'javascript', '.ts': 'javascript',
  '.mts': 'javascript', '.cts': 'javascript', '.tsx': 'javascript', '.jsx': 'javascript', '.ps1': 'powershell', '.psm1': 'powershell',
  '.rb': 'other', '.pl': 'other', '.php': 'other', '.lua': 'other', '.applescript': 'other', '.vbs': 'other', '.plist': 'other', '.service': 'other',
  '.yaml': 'other', '.yml': 'other', '.toml': 'other', '.vim': 'other',
}; // prettier-ignore
const NAMED =
  /(?:^|[/\\])(?:makefile|justfile|\.npmrc|\.yarnrc(?:\.yml)?|pip\.(?:conf|ini)|\.pypirc|package\.json|setup\.cfg|\.envrc)$/i;

/** Texts, and scripts of hooks: files that are known by their name alone, outside a skill too. */
function textFileOf({ name, members, head }: Artifact): AgentFile | null {
  const path = members.length === 0 ? name : members.join('/');
  const file = agentFileOf(path);
  if (file === null || file.kind === 'config') return null;
  // `agents/` and `commands/` are folders of many things; what is meant for an agent has front matter.
  if (isNamedLoosely(path) && Buffer.from(head.subarray(0, 3)).toString('latin1') !== '---') return null;
  return file;
}

function scriptLanguage({ name, head, context }: Artifact): AgentScript['language'] | null {
  const file = agentFileOf(name);
  if (context?.skill === undefined && file?.kind !== 'script') return null;
  const extension = extensionOf(name);
  if (Object.hasOwn(LANGUAGES, extension)) return LANGUAGES[extension]!;
  if (NAMED.test(name)) return 'other';
  if (head[0] !== 0x23 || head[1] !== 0x21) return null;
  const first = Buffer.from(head.subarray(0, 100)).toString('latin1');
  return /python/.test(first)
    ? 'python'
    : /node|deno|bun/.test(first)
      ? 'javascript'
      : /sh\b/.test(first)
        ? 'shell'
        : 'other';
}

function tellText(
  { name }: Artifact,
  what: AgentTextKind,
  known: AgentFile | null,
  text: string,
  lines: LineIndex,
  skill: string | null,
  observer: Observer,
): void {
  const head = frontMatter(text, lines);
  const at = lines.place(0);
  const doc: AgentText = {
    what,
    host: known?.host ?? 'claude',
    text,
    lines,
    bodyStart: head.end,
    head: head.entries,
    headDamaged: head.damaged,
    folder: what === 'skill' ? (name.replaceAll('\\', '/').split('/').at(-2) ?? null) : null,
  };
  observer.fact({ kind: 'agent-text', ...at, doc });
  const entry = (key: string): string => head.entries?.find((one) => one.name === key)?.text ?? '';
  const scope = known?.scope ?? scopeOf(name);
  for (const { name: key, text: value, at: spot } of head.entries ?? []) {
    if (/^allowed-tools(?:\.\d{1,6})?$/.test(key)) {
      for (const rule of splitRules(value)) {
        observer.fact({ kind: 'agent-permission', ...spot, host: doc.host, scope: 'front-matter', rule });
      }
    }
    if (/^hooks\..{0,300}\.command$/.test(key) && value.trim() !== '') {
      observer.fact({
        kind: 'agent-hook',
        ...spot,
        host: doc.host,
        scope,
        event: key,
        command: value,
      });
    }
  }
  // Claude runs `!`command`` in skills and commands before the model sees the text.
  if (what === 'skill' || what === 'command') {
    for (const match of text.matchAll(/(?:^|\s)!`([^`\n]+)`/g)) {
      const spot = lines.place(match.index);
      observer.fact({
        kind: 'agent-hook',
        ...spot,
        host: doc.host,
        scope,
        event: 'before the prompt',
        command: match[1]!,
      });
    }
  }
  if (what === 'skill-document') return;
  observer.fact({
    kind: 'agent-definition',
    ...at,
    definition: {
      what: what === 'skill' ? 'skill' : 'instructions',
      name: what === 'skill' ? entry('name') || (doc.folder ?? '') : '',
      skill: what === 'skill' ? skill : null,
      digest: textDigest(text),
      members: Object.fromEntries(
        (head.entries ?? []).map((one) => [one.name.slice(0, 100), withoutSecrets(one.text).slice(0, 2000)]),
      ),
      description: withoutSecrets(entry('description')).slice(0, 4000),
      at,
    },
  });
}

/** `Bash(git add:*), Read Grep`: parted by commas and spaces outside parentheses. */
function splitRules(text: string): readonly string[] {
  const rules: string[] = [];
  let depth = 0;
  let rule = '';
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth <= 0 && /[\s,]/.test(character)) {
      if (rule !== '') rules.push(rule);
      rule = '';
    } else rule += character;
  }
  if (rule !== '') rules.push(rule);
  return rules;
}

/** What lists in a skill name, and what its texts install by an exact version, for advisories and for whether it is pinned. */
function tellDependencies(name: string, text: string, lines: LineIndex, observer: Observer): void {
  const listed = skillDependencies(name, text, lines);
  if (listed.length > 0) observer.fact({ kind: 'agent-dependencies', ...listed[0]!.at, dependencies: listed });
  const tell = ({ ecosystem, name: one, version, at }: SkillDependency): void =>
    observer.fact({
      kind: 'package',
      ...at,
      ecosystem,
      name: one,
      version,
      says: `The skill installs ${show(one, 80)}${version === null ? '' : ` ${version}`}`,
      by: 'install',
    });
  // Requirement files are told by their own reader.
  if (!/requirements[\w.-]{0,40}\.(?:txt|in)$/i.test(name)) for (const one of listed) tell(one);
  for (const one of pinnedInstalls(text, lines)) tell(one);
}

const INSTALL = /"((?:pre|post)?install|prepare)"\s{0,8}:\s{0,8}"((?:[^"\\\n]|\\.)+)"/g;

function tellInstallScripts({ name }: Artifact, text: string, lines: LineIndex, observer: Observer): void {
  if (!/(?:^|[/\\])package\.json$/i.test(name)) return;
  for (const match of text.matchAll(INSTALL)) {
    observer.fact({ kind: 'agent-install-script', ...lines.place(match.index), name: match[1]!, command: match[2]! });
  }
}
