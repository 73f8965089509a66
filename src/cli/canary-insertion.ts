import { Fault } from '../core/fault.ts';
import { appendCsvRow } from './append-csv-row.ts';
import { appendJsonLine } from './append-json-line.ts';
import { lineEnd } from './line-end.ts';

/** How the token stands in a file: as a line that everybody reads, or as a comment that only the source shows. */
export const CANARY_FORMS = ['line', 'comment'] as const;
export type CanaryForm = (typeof CANARY_FORMS)[number];

export interface Insertion {
  readonly token: string;
  readonly form: CanaryForm;
  /** Column or member that takes the token, where the format has such. */
  readonly field?: string | undefined;
}

type Insert = (text: string, insertion: Insertion) => string;

/**
 * A token survives best as what it looks like: a reference of the document. A visible line is what is left when text is
 * extracted, chunked, embedded and put before a model; a comment is dropped by most extractors, and so is the second choice.
 */
const INSERTS: Readonly<Record<string, Insert>> = {
  '.txt': plainLine,
  '.text': plainLine,
  '.prompt': plainLine,
  '': plainLine,
  '.md': markdown,
  '.markdown': markdown,
  '.html': html,
  '.htm': html,
  '.jsonl': (text, { token, field }) => appendJsonLine(text, referenceLine(token), field),
  '.ndjson': (text, { token, field }) => appendJsonLine(text, referenceLine(token), field),
  '.csv': (text, { token, field }) => appendCsvRow(text, referenceLine(token), ',', field),
  '.tsv': (text, { token, field }) => appendCsvRow(text, referenceLine(token), '\t', field),
};

/** The sentence that carries a token. */
export function referenceLine(token: string): string {
  return `Reference: ${token}`;
}

/**
 * The text of a file with a canary in it, everything else as it was.
 * @param extension in lower case, with its dot; '' for none.
 * @throws Fault `ERR_USAGE` when it cannot be put in without breaking something.
 */
export function insertCanary(text: string, extension: string, insertion: Insertion): string {
  const insert = Object.hasOwn(INSERTS, extension) ? INSERTS[extension] : undefined;
  if (insert === undefined) {
    throw new Fault('ERR_USAGE', `A token cannot be put into a "${extension}" file without risk of breaking it.`, {
      where: '--into',
      hint: 'Run without --into and put the printed line in yourself. Text, Markdown, HTML, JSONL, CSV and TSV are known.',
    });
  }
  return insert(text, insertion);
}

function plainLine(text: string, { token, form }: Insertion): string {
  if (form === 'comment') throw noComments('Plain text');
  return withLine(text, referenceLine(token));
}

function markdown(text: string, { token, form }: Insertion): string {
  // In a fence that is still open the line would be code, and a comment no comment.
  if (hasOpenFence(text)) {
    throw new Fault('ERR_USAGE', 'The file ends inside a code block, where a line would become part of the code.', {
      where: '--into',
      hint: 'Close the block, or run without --into and put the line in yourself.',
    });
  }
  const eol = lineEnd(text);
  const line = form === 'comment' ? `<!-- ${referenceLine(token)} -->` : referenceLine(token);
  const apart = text.trim() === '' ? '' : text.endsWith(eol) ? eol : `${eol}${eol}`;
  return `${text}${apart}${line}${eol}`;
}

function html(text: string, { token, form }: Insertion): string {
  const element = form === 'comment' ? `<!-- ${referenceLine(token)} -->` : `<p>${referenceLine(token)}</p>`;
  const eol = lineEnd(text);
  const lower = text.toLowerCase();
  const body = lower.lastIndexOf('</body');
  const at = body === -1 ? lower.lastIndexOf('</html') : body;
  if (at === -1) {
    if (lower.includes('<body') || lower.includes('<html')) throw brokenHtml();
    return withLine(text, element);
  }
  // The last end tag may be text of a script or a comment at the end; then it is not the page's.
  const rest = lower.slice(at);
  if (rest.includes('-->') || rest.includes('</script')) throw brokenHtml();
  const gap = at > 0 && !text.slice(0, at).endsWith('\n') ? eol : '';
  return `${text.slice(0, at)}${gap}${element}${eol}${text.slice(at)}`;
}

function withLine(text: string, line: string): string {
  const eol = lineEnd(text);
  const gap = text === '' || text.endsWith('\n') ? '' : eol;
  return `${text}${gap}${line}${eol}`;
}

function hasOpenFence(text: string): boolean {
  let open: string | null = null;
  for (const line of text.split('\n')) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line.trimEnd());
    if (fence === null) continue;
    const [, mark, info] = fence;
    if (open === null) open = mark!;
    else if (mark![0] === open[0] && mark!.length >= open.length && info!.trim() === '') open = null;
  }
  return open !== null;
}

function noComments(what: string): Fault {
  return new Fault('ERR_USAGE', `${what} has no comments.`, { where: '--form', hint: 'Use --form line.' });
}

function brokenHtml(): Fault {
  return new Fault('ERR_USAGE', 'The end of the page cannot be told for certain.', {
    where: '--into',
    hint: 'Run without --into and put the printed line in yourself.',
  });
}
