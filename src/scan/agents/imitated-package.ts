import { isOneSlip } from '../one-slip.ts';

/**
 * Packages of MCP servers that many configurations name, and that are imitated for that reason; npm and PyPI, as of November 2026.
 */
const NPM = `
@modelcontextprotocol/server-filesystem @modelcontextprotocol/server-github @modelcontextprotocol/server-memory @modelcontextprotocol/server-everything
@modelcontextprotocol/server-sequential-thinking @modelcontextprotocol/server-brave-search @modelcontextprotocol/server-puppeteer
@modelcontextprotocol/server-postgres @modelcontextprotocol/server-slack @modelcontextprotocol/server-gdrive @modelcontextprotocol/server-google-maps
@modelcontextprotocol/server-redis @modelcontextprotocol/server-gitlab @modelcontextprotocol/inspector @playwright/mcp @upstash/context7-mcp
@supabase/mcp-server-supabase @notionhq/notion-mcp-server @sentry/mcp-server @cloudflare/mcp-server-cloudflare @stripe/mcp @heroku/mcp-server
@anthropic-ai/claude-code @browsermcp/mcp @executeautomation/playwright-mcp-server @wonderwhy-er/desktop-commander @21st-dev/magic @azure/mcp
@smithery/cli mcp-remote chrome-devtools-mcp figma-developer-mcp firecrawl-mcp tavily-mcp exa-mcp-server task-master-ai mcp-server-kubernetes
shadcn mongodb-mcp-server airtable-mcp-server puppeteer-mcp-server n8n-mcp
`
  .trim()
  .split(/\s+/);
const PYPI = `
mcp-server-fetch mcp-server-git mcp-server-time mcp-server-sqlite mcp-server-sentry mcp-proxy mcp-atlassian mcp-server-qdrant duckduckgo-mcp-server
arxiv-mcp-server excel-mcp-server browser-use serena-agent markitdown-mcp fastmcp postgres-mcp awslabs.aws-documentation-mcp-server awslabs.core-mcp-server
`
  .trim()
  .split(/\s+/);
/** Real packages that resemble a known one. */
const REAL: ReadonlySet<string> = new Set(['mcp-remotes', 'shadcn-ui', 'mcp-server-gitlab', 'n8n-mcp-server']);

/** The known package that a name imitates: one slip away, or its name under somebody else's scope that differs by one slip. */
export function imitatedPackage(ecosystem: 'npm' | 'pypi', name: string): string | null {
  const known = ecosystem === 'npm' ? NPM : PYPI;
  const given = name.toLowerCase();
  if (known.includes(given) || REAL.has(given) || given.length < 6) return null;
  const bare = given.normalize('NFKC').replaceAll(/[-_.]/g, '');
  for (const one of known) {
    if (one.length < 6) continue;
    if (given !== one && (bare === one.replaceAll(/[-_.]/g, '') || isOneSlip(given, one))) return one;
  }
  // Whole scopes are imitated, too.
  const scope = /^(@[^/]{1,80})\//.exec(given)?.[1];
  if (scope === undefined) return null;
  for (const one of known) {
    const theirs = /^(@[^/]+)\//.exec(one)?.[1];
    if (theirs !== undefined && theirs.length >= 8 && theirs !== scope && isOneSlip(scope, theirs)) return one;
  }
  return null;
}
