/** A condition of GitHub Actions as a tree: what must hold together, what may hold instead, and single comparisons or calls as they are written. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  /** Lower case, as names and texts are compared without regard to it; without blanks outside of texts. */
  | { readonly kind: 'plain'; readonly text: string };

const LONGEST = 8000;
const DEEPEST = 40;

/**
 * Reads the condition of an `if` (docs.github.com, "Evaluate expressions in workflows and actions"): `!` binds closest, then comparisons, `&&`, `||`.
 * @returns null where it is none, or longer or deeper than any that people write. Also where anything stands around `${{ … }}`, be it the line break of a block
 * text: GitHub then takes the whole for a text, which is true whatever it says.
 */
export function parseCondition(source: string): Condition | null {
  if (source.length > LONGEST) return null;
  const fenced = source.startsWith('${{') && source.endsWith('}}');
  const text = fenced ? source.slice(3, -2) : source;
  if (text.includes('${{') || text.includes('}}')) return null;
  const tokens = text.toLowerCase().match(/'(?:[^']|'')*'|&&|\|\||[!=<>]=|[!<>(),]|[^\s'&|!=<>(),]+|\S/g) ?? [];
  let at = 0;
  const joined = (
    operator: '&&' | '||',
    next: (depth: number) => Condition | null,
    depth: number,
  ): Condition | null => {
    const parts: Condition[] = [];
    do {
      const part = next(depth);
      if (part === null) return null;
      parts.push(part);
    } while (tokens[at] === operator && ++at);
    return parts.length === 1 ? parts[0]! : { kind: operator === '&&' ? 'and' : 'or', parts };
  };
  const either = (depth: number): Condition | null => joined('||', all, depth);
  const all = (depth: number): Condition | null => joined('&&', single, depth);
  const single = (depth: number): Condition | null => {
    if (depth > DEEPEST) return null;
    if (tokens[at] === '!') {
      at++;
      const part = single(depth + 1);
      return part === null ? null : { kind: 'not', part };
    }
    if (tokens[at] === '(') {
      at++;
      const inner = either(depth + 1);
      if (inner === null || tokens[at] !== ')') return null;
      at++;
      return compared(inner);
    }
    return plain();
  };
  /** A group in brackets, alone or compared with `true` or `false`. */
  const compared = (inner: Condition): Condition | null => {
    const operator = tokens[at];
    if (operator !== '==' && operator !== '!=') return inner;
    const side = tokens[at + 1];
    if (side !== 'true' && side !== 'false') return null;
    at += 2;
    return (operator === '==') === (side === 'true') ? inner : { kind: 'not', part: inner };
  };
  /** Everything up to the next `&&`, `||` or closing bracket of what is around it. */
  const plain = (): Condition | null => {
    const from = at;
    for (let open = 0; at < tokens.length; at++) {
      const token = tokens[at]!;
      if (token === '(') open++;
      else if (token === ')' && --open < 0) break;
      else if (open === 0 && (token === '&&' || token === '||')) break;
    }
    return at === from ? null : { kind: 'plain', text: tokens.slice(from, at).join('') };
  };
  const whole = either(0);
  return at === tokens.length ? whole : null;
}
