import type { ByteSource } from '../../../bytes/byte-source.ts';
import { decodeLoose } from '../../../formats/decode-text.ts';
import { parseJsonc } from '../../../formats/located/jsonc.ts';
import { LineIndex } from '../../../formats/located/line-index.ts';
import { leavesOf, type Located, type LocatedResult, memberAt, textOf } from '../../../formats/located/located.ts';
import { parseToml } from '../../../formats/located/toml.ts';
import { parseYaml } from '../../../formats/located/yaml.ts';
import { agentFileOf, isNamedLoosely, type AgentFile, scopeOf } from '../../agents/agent-file.ts';
import { type Artifact, extensionOf } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';
import { tellHooks } from './hooks.ts';
import { tellOffers } from './offers.ts';
import { findServers, tellServers } from './servers.ts';

const MAX_BYTES = 4 << 20;
const MOST_SETTINGS = 20_000;

/** Words of which a file that is an agent's configuration, whatever its name, has at least one. */
const MARKS: Readonly<Record<string, readonly string[]>> = {
  json: ['"mcpServers"', '"context_servers"', '"mcp.servers"', '"mcp_servers"', '"inputSchema"', '"input_schema"', '"prompts"', '"tools"', '"stdio"', '"resourceTemplates"', '"enableAllProjectMcpServers"',
    '"enabledMcpjsonServers"', '"apiKeyHelper"', '"PreToolUse"', '"PostToolUse"', '"SessionStart"', '"defaultMode"', '"mcp_config"', '"chat.tools.'],
  yaml: ['mcpServers:', 'mcp_servers:'],
  toml: ['mcp_servers', 'sandbox_mode', 'approval_policy'],
}; // prettier-ignore

/** Configurations of agents and their MCP servers, and lists of tools as servers answer `tools/list`. */
export const agentConfig: Reader<'agent-config'> = {
  id: 'agent-config',
  title: 'agent configuration',
  extensions: [],
  sniff: (artifact) => !artifact.head.includes(0) && (named(artifact) !== null || languageOf(artifact) !== null),
  read: (artifact, observer) => {
    const { source, name } = artifact;
    const known = named(artifact);
    const certain = known !== null && !isNamedLoosely(name);
    if (source.size > MAX_BYTES) {
      if (certain || holdsOwnMark(source))
        observer.incomplete(`an agent configuration of ${source.size} bytes is not read`);
      return;
    }
    const text = decodeLoose(source.read(0, source.size));
    const language = languageOf(artifact) ?? 'json';
    if (!certain && !MARKS[language]!.some((mark) => text.includes(mark))) return;
    const lines = new LineIndex(text);
    const result = parse(language, text);
    if (!result.ok) {
      if (known !== null || result.limit === true)
        observer.incomplete(`the agent configuration cannot be read: ${result.reason}`, lines.place(result.at));
      return;
    }
    const file = known ?? { host: 'mcp', kind: 'config', scope: scopeOf(name) };
    const { servers, all } = findServers(result.root);
    if (!all) observer.incomplete(`servers after the first ${servers.length}`);
    tellServers(servers, file, lines, observer);
    tellOffers(result.root, lines, observer);
    // A file of which only servers are known by their content may say what it likes elsewhere.
    if (known === null && !isSettings(result.root)) return;
    tellHooks(result.root, file, lines, observer);
    let told = 0;
    const own = new Set<Located>(servers.map(({ node }) => node));
    for (const { path, node } of leavesOutside(result.root, own)) {
      if (++told > MOST_SETTINGS) return observer.incomplete(`it has more than ${MOST_SETTINGS} settings`);
      const { host, scope } = file;
      observer.fact({ kind: 'agent-setting', ...lines.place(node.start), host, scope, path, text: textOf(node) ?? '' });
      const list = PERMISSION.exec(path);
      if (list !== null && typeof node.value === 'string') {
        observer.fact({ kind: 'agent-permission', ...lines.place(node.start), host, scope, rule: node.value });
      }
    }
  },
};

/** Lists of rules that let tools run: Claude and Cursor, Claude's state file, Gemini, Amazon Q. */
const PERMISSION =
  /(?:^|\.)(?:permissions\.allow|allowedTools|tools\.allowed|allowed-tools|terminalAllowlist|mcpAllowlist)\.\d{1,6}$/;

/** Marks that hardly any other file has. */
const OWN_MARK =
  /^"?(?:mcp|context_servers|enable|resourceTemplates|apiKeyHelper|PreToolUse|PostToolUse|SessionStart|inputSchema)/;
const OWN_MARKS = Object.values(MARKS).flat().filter((mark) => OWN_MARK.test(mark)); // prettier-ignore
const PART = 1 << 20;
const LONGEST_MARK = 64;

/** Whether a long file that is named like none of ours has settings of agents all the same. */
function holdsOwnMark(source: ByteSource): boolean {
  for (let at = 0; at < source.size; at += PART) {
    const part = Buffer.from(source.read(at, Math.min(PART + LONGEST_MARK, source.size - at)));
    if (OWN_MARKS.some((mark) => part.includes(mark))) return true;
  }
  return false;
}

function named({ name, members }: Artifact): AgentFile | null {
  const file = agentFileOf(members.length === 0 ? name : members.join('/'));
  return file?.kind === 'config' ? file : null;
}

function languageOf({ name, head }: Artifact): 'json' | 'yaml' | 'toml' | null {
  const extension = extensionOf(name);
  if (extension === '.yaml' || extension === '.yml') return 'yaml';
  if (extension === '.toml') return 'toml';
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  while (at < 200 && (head[at] === 0x20 || head[at] === 0x0a || head[at] === 0x0d || head[at] === 0x09)) at++;
  const first = head[at];
  if (first === 0x7b || first === 0x5b) return 'json';
  return first === 0x2f &&
    (head[at + 1] === 0x2f || head[at + 1] === 0x2a) &&
    /^\.(?:jsonc?|code-workspace)$/.test(extension)
    ? 'json'
    : null;
}

function parse(language: 'json' | 'yaml' | 'toml', text: string): LocatedResult {
  if (text.trim() === '') return { ok: true, root: { kind: 'map', start: 0, end: 0, members: [] } };
  return language === 'yaml' ? parseYaml(text) : language === 'toml' ? parseToml(text) : parseJsonc(text);
}

function isSettings(root: Located): boolean {
  return (
    memberAt(root, 'permissions', 'allow') !== undefined ||
    memberAt(root, 'permissions', 'defaultMode') !== undefined ||
    ['enableAllProjectMcpServers', 'enabledMcpjsonServers', 'apiKeyHelper', 'approval_policy', 'sandbox_mode'].some(
      (key) => memberAt(root, key) !== undefined,
    ) ||
    ['PreToolUse', 'PostToolUse', 'SessionStart', 'Stop', 'UserPromptSubmit'].some(
      (event) => memberAt(root, 'hooks', event) !== undefined,
    )
  );
}

function* leavesOutside(root: Located, without: ReadonlySet<Located>, path = ''): ReturnType<typeof leavesOf> {
  if (without.has(root)) return;
  if (root.kind !== 'map') return yield* leavesOf(root, path);
  for (const { name, value } of root.members) {
    yield* leavesOutside(
      value,
      without,
      path === '' ? name.slice(0, 200) : `${path.slice(0, 400)}.${name.slice(0, 200)}`,
    );
  }
}
