import { decodeWestern } from '../decode-text.ts';
import { type Extraction, limitFault, malformed } from '../extraction.ts';
import { type Format, latin1, startsWith } from '../format.ts';

/** Destinations without words: fonts, colours, pictures (RTF 1.9.1). */
const SILENT = new Set(['fonttbl', 'colortbl', 'stylesheet', 'listtable', 'listoverridetable', 'revtbl', 'rsidtbl', 'generator', 'pict',
  'themedata', 'colorschememapping', 'datastore', 'latentstyles', 'xmlnstbl', 'objdata', 'fontemb', 'panose']); // prettier-ignore
/** Destinations that nobody sees on the page. */
const UNSEEN = new Set(['info', 'title', 'subject', 'author', 'keywords', 'doccomm', 'operator', 'company', 'manager', 'category',
  'comment', 'hlinkbase', 'fldinst', 'annotation', 'atnid', 'atnauthor', 'docvar', 'userprops', 'xe', 'tc', 'bkmkstart', 'bkmkend']); // prettier-ignore

interface Group {
  silent: boolean;
  hidden: boolean;
  /** Characters that follow a `\u` for readers without Unicode. */
  fallback: number;
}

/** Rich Text Format: text, and apart from it hidden text, properties, comments and field codes. */
export const rtf: Format = {
  id: 'rtf',
  sniff: (bytes) => startsWith(bytes, '{\\rtf'),
  read(bytes, out) {
    readGroups(latin1(bytes, 0, bytes.length), out);
  },
};

const WORD = /[a-zA-Z]/;
/** `\\`, `{`, `}` and line ends. */
const CONTROLS = new Set([0x5c, 0x7b, 0x7d, 0x0a, 0x0d]);

function readGroups(source: string, out: Extraction): void {
  const visible: string[] = [];
  const hidden: string[] = [];
  let groups: Group[] = [{ silent: false, hidden: false, fallback: 1 }];
  let skip = 0;
  let at = 0;
  const add = (text: string): void => {
    const group = groups.at(-1)!;
    if (skip > 0) skip -= 1;
    else if (!group.silent) (group.hidden ? hidden : visible).push(text);
  };
  while (at < source.length) {
    const unit = source[at]!;
    if (unit === '{') {
      out.count();
      if (groups.length > out.limits.depth.elements)
        throw limitFault(`groups nested deeper than ${out.limits.depth.elements}`);
      groups.push({ ...groups.at(-1)! });
      at += 1;
    } else if (unit === '}') {
      const closed = groups.length > 1 ? groups.pop()! : groups[0]!;
      if (closed.hidden && !groups.at(-1)!.hidden) hidden.push('\n');
      at += 1;
    } else if (unit !== '\\') {
      let end = at + 1;
      // Characters that stand in for one that was written as `\u` go one by one; all others as they come.
      if (skip === 0) while (end < source.length && !CONTROLS.has(source.charCodeAt(end))) end += 1;
      if (unit !== '\r' && unit !== '\n') add(source.slice(at, end));
      at = end;
    } else {
      at = readControl(source, at, groups.at(-1)!, add, (count) => (skip = count), out);
    }
  }
  groups = [];
  if (visible.length + hidden.length === 0) throw malformed('RTF', 'it has no text');
  out.piece('text', visible.join(''));
  out.piece('hidden', hidden.join(''), true);
}

/** A control word or symbol at `at`. @returns where the text goes on. */
function readControl(
  source: string,
  at: number,
  group: Group,
  add: (text: string) => void,
  skipNext: (count: number) => void,
  out: Extraction,
): number {
  const symbol = source[at + 1] ?? '';
  if (symbol === "'") {
    const code = Number.parseInt(source.slice(at + 2, at + 4), 16);
    if (Number.isInteger(code)) add(decodeWestern(Uint8Array.of(code)));
    return at + 4;
  }
  if (!WORD.test(symbol)) {
    if (symbol === '\\' || symbol === '{' || symbol === '}') add(symbol);
    else if (symbol === '~') add(' ');
    else if (symbol === '*') group.hidden = true;
    else if (symbol === '\n' || symbol === '\r') add('\n');
    return at + 2;
  }
  let end = at + 1;
  while (end < source.length && end < at + 40 && WORD.test(source[end]!)) end += 1;
  const word = source.slice(at + 1, end);
  const number = /^-?\d{1,10}/.exec(source.slice(end, end + 11))?.[0] ?? '';
  end += number.length;
  if (source[end] === ' ') end += 1;
  switch (word) {
    case 'par':
    case 'line':
    case 'row':
    case 'sect':
    case 'page':
      add('\n');
      break;
    case 'tab':
    case 'cell':
      add('\t');
      break;
    case 'u':
      add(String.fromCharCode(Number(number) & 0xffff));
      skipNext(group.fallback);
      break;
    case 'uc':
      group.fallback = Math.min(16, Math.max(0, Number(number)));
      break;
    case 'v':
    case 'deleted':
      group.hidden = number !== '0';
      if (group.hidden) out.note('hidden text');
      break;
    case 'bin':
      end += Math.max(0, Math.min(Number(number), source.length - end));
      break;
    case 'object':
      out.note('OLE object');
      break;
    case 'pict':
      out.gap('pixels', 'pict', 'a picture in the document');
      group.silent = true;
      break;
    case 'emdash':
    case 'endash':
      add('-');
      break;
    case 'lquote':
    case 'rquote':
      add("'");
      break;
    case 'ldblquote':
    case 'rdblquote':
      add('"');
      break;
    default:
      if (SILENT.has(word)) group.silent = true;
      else if (UNSEEN.has(word)) group.hidden = true;
  }
  return end;
}
