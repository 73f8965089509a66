/** JSON inside strings inside JSON that is followed. */
const DEEPEST = 4;

/**
 * Rewrites the strings of a JSON text, keys and values, as whoever parses it will read them; strings that stay the same
 * keep their spelling, and so does everything between them. A string that itself holds JSON is rewritten as such. Time
 * linear in the text.
 * @returns null when `text` is not JSON.
 */
export function restoreJson(text: string, restore: (string: string) => string, depth = 0): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let out = '';
  let done = 0;
  for (let open = text.indexOf('"'); open !== -1;) {
    let end = open + 1;
    while (text.charCodeAt(end) !== 0x22) end += text.charCodeAt(end) === 0x5c ? 2 : 1;
    end += 1;
    const string = JSON.parse(text.slice(open, end)) as string;
    const inner = depth < DEEPEST && /^\s*[{[]/.test(string) ? restoreJson(string, restore, depth + 1) : null;
    const restored = inner ?? restore(string);
    if (restored !== string) {
      out += text.slice(done, open) + JSON.stringify(restored);
      done = end;
    }
    open = text.indexOf('"', end);
  }
  return out + text.slice(done);
}
