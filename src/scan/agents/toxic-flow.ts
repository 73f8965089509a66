/**
 * What well-known servers and tools bring into a conversation: texts of strangers, private data, ways out. By words of their names; whoever
 * names a server otherwise is not seen.
 */
const UNTRUSTED =
  /\b(?:fetch|browser|playwright|puppeteer|chrome|brave|tavily|exa|firecrawl|crawl\w*|scrap\w+|search|web|gmail|e?mail|imap|outlook|slack|discord|telegram|whatsapp|reddit|twitter|rss|github|gitlab|jira|linear|zendesk|intercom)\b/;
const PRIVATE =
  /\b(?:filesystem|desktop commander|postgres\w*|mysql|sqlite|mongo\w*|supabase|snowflake|bigquery|database|gdrive|drive|gmail|e?mail|imap|outlook|onedrive|sharepoint|notion|obsidian|confluence|memory|aws|gcp|azure|kubernetes|vault|1password|bitwarden|stripe|salesforce|hubspot|crm|calendar)\b/;
const SINK =
  /\b(?:fetch|browser|playwright|puppeteer|chrome|gmail|e?mail|smtp|outlook|slack|discord|telegram|whatsapp|twitter|github|gitlab|jira|webhook|http|zapier|sendgrid|resend|twilio|mailgun)\b/;

export interface ToxicFlow {
  /** Indices of servers, which may be the same. */
  readonly untrusted: number;
  readonly private: number;
  readonly sink: number;
}

/**
 * Whether servers, each given by the words that name it, make a way from a stranger's text over private data to the outside.
 * One server alone is not reported: it is its own matter.
 */
export function toxicFlow(servers: readonly (readonly string[])[]): ToxicFlow | null {
  const words = servers.map((names) =>
    names
      .join(' ')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, ' '),
  );
  const find = (pattern: RegExp): readonly number[] =>
    words.flatMap((text, index) => (pattern.test(text) ? [index] : []));
  const [untrusted, secret, sink] = [find(UNTRUSTED), find(PRIVATE), find(SINK)];
  for (const one of secret) {
    for (const other of untrusted) {
      const way = sink.find((index) => index !== one) ?? sink[0];
      if (way !== undefined && other !== one) return { untrusted: other, private: one, sink: way };
    }
  }
  return null;
}
