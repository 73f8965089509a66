import { Fault } from '../../core/fault.ts';

export type Expression =
  | { readonly kind: 'word'; readonly text: string; readonly line: number }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly line: number };

const DEEPEST = 64;

/**
 * The expressions of a text in SMT-LIB's syntax: words, lists in parentheses, comments from `;` to the end of the line. One pass, no
 * recursion.
 * @throws Fault `ERR_DATA` for a parenthesis without its other, or more than 64 levels.
 */
export function readExpressions(text: string): readonly Expression[] {
  const top: Expression[] = [];
  const open: { readonly items: Expression[]; readonly line: number }[] = [];
  let line = 1;
  let at = 0;
  const place = (expression: Expression): void => void (open.at(-1)?.items ?? top).push(expression);
  while (at < text.length) {
    const character = text[at]!;
    if (character === '\n') line++;
    if (isSpace(character)) at++;
    else if (character === ';') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (character === '(') {
      if (open.length === DEEPEST)
        throw new Fault('ERR_DATA', `More than ${DEEPEST} levels.`, { where: `line ${line}` });
      open.push({ items: [], line });
      at++;
    } else if (character === ')') {
      const closed = open.pop();
      if (closed === undefined)
        throw new Fault('ERR_DATA', 'A parenthesis is closed that was not opened.', { where: `line ${line}` });
      place({ kind: 'list', items: closed.items, line: closed.line });
      at++;
    } else {
      const start = at;
      while (at < text.length && !isSpace(text[at]!) && !'();'.includes(text[at]!)) at++;
      place({ kind: 'word', text: text.slice(start, at), line });
    }
  }
  if (open.length > 0)
    throw new Fault('ERR_DATA', 'A parenthesis is not closed.', { where: `line ${open.at(-1)!.line}` });
  return top;
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r';
}
