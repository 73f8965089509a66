/** One simple command of a shell line: its words without quotes, assignments in front of it, and where it begins. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly assignments: readonly { readonly name: string; readonly value: string }[];
  /** UTF-16 units from the beginning of the line. */
  readonly start: number;
}

/**
 * Splits a shell text into simple commands (POSIX shell, 2.3 token recognition): quotes and escapes are taken away, `;`, `&&`, `||`, `|`, `&`, parentheses and line ends
 * part commands. Expansions stay as they are written. Linear, and made for looking, not for running.
 */
export function shellCommands(text: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let word: string | null = null;
  let start = 0;
  const endWord = (): void => {
    if (word !== null) words.push(word);
    word = null;
  };
  const endCommand = (at: number): void => {
    endWord();
    if (words.length > 0) commands.push(commandOf(words, start));
    words = [];
    start = at;
  };
  for (let at = 0; at < text.length; at++) {
    const next = text[at]!;
    if (words.length === 0 && word === null && /\s/.test(next)) {
      start = at + 1;
      continue;
    }
    if (next === "'") {
      const end = text.indexOf("'", at + 1);
      word = (word ?? '') + text.slice(at + 1, end === -1 ? undefined : end);
      at = end === -1 ? text.length : end;
    } else if (next === '"') {
      word ??= '';
      for (at++; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === '\\' && at + 1 < text.length) at++;
        word += text[at]!;
      }
    } else if (next === '\\') {
      if (text[at + 1] === '\n') at++;
      else if (at + 1 < text.length) word = (word ?? '') + text[++at]!;
    } else if (next === '#' && word === null) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end - 1;
    } else if (next === '\n' || next === ';' || next === '|' || next === '&' || next === '(' || next === ')') {
      endCommand(at + 1);
    } else if (/\s/.test(next)) endWord();
    else word = (word ?? '') + next;
  }
  endCommand(text.length);
  return commands;
}

function commandOf(words: readonly string[], start: number): ShellCommand {
  const assignments: { name: string; value: string }[] = [];
  let at = 0;
  for (; at < words.length; at++) {
    const [, name, value] = /^(?:export\s+)?([A-Za-z_]\w{0,100})=(.*)$/s.exec(words[at]!) ?? [];
    if (name === undefined) {
      if (words[at] === 'export' || words[at] === 'env' || words[at] === 'exec' || words[at] === 'sudo') continue;
      break;
    }
    assignments.push({ name, value: value! });
  }
  return { words: words.slice(at), assignments, start };
}
