import { isOneSlip } from '../one-slip.ts';
import { isWithin, plainVersion } from '../plain-version.ts';

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

/** Versions of MCP packages with a published vulnerability, or that are malicious. */
interface Advisory {
  readonly ecosystem: 'npm' | 'pypi';
  readonly name: string;
  /** First version that has it. */
  readonly from: string;
  /** First version without it; null where there is none. */
  readonly until: string | null;
  readonly id: string;
  readonly what: string;
}

/** From the advisories whose ids stand beside them, as of November 2026. */
const ADVISORIES: readonly Advisory[] = [
  { ecosystem: 'npm', name: 'mcp-remote', from: '0.0.5', until: '0.1.16', id: 'CVE-2025-6514', what: 'runs commands that the remote server sends' },
  { ecosystem: 'npm', name: '@modelcontextprotocol/inspector', from: '0.0.0', until: '0.14.1', id: 'CVE-2025-49596', what: 'runs commands that any web page sends' },
  { ecosystem: 'npm', name: '@modelcontextprotocol/server-filesystem', from: '2025.0.0', until: '2025.7.1', id: 'CVE-2025-53109', what: 'can be led out of its folders' },
  { ecosystem: 'npm', name: '@modelcontextprotocol/server-filesystem', from: '0.0.0', until: '0.6.4', id: 'CVE-2025-53109', what: 'can be led out of its folders' },
  { ecosystem: 'npm', name: 'figma-developer-mcp', from: '0.0.0', until: '0.6.3', id: 'CVE-2025-53967', what: 'runs commands out of its arguments' },
  { ecosystem: 'npm', name: 'mcp-server-kubernetes', from: '0.0.0', until: '2.5.0', id: 'CVE-2025-53355', what: 'runs commands out of its arguments' },
  { ecosystem: 'npm', name: 'postmark-mcp', from: '1.0.16', until: null, id: 'postmark-mcp 1.0.16', what: 'copies every mail to its author' },
  { ecosystem: 'pypi', name: 'mcp-server-git', from: '0.0.0', until: '2026.1.14', id: 'CVE-2025-68144 and CVE-2026-27735', what: 'touches files outside its repository' },
]; // prettier-ignore

/** The advisory that an exact version falls under, or null. */
export function advisoryFor(
  ecosystem: 'npm' | 'pypi',
  name: string,
  version: string | null,
): { readonly id: string; readonly what: string; readonly until: string | null } | null {
  const given = name.toLowerCase();
  const number = version === null ? null : plainVersion(version);
  for (const one of ADVISORIES) {
    if (one.ecosystem !== ecosystem || one.name !== given) continue;
    // Of a package without a good version the newest is as bad as any.
    if (number === null) {
      if (one.until === null) return one;
      continue;
    }
    if (isWithin(number, one.from, one.until)) return one;
  }
  return null;
}
