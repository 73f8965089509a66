/** What became of the `${NAME}` references in one string. */
export interface Expanded {
  readonly text: string;
  /** Names of the variables that the text was made from, whether set or fallen back; empty when there was no reference. */
  readonly names: readonly string[];
  /** Why it could not be done; the text is then as it was. */
  readonly error: string | null;
}

/**
 * Replaces `${NAME}` by the variable and `${NAME:-fallback}` by the variable or, when it is unset or empty, by the
 * fallback. `$${` stands for `${` itself. There is no nesting and no command: what a variable holds is taken as it is.
 */
export function expandReferences(text: string, env: Readonly<Record<string, string | undefined>>): Expanded {
  if (!text.includes('${')) return { text, names: [], error: null };
  const names: string[] = [];
  let out = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('${', at);
    if (open === -1) break;
    if (open > at && text[open - 1] === '$') {
      out += `${text.slice(at, open - 1)}\${`;
      at = open + 2;
      continue;
    }
    const close = text.indexOf('}', open + 2);
    if (close === -1) return { text, names: [], error: 'a reference ${ is not closed by }' };
    const parts = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(text.slice(open + 2, close));
    if (parts === null) {
      return {
        text,
        names: [],
        error: 'a reference is written ${NAME} or ${NAME:-fallback}; write $${ for a literal ${',
      };
    }
    const [, name, fallback] = parts as unknown as [string, string, string | undefined];
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined && fallback === undefined) {
      return { text, names: [], error: `the environment variable ${name} is not set` };
    }
    names.push(name);
    out += text.slice(at, open) + (value === undefined || (value === '' && fallback !== undefined) ? fallback! : value);
    at = close + 1;
  }
  return { text: out + text.slice(at), names, error: null };
}
