import { rememberLast } from '../../text/remember-last.ts';

/** Programs whose configurations are known. `mcp`: of no one program. */
export type AgentHost =
  | 'claude' | 'claude-desktop' | 'cursor' | 'vscode' | 'copilot' | 'windsurf' | 'gemini' | 'codex' | 'continue' | 'zed' | 'cline'
  | 'roo' | 'kiro' | 'amazon-q' | 'opencode' | 'goose' | 'mcp'; // prettier-ignore

/** `project`: comes with a folder that others write to. `user`: belongs to whoever runs the agent. `managed`: set by an administrator. */
export type AgentScope = 'project' | 'user' | 'managed';

/** How a file of an agent is read. */
export type AgentFileKind = 'config' | 'skill' | 'instructions' | 'command' | 'subagent' | 'script';

interface AgentFileRow {
  readonly host: AgentHost;
  readonly kind: AgentFileKind;
  /** On the path with `/` and in lower case. */
  readonly name: RegExp;
}

const row = (host: AgentHost, kind: AgentFileKind, name: RegExp): AgentFileRow => ({ host, kind, name });

/**
 * Names under which agents look for their files, the first match counts. From the programs' own documentation, as of November 2026.
 */
const ROWS: readonly AgentFileRow[] = [
  row('claude', 'skill', /(?:^|\/)skill\.md$/),
  row('claude', 'config', /(?:^|\/)\.mcp\.json$/),
  row('claude', 'config', /(?:^|\/)\.claude\.json$/),
  row('claude', 'config', /(?:^|\/)\.claude\/settings(?:\.local)?\.json$/),
  row('claude', 'config', /(?:^|\/)managed-(?:settings|mcp)\.json$/),
  row('claude', 'config', /(?:^|\/)\.claude-plugin\/(?:plugin|marketplace)\.json$/),
  row('claude', 'config', /(?:^|\/)hooks\/hooks\.json$/),
  row('claude-desktop', 'config', /(?:^|\/)claude_desktop_config\.json$/),
  row('claude', 'instructions', /(?:^|\/)claude(?:\.local)?\.md$/),
  row('claude', 'command', /(?:^|\/)\.claude\/commands\/.{1,300}\.md$/),
  row('claude', 'subagent', /(?:^|\/)\.claude\/agents\/.{1,300}\.md$/),
  row('claude', 'instructions', /(?:^|\/)\.claude\/(?:output-styles|rules)\/.{1,300}\.md$/),
  row('claude', 'script', /(?:^|\/)\.claude\/hooks\/.{1,300}\.(?:sh|bash|zsh|py|js|mjs|cjs|ts|ps1|rb)$/),
  row('cursor', 'config', /(?:^|\/)\.cursor\/(?:mcp|hooks|permissions|cli|cli-config|environment)\.json$/),
  row('cursor', 'instructions', /(?:^|\/)\.cursorrules$/),
  row('cursor', 'instructions', /(?:^|\/)\.cursor\/rules\/.{1,300}\.mdc?$|\.mdc$/),
  row('cursor', 'command', /(?:^|\/)\.cursor\/commands\/.{1,300}\.md$/),
  row('cursor', 'script', /(?:^|\/)\.cursor\/hooks\/.{1,300}\.(?:sh|bash|py|js|mjs|ts|ps1)$/),
  row('copilot', 'instructions', /(?:^|\/)\.github\/copilot-instructions\.md$|\.instructions\.md$/),
  row('copilot', 'command', /\.prompt\.md$/),
  row('copilot', 'subagent', /\.(?:chatmode|agent)\.md$/),
  row('copilot', 'config', /(?:^|\/)\.copilot\/(?:mcp-config|config|settings)\.json$/),
  row('copilot', 'config', /(?:^|\/)\.github\/(?:copilot\/)?(?:mcp|hooks\/[^/]{1,100})\.json$/),
  row('vscode', 'config', /(?:^|\/)\.vscode\/(?:mcp|settings|tasks)\.json$/),
  row('vscode', 'config', /(?:^|\/)(?:code|code - insiders|vscodium|cursor|windsurf)\/user\/(?:profiles\/[^/]{1,100}\/)?(?:mcp|settings|tasks)\.json$/),
  row('vscode', 'config', /\.code-workspace$/),
  row('windsurf', 'config', /(?:^|\/)(?:\.codeium|\.windsurf)\/.{0,100}mcp(?:_config)?\.json$|(?:^|\/)mcp_config\.json$/),
  row('windsurf', 'config', /(?:^|\/)\.windsurf\/hooks\.json$/),
  row('windsurf', 'instructions', /(?:^|\/)\.windsurfrules$|(?:^|\/)\.windsurf\/(?:rules|workflows)\/.{1,300}\.md$/),
  row('gemini', 'config', /(?:^|\/)\.gemini\/settings\.json$/),
  row('gemini', 'config', /(?:^|\/)gemini-extension\.json$/),
  row('gemini', 'instructions', /(?:^|\/)gemini\.md$/),
  row('gemini', 'config', /(?:^|\/)\.gemini\/commands\/.{1,300}\.toml$/),
  row('codex', 'config', /(?:^|\/)\.codex\/(?:.{1,100}\.)?config\.toml$/),
  row('codex', 'config', /(?:^|\/)\.codex\/hooks\.json$/),
  row('codex', 'command', /(?:^|\/)\.codex\/prompts\/.{1,300}\.md$/),
  row('continue', 'config', /(?:^|\/)\.continue\/(?:config\.(?:ya?ml|json)|(?:mcpservers|assistants|agents)\/.{1,200}\.(?:ya?ml|json))$/),
  row('continue', 'instructions', /(?:^|\/)\.continue\/rules\/.{1,300}\.md$|(?:^|\/)\.continuerules$/),
  row('zed', 'config', /(?:^|\/)\.?zed\/(?:settings|tasks)\.json$/),
  row('zed', 'instructions', /(?:^|\/)\.rules$/),
  row('cline', 'config', /(?:^|\/)cline_mcp_settings\.json$/),
  row('cline', 'instructions', /(?:^|\/)\.clinerules(?:$|\/.{1,300}\.md$)/),
  row('roo', 'config', /(?:^|\/)(?:\.roo\/mcp|mcp_settings)\.json$|(?:^|\/)\.roomodes$/),
  row('roo', 'instructions', /(?:^|\/)\.roo\/rules[^/]{0,60}\/.{1,300}\.md$|(?:^|\/)\.roorules$/),
  row('kiro', 'config', /(?:^|\/)\.kiro\/(?:settings\/mcp|hooks\/.{1,200}\.kiro\.hook|agents\/[^/]{1,100})(?:\.json)?$/),
  row('kiro', 'instructions', /(?:^|\/)\.kiro\/steering\/.{1,300}\.md$/),
  row('amazon-q', 'config', /(?:^|\/)\.amazonq\/(?:mcp|default|agents\/[^/]{1,100}|cli-agents\/[^/]{1,100})\.json$|(?:^|\/)\.aws\/amazonq\/(?:mcp|.{1,100}\/[^/]{1,100})\.json$/),
  row('amazon-q', 'instructions', /(?:^|\/)\.amazonq\/rules\/.{1,300}\.md$/),
  row('opencode', 'config', /(?:^|\/)opencode\.jsonc?$/),
  row('opencode', 'subagent', /(?:^|\/)\.?opencode\/agents?\/.{1,300}\.md$/),
  row('opencode', 'command', /(?:^|\/)\.?opencode\/commands?\/.{1,300}\.md$/),
  row('goose', 'config', /(?:^|\/)goose\/config\.ya?ml$/),
  row('goose', 'instructions', /(?:^|\/)\.goosehints$/),
  row('mcp', 'instructions', /(?:^|\/)agents?\.md$/),
  row('claude', 'subagent', /(?:^|\/)agents\/.{1,300}\.md$/),
  row('claude', 'command', /(?:^|\/)(?:commands|prompts)\/.{1,300}\.md$/),
  row('mcp', 'config', /(?:^|\/)mcp(?:[-_.](?:servers?|config|settings))?\.json$/),
  row('mcp', 'config', /(?:^|\/)(?:manifest|server)\.json$/),
]; // prettier-ignore

