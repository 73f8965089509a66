import { Parser } from 'htmlparser2';
import type { Extraction } from './extraction.ts';
import { limitFault } from './extraction.ts';

export type Attributes = Readonly<Record<string, string>>;

/** Told of everything in a document, in order. Names in HTML are in lower case; in XML as they stand, with prefix. */
export interface MarkupHandler {
  open(name: string, attributes: Attributes): void;
  /** Also of elements that nobody closed. */
  close(name: string): void;
  text(text: string): void;
  comment(text: string): void;
}

/**
 * Reads HTML (as browsers tolerate it) or XML (without entities of its own, so that none can multiply).
 * @throws Fault `ERR_FILE_LIMIT` for too many elements or too deep ones. Nothing is too malformed.
 */
export function readMarkup(text: string, kind: 'html' | 'xml', out: Extraction, handler: MarkupHandler): void {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        out.count();
        // The parser shifts its stack at every element: without this bound deep nesting would cost its square.
        if (++depth > out.limits.depth.elements)
          throw limitFault(`elements nested deeper than ${out.limits.depth.elements}`);
        handler.open(name, attributes);
      },
      onclosetag(name) {
        depth -= 1;
        handler.close(name);
      },
      ontext: (piece) => handler.text(piece),
      oncomment(piece) {
        out.count();
        handler.comment(piece);
      },
      // Doctypes, and in HTML processing instructions, which browsers take for comments.
      onprocessinginstruction(_, data) {
        out.count();
        if (!/^[!?](doctype|xml|xpacket)\b/i.test(data)) handler.comment(data);
      },
    },
    { xmlMode: kind === 'xml', decodeEntities: true, recognizeCDATA: kind === 'xml' },
  );
  parser.end(text);
}

/** `w:t` → `t`. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Texts of a document whose elements do not matter: one text node or telling attribute a line. For XMP and unknown XML. */
export function xmlTexts(text: string, out: Extraction): string {
  const lines: string[] = [];
  let run = '';
  const flush = (): void => {
    if (run.trim() !== '') lines.push(run.trim());
    run = '';
  };
  readMarkup(text, 'xml', out, {
    open(_, attributes) {
      flush();
      for (const [name, value] of Object.entries(attributes)) {
        if (!/^xmlns\b/.test(name) && /\p{L}/u.test(value)) lines.push(value);
      }
    },
    close: flush,
    text: (piece) => void (run += piece),
    comment: (piece) => void lines.push(piece.trim()),
  });
  flush();
  return lines.join('\n');
}
