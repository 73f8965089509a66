import { decodeLabelled, decodeText } from '../decode-text.ts';
import { type Extraction, limitFault, malformed } from '../extraction.ts';
import { type Format, latin1 } from '../format.ts';
import { decodeTransfer, decodeWords, parameterOf } from './encodings.ts';

const SHOWN = new Set(['from', 'to', 'cc', 'subject', 'date', 'reply-to']);
const TELLING = new Set([
  'from',
  'to',
  'subject',
  'date',
  'mime-version',
  'received',
  'message-id',
  'content-type',
  'return-path',
]);
const MAX_HEADERS = 2000;
const MAX_NESTING = 16;

interface Entity {
  readonly headers: ReadonlyMap<string, string>;
  readonly shown: readonly string[];
  readonly unseen: readonly string[];
  readonly body: string;
}

/** Internet messages (RFC 5322, MIME RFC 2045–2047): headers, texts and attachments, each attachment read as a file of its own. */
export const eml: Format = {
  id: 'eml',
  heavy: true, // its attachments may be
  sniff(bytes) {
    const head = latin1(bytes, 0, 16_384);
    const first = head.replace(/^From [^\n]*\n/, '');
    if (!/^[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]/.test(first)) return false;
    const end = /\r?\n\r?\n/.exec(first)?.index ?? first.length;
    const names = new Set(first.slice(0, end).split('\n').map((line) => /^([A-Za-z-]+):/.exec(line)?.[1]?.toLowerCase() ?? '')); // prettier-ignore
    return [...names].filter((name) => TELLING.has(name)).length >= 3;
  },
  async read(bytes, out) {
    if (decodeText(bytes) === null && bytes.includes(0)) throw malformed('mail', 'not text');
    await readEntity(latin1(bytes, 0, bytes.length), 'message', 0, out);
  },
};

/** One entity, as Latin-1 so that every byte stays what it is until its encoding is known. */
async function readEntity(source: string, part: string, depth: number, out: Extraction): Promise<void> {
  out.count();
  if (depth > MAX_NESTING) throw limitFault(`mail parts nested deeper than ${MAX_NESTING}`);
  const { headers, shown, unseen, body } = splitEntity(source, out);
  out.piece(`${part};headers`, shown.join('\n'));
  out.piece(`${part};all-headers`, unseen.join('\n'), true);
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = parameterOf(type, 'boundary');
  if (/^\s*multipart\//i.test(type) && boundary !== null && boundary !== '') {
    const parts = splitParts(body, boundary);
    for (const [index, piece] of parts.entries()) await readEntity(piece, `${part}.${index + 1}`, depth + 1, out);
    return;
  }
  const bytes = decodeTransfer(body, headers.get('content-transfer-encoding') ?? '');
  const disposition = headers.get('content-disposition') ?? '';
  const name = parameterOf(disposition, 'filename') ?? parameterOf(type, 'name');
  if (name !== null) out.piece(`${part};name`, name);
  const isMessage = /^\s*message\/rfc822/i.test(type);
  if (isMessage) return readEntity(latin1(bytes, 0, bytes.length), part, depth + 1, out);
  const charset = parameterOf(type, 'charset');
  if (/^\s*text\/plain/i.test(type) && !/^\s*attachment/i.test(disposition)) {
    return out.piece(part, decodeLabelled(bytes, charset ?? 'utf-8'));
  }
  // A text in an encoding that only its header tells is handed on in one that its bytes tell.
  const handed = /^\s*text\//i.test(type) && charset !== null ? Buffer.from(decodeLabelled(bytes, charset)) : bytes;
  if (handed.length > 0) await out.inside(part, handed);
}

function splitEntity(source: string, out: Extraction): Entity {
  const headers = new Map<string, string>();
  const shown: string[] = [];
  const unseen: string[] = [];
  let at = source.startsWith('From ') ? source.indexOf('\n') + 1 : 0;
  let field = '';
  const keep = (): void => {
    const colon = field.indexOf(':');
    if (colon > 0) {
      const name = field.slice(0, colon).trim().toLowerCase();
      const value = decodeWords(field.slice(colon + 1).trim());
      if (!headers.has(name)) headers.set(name, value);
      (SHOWN.has(name) ? shown : unseen).push(`${field.slice(0, colon).trim()}: ${value}`);
    }
    field = '';
  };
  for (let count = 0; at < source.length; count++) {
    if (count > MAX_HEADERS) throw limitFault(`more than ${MAX_HEADERS} header lines`);
    out.count();
    const end = source.indexOf('\n', at);
    const line = source.slice(at, end === -1 ? source.length : end).replace(/\r$/, '');
    at = end === -1 ? source.length : end + 1;
    if (line === '') break;
    if (line.startsWith(' ') || line.startsWith('\t')) field += ` ${line.trim()}`;
    else {
      keep();
      field = line;
    }
  }
  keep();
  return { headers, shown, unseen, body: source.slice(at) };
}

/** Bodies between boundary lines (RFC 2046 §5.1.1). What stands before the first and behind the last is a part, too. */
function splitParts(body: string, boundary: string): string[] {
  const parts: string[] = [];
  const mark = `--${boundary}`;
  let from = 0;
  let at = 0;
  for (;;) {
    const found = body.indexOf(mark, at);
    if (found === -1) break;
    if (found > 0 && body[found - 1] !== '\n') {
      at = found + mark.length;
      continue;
    }
    parts.push(body.slice(from, found).replace(/\r?\n$/, ''));
    const line = body.indexOf('\n', found);
    from = line === -1 ? body.length : line + 1;
    at = from;
  }
  parts.push(body.slice(from));
  // Preamble and epilogue have no headers: an empty line in front makes them texts.
  return parts
    .map((part, index) => (index === 0 || index === parts.length - 1 ? `\n${part}` : part))
    .filter((part) => part.trim() !== '');
}