export interface AgentFile {
  readonly host: AgentHost;
  readonly kind: AgentFileKind;
  readonly scope: AgentScope;
}

/** How names of the table end: an archive has thousands of members, and most end otherwise. */
const ENDING =
  /(?:\.(?:mdc?|jsonc?|toml|ya?ml|sh|bash|zsh|py|[mc]?js|ts|ps1|rb|hook|code-workspace)|rules|modes|hints)$/;

/** What a path says about a file: whose it is and how it is read, or null for one that no agent looks for. Asked for the same path in a row. */
export const agentFileOf: (path: string) => AgentFile | null = rememberLast((path) => {
  const name = path.replaceAll('\\', '/').toLowerCase().slice(-1000);
  if (!ENDING.test(name)) return null;
  const found = ROWS.find((one) => one.name.test(name));
  return found === undefined ? null : { host: found.host, kind: found.kind, scope: scopeOf(name) };
});

/** Names that many programs use for other things: such a file is one of an agent only by its content. */
export function isNamedLoosely(path: string): boolean {
  if (/(?:^|[/\\])(?:\.(?:claude|cursor|codex|opencode|gemini|vscode)|\.?zed)[/\\]/i.test(path)) return false;
  return /(?:^|[/\\])(?:manifest|server|settings|tasks)\.json$|\.code-workspace$|(?:^|[/\\])(?:agents|commands|prompts)[/\\].{1,300}\.md$/i.test(
    path,
  );
}

const HOME = /^(?:~|(?:.{0,100}\/)?(?:home|users)\/[^/]{1,100}|\/root)\/(?:\.|library\/|appdata\/|documents\/)/;

/**
 * Whose file it is. A path below a home folder's own hidden folders is the user's; everything else is taken to come with a project, since
 * whoever cloned it did not write it.
 */
export function scopeOf(path: string): AgentScope {
  const name = path.replaceAll('\\', '/').toLowerCase();
  if (/(?:^|\/)managed-(?:settings|mcp)\.json$|^\/etc\/|\/programdata\//.test(name)) return 'managed';
  if (HOME.test(name) || /(?:^|\/)(?:claude_desktop_config|cline_mcp_settings)\.json$/.test(name)) return 'user';
  return 'project';
}
