/** Places where anybody can collect what is sent, or reach a machine behind a firewall, without a name of their own. */
const COLLECTORS =
  /\b(?:[\w-]{1,80}\.)?(?:webhook\.site|requestbin\.(?:com|net)|requestcatcher\.com|pipedream\.net|beeceptor\.com|hookbin\.com|burpcollaborator\.net|oastify\.com|oast\.(?:fun|live|me|online|pro|site|us)|interact\.sh|canarytokens\.(?:com|org)|dnslog\.cn|ceye\.io|ngrok(?:-free)?\.(?:io|app|dev)|ngrok\.dev|trycloudflare\.com|loca\.lt|localtunnel\.me|serveo\.net|localhost\.run|lhr\.life|bore\.pub|transfer\.sh|file\.io|0x0\.st|temp\.sh|catbox\.moe)\b|\bapi\.telegram\.org\/bot\d{6,12}:[\w-]{30,40}|\bdiscord(?:app)?\.com\/api\/webhooks\/\d{15,22}\/[\w-]{40,90}|\bhooks\.slack\.com\/services\/T[A-Z0-9]{6,12}\/B[A-Z0-9]{6,12}\/\w{20,30}/gi;

export interface CollectingAddress {
  readonly at: number;
  readonly host: string;
}

/** Addresses of collectors, tunnels and bots that stand in a text, the first of each host. No credential of one is in `host`. */
export function collectingAddresses(text: string): readonly CollectingAddress[] {
  const found = new Map<string, CollectingAddress>();
  for (const match of text.matchAll(COLLECTORS)) {
    const host = match[0].toLowerCase().split('/')[0]!;
    if (!found.has(host)) found.set(host, { at: match.index, host });
    if (found.size >= 10) break;
  }
  return [...found.values()];
}
