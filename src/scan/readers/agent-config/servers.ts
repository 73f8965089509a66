import type { LineIndex } from '../../../formats/located/line-index.ts';
import {
  itemsOf,
  leavesOf,
  type Located,
  type LocatedScalar,
  memberAt,
  membersOf,
  plainOf,
  textOf,
} from '../../../formats/located/located.ts';
import { launchUses } from '../../advisories/package-use.ts';
import { definitionDigest } from '../../agents/definition-digest.ts';
import type { AgentNamed, AgentServer, AgentValue } from '../../agents/agent-fact.ts';
import type { AgentFile } from '../../agents/agent-file.ts';
import { withoutSecrets } from '../../agents/secret-in.ts';
import type { Observer } from '../../reader.ts';

/** A server as it stands in a file. */
export interface FoundServer {
  readonly name: string;
  readonly at: number;
  readonly node: Located;
}

/** Keys under which agents keep their servers: most; Codex; Zed; VS Code in its settings; MCP bundles. */
const CERTAIN: ReadonlySet<string> = new Set([
  'mcpServers',
  'mcp_servers',
  'context_servers',
  'mcp.servers',
  'mcp_config',
]);
/** Keys that other programs use, too: VS Code and Visual Studio, OpenCode, Goose. What is below decides. */
const POSSIBLE: ReadonlySet<string> = new Set(['servers', 'mcp', 'extensions']);
const MOST = 1000;

/**
 * Every server of a configuration, wherever it stands: settings of one project may lie deep in a file for all projects. Above a limit the first ones, and
 * `all` is false.
 */
export function findServers(root: Located): { readonly servers: readonly FoundServer[]; readonly all: boolean } {
  const found: FoundServer[] = [];
  const visit = (node: Located): void => {
    if (found.length > MOST) return;
    if (node.kind === 'list') for (const item of node.items) visit(item);
    for (const { name, at, value } of membersOf(node)) {
      const certain = CERTAIN.has(name);
      if (certain && isServer(value)) found.push({ name: textOf(memberAt(root, 'name')) ?? name, at, node: value });
      else if (certain || POSSIBLE.has(name)) take(value, certain);
      else visit(value);
    }
  };
  const take = (list: Located, certain: boolean): void => {
    for (const item of certain ? itemsOf(list) : []) {
      if (isServer(item)) found.push({ name: textOf(memberAt(item, 'name')) ?? '', at: item.start, node: item });
    }
    for (const { name, at, value } of membersOf(list)) {
      if (isServer(value)) found.push({ name, at, node: value });
      else if (!certain) visit({ ...value, kind: 'map', members: [{ name, at, value }] });
    }
  };
  visit(root);
  return { servers: found.slice(0, MOST), all: found.length <= MOST };
}

function isServer(node: Located): boolean {
  if (node.kind !== 'map') return false;
  const command = memberAt(node, 'command') ?? memberAt(node, 'cmd');
  if (command !== undefined && (textOf(command) !== undefined || command.kind !== 'scalar')) return true;
  return URLS.some((key) => textOf(memberAt(node, key)) !== undefined);
}

const URLS = ['url', 'serverUrl', 'httpUrl', 'uri', 'endpoint'] as const;
const READ: ReadonlySet<string> = new Set([
  'command', 'cmd', 'args', 'env', 'environment', 'envs', 'headers', 'http_headers', ...URLS,
]); // prettier-ignore

export function tellServers(
  found: readonly FoundServer[],
  file: AgentFile,
  lines: LineIndex,
  observer: Observer,
): void {
  const servers: AgentServer[] = [];
  for (const { name, at, node } of found) {
    const server = readServer(name, node, file, lines);
    const spot = lines.place(at);
    servers.push(server);
    observer.fact({ kind: 'agent-server', ...spot, server });
    for (const use of launchUses(server)) observer.fact(use);
    const { command, args, url } = server;
    observer.fact({
      kind: 'agent-definition',
      ...spot,
      definition: {
        what: 'server',
        name,
        skill: null,
        digest: definitionDigest(plainOf(node)),
        members: {
          command: withoutSecrets(command?.text ?? ''),
          args: withoutSecrets(args.map(({ text }) => text).join(' ')),
          url: withoutSecrets((url?.text ?? '').replace(/\?.*$/s, '')),
          env: server.env.map((one) => one.name).toSorted().join(' '),
          headers: server.headers.map((one) => one.name).toSorted().join(' '),
        },
        description: '',
        at: spot,
      },
    }); // prettier-ignore
  }
  if (servers.length > 0) observer.fact({ kind: 'agent-servers', ...lines.place(found[0]!.at), servers });
}

function readServer(name: string, node: Located, { host, scope }: AgentFile, lines: LineIndex): AgentServer {
  const value = (scalar: Located | undefined): AgentValue | null =>
    scalar?.kind === 'scalar' && scalar.text !== '' ? { text: scalar.text, at: lines.place(scalar.start) } : null;
  const list = (from: Located | undefined): AgentValue[] =>
    itemsOf(from).flatMap((item) => (item.kind === 'scalar' ? [{ text: item.text, at: lines.place(item.start) }] : []));
  const named = (from: Located | undefined): AgentNamed[] =>
    membersOf(from).flatMap((member) =>
      member.value.kind === 'scalar'
        ? [{ name: member.name, text: member.value.text, at: lines.place(member.value.start) }]
        : [],
    );
  const given = memberAt(node, 'command') ?? memberAt(node, 'cmd');
  const inner = given?.kind === 'map' ? given : undefined;
  const whole = list(given);
  const command = whole[0] ?? value(inner === undefined ? given : memberAt(inner, 'path'));
  const options: AgentNamed[] = [];
  for (const member of membersOf(node)) {
    if (READ.has(member.name)) continue;
    for (const { path, node: leaf } of leavesOf(member.value, member.name)) options.push(option(path, leaf, lines));
  }
  return {
    name,
    host,
    scope,
    command,
    args: [...whole.slice(1), ...list(memberAt(node, 'args') ?? memberAt(inner, 'args'))],
    url: value(URLS.map((key) => memberAt(node, key)).find((one) => one !== undefined)),
    env: ['env', 'environment', 'envs'].flatMap((key) => named(memberAt(node, key) ?? memberAt(inner, key))),
    headers: [
      ...named(memberAt(node, 'headers')),
      ...named(memberAt(node, 'http_headers')),
      ...named(memberAt(node, 'requestInit', 'headers')),
    ],
    options,
  };
}

function option(name: string, leaf: LocatedScalar, lines: LineIndex): AgentNamed {
  return { name, text: leaf.text, at: lines.place(leaf.start) };
}
