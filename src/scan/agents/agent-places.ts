/**
 * Where agents keep their files, from the programs' documentation as of November 2026. Paths with `/`; `*` stands for one name, and a path that
 * ends with `/` for everything below it. All systems' places are looked at: what is not there is passed over.
 */

const CODE = ['Code', 'Code - Insiders', 'VSCodium', 'Cursor', 'Windsurf'];
/** Folders of settings of desktop programs: Linux, macOS, Windows. */
const APPLICATIONS = ['.config', 'Library/Application Support', 'AppData/Roaming'];
const EXTENSIONS = [
  'saoudrizwan.claude-dev/settings/cline_mcp_settings.json',
  'rooveterinaryinc.roo-cline/settings/mcp_settings.json',
  'kilocode.kilo-code/settings/mcp_settings.json',
];

/** Below a home folder. */
export const HOME_PLACES: readonly string[] = [
  // Claude Code, Claude Desktop
  '.claude.json', '.claude/settings.json', '.claude/settings.local.json', '.claude/CLAUDE.md', '.claude/skills/', '.claude/commands/',
  '.claude/agents/', '.claude/hooks/', '.claude/output-styles/', '.claude/rules/', '.claude/plugins/', '.mcp.json',
  ...APPLICATIONS.map((base) => `${base}/Claude/claude_desktop_config.json`),
  // Cursor, Windsurf
  '.cursor/mcp.json', '.cursor/hooks.json', '.cursor/cli-config.json', '.cursor/permissions.json', '.cursor/rules/', '.cursor/commands/',
  '.cursor/skills/', '.cursor/agents/', '.cursor/hooks/', '.codeium/windsurf/mcp_config.json', '.codeium/mcp_config.json',
  '.codeium/windsurf/memories/global_rules.md', '.codeium/windsurf/hooks.json',
  // VS Code and what is built on it
  ...APPLICATIONS.flatMap((base) => CODE.flatMap((code) => [
    `${base}/${code}/User/mcp.json`, `${base}/${code}/User/settings.json`, `${base}/${code}/User/profiles/*/mcp.json`,
    `${base}/${code}/User/prompts/`, ...EXTENSIONS.map((extension) => `${base}/${code}/User/globalStorage/${extension}`),
  ])),
  // Copilot, Gemini, Codex
  '.copilot/mcp-config.json', '.copilot/config.json', '.copilot/skills/', '.copilot/agents/', '.gemini/settings.json', '.gemini/GEMINI.md', '.gemini/commands/', '.gemini/extensions/', '.gemini/skills/',
  '.codex/config.toml', '.codex/AGENTS.md', '.codex/prompts/', '.codex/skills/', '.codex/hooks.json', '.agents/skills/',
  // Continue, Zed, Cline, Kiro, Amazon Q, OpenCode, Goose, LM Studio
  '.continue/config.yaml', '.continue/config.json', '.continue/mcpServers/', '.continue/rules/', '.config/zed/settings.json',
  'AppData/Roaming/Zed/settings.json', 'Documents/Cline/Rules/', 'Documents/Cline/MCP/cline_mcp_settings.json', '.kiro/settings/mcp.json', '.kiro/steering/', '.aws/amazonq/mcp.json',
  '.aws/amazonq/cli-agents/', '.config/opencode/opencode.json', '.config/opencode/opencode.jsonc', '.config/opencode/AGENTS.md', '.config/opencode/agent/',
  '.config/opencode/command/', '.config/opencode/skills/', '.config/goose/config.yaml', '.config/goose/.goosehints', '.lmstudio/mcp.json',
]; // prettier-ignore

/** Below a project's folder. */
export const PROJECT_PLACES: readonly string[] = [
  '.mcp.json', 'mcp.json', 'CLAUDE.md', 'CLAUDE.local.md', 'AGENTS.md', 'AGENT.md', 'GEMINI.md', '.claude/', '.claude-plugin/', 'hooks/hooks.json', '.agents/',
  '.cursorrules', '.cursor/', '.vscode/mcp.json', '.vscode/settings.json', '.vscode/tasks.json', '.windsurfrules', '.windsurf/',
  '.github/copilot-instructions.md', '.github/instructions/', '.github/prompts/', '.github/chatmodes/', '.github/agents/', '.github/skills/', '.github/hooks/',
  '.gemini/', 'gemini-extension.json', '.codex/', '.continue/', '.continuerules', '.zed/', '.rules', '.clinerules', '.clinerules/', '.roo/', '.roomodes', '.roorules',
  '.kiro/', '.amazonq/', 'opencode.json', 'opencode.jsonc', '.opencode/', '.goosehints', 'skills/',
]; // prettier-ignore

/** Set by administrators, for everybody on a machine. */
export const MACHINE_PLACES: readonly string[] = [
  '/etc/claude-code/managed-settings.json', '/etc/claude-code/managed-mcp.json', '/etc/claude-code/CLAUDE.md', '/etc/codex/config.toml', '/etc/gemini-cli/settings.json',
  '/Library/Application Support/ClaudeCode/managed-settings.json', '/Library/Application Support/ClaudeCode/managed-mcp.json',
  '/Library/Application Support/ClaudeCode/CLAUDE.md', '/Library/Application Support/GeminiCli/settings.json',
  'C:/ProgramData/ClaudeCode/managed-settings.json', 'C:/ProgramData/ClaudeCode/managed-mcp.json', 'C:/Program Files/ClaudeCode/managed-settings.json',
  'C:/ProgramData/gemini-cli/settings.json',
]; // prettier-ignore
