/** Tags that applications put around texts that are not the user's own words. */
const TAGS = [
  'document',
  'documents',
  'context',
  'retrieved',
  'search_results',
  'search_result',
  'file',
  'attachment',
  'email',
  'webpage',
  'web_page',
  'page',
  'article',
  'source',
  'passage',
  'tool_result',
  'data',
  'untrusted',
];
const OPEN = new RegExp(`<(${TAGS.join('|')})(?:\\s[^<>]{0,400})?>`, 'i');

export interface TextPart {
  readonly text: string;
  /** True: what stands between markers, and is not the user's own. */
  readonly document: boolean;
}

/**
 * Splits a user's message into own words and documents by the tags around them. A tag that is opened and not closed runs to
 * the end: what may be a document is not taken for the user's words.
 */
export function splitDocuments(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let rest = text;
  for (;;) {
    const open = OPEN.exec(rest);
    if (open === null) break;
    if (open.index > 0) parts.push({ text: rest.slice(0, open.index), document: false });
    const inner = rest.slice(open.index + open[0].length);
    const close = lastClose(inner, open[1]!);
    parts.push({ text: inner.slice(0, close.start), document: true });
    rest = inner.slice(close.end);
  }
  if (rest !== '') parts.push({ text: rest, document: false });
  return parts;
}

/** The last closing tag counts: a document may contain one, and what follows it would pass for the user's words. */
function lastClose(text: string, tag: string): { readonly start: number; readonly end: number } {
  const close = `</${tag.toLowerCase()}>`;
  const at = text.toLowerCase().lastIndexOf(close);
  return at === -1 ? { start: text.length, end: text.length } : { start: at, end: at + close.length };
}
