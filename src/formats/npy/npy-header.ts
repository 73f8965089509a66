import { Fault } from '../../core/fault.ts';

/** What stands before the numbers: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const MAX_DIMENSIONS = 32; // NumPy's own bound up to version 1

/**
 * Reads the header's Python literal. Only what `numpy.lib.format` writes is understood: a dictionary of a text, a truth value and a
 * tuple of whole numbers. A list as `descr` (a structured type) is refused.
 * @throws Fault `ERR_DATA`.
 */
export function parseNpyHeader(text: string): NpyHeader {
  let at = 0;
  const space = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  };
  const take = (token: string): boolean => {
    space();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const expect = (token: string): void => {
    if (!take(token)) bad(`${JSON.stringify(token)} was expected`, at);
  };
  const quoted = (): string => {
    space();
    const quote = text[at];
    if (quote !== "'" && quote !== '"') bad('a quoted text was expected', at);
    const end = text.indexOf(quote, at + 1);
    if (end === -1) bad('a quoted text does not end', at);
    const value = text.slice(at + 1, end);
    at = end + 1;
    return value;
  };
  const whole = (): number => {
    space();
    const start = at;
    while (at < text.length && text[at]! >= '0' && text[at]! <= '9') at++;
    if (at < text.length && text[at] === 'L' && at > start) return Number(text.slice(start, at++)); // Python 2
    const value = Number(text.slice(start, at));
    if (at === start || !Number.isSafeInteger(value)) bad('a whole number was expected', start);
    return value;
  };

  const found: { descr?: string; fortranOrder?: boolean; shape?: number[] } = {};
  expect('{');
  while (!take('}')) {
    const key = quoted();
    expect(':');
    if (key === 'descr') {
      space();
      if (text[at] === '[') {
        throw new Fault('ERR_DATA', 'The array has records (a structured type), not numbers.', {
          hint: 'Save each field as an array of its own.',
        });
      }
      found.descr = quoted();
    } else if (key === 'fortran_order') {
      found.fortranOrder = take('True') || (expect('False'), false);
    } else if (key === 'shape') {
      const shape: number[] = [];
      expect('(');
      while (!take(')')) {
        if (shape.length === MAX_DIMENSIONS) bad(`it has more than ${MAX_DIMENSIONS} dimensions`, at);
        shape.push(whole());
        if (!take(',')) {
          expect(')');
          break;
        }
      }
      found.shape = shape;
    } else bad('it has a key that is not known', at);
    if (!take(',')) {
      expect('}');
      break;
    }
  }
  const { descr, fortranOrder, shape } = found;
  if (descr === undefined || fortranOrder === undefined || shape === undefined) {
    return bad('descr, fortran_order or shape is missing', text.length);
  }
  return { descr, fortranOrder, shape };
}

function bad(what: string, at: number): never {
  throw new Fault('ERR_DATA', `The header of the NumPy array is damaged: ${what}.`, { where: `character ${at}` });
}
