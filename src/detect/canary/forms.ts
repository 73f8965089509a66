import { foldCharacter, UNSEEN } from '../../text/fold-character.ts';

/** One way to write a token, as its ASCII letters and digits in lower case with everything else left out. */
export interface Form {
  readonly text: string;
  /** How the token is written: `plain`, `base64`, `hex`. */
  readonly name: string;
  /** Letters and digits in a row that are enough to know it by. */
  readonly least: number;
}

/** `text` as `foldCharacter` shows it, without what stands apart. */
export function foldedLetters(text: string): string {
  let letters = '';
  for (const character of text) {
    const code = foldCharacter(character.codePointAt(0)!);
    if (code > UNSEEN) letters += String.fromCharCode(code);
  }
  return letters;
}

/**
 * The forms in which a token is looked for. Separators, upper and lower case, padding and the punctuation of escapes
 * (`%`, `\x`, `&#…;`) vanish when a text is folded, so a few forms stand for many ways of writing.
 * @param least letters and digits of the token itself that are enough.
 */
export function formsOf(token: string, least: number): readonly Form[] {
  const plain = foldedLetters(token);
  const forms: Form[] = [
    { text: plain, name: 'plain', least },
    { text: reversed(plain), name: 'reversed', least },
    { text: rot13(plain), name: 'rot13', least },
    { text: rot13(reversed(plain)), name: 'rot13 and reversed', least },
    // Percent-encoding leaves letters alone and writes the hyphen as %2D.
    { text: token.split('-').map(foldedLetters).join('2d'), name: 'percent-encoded', least: least + 4 },
  ];
  const bare = token.replaceAll('-', '');
  const written = new Set([token, bare].flatMap((text) => [text, text.toLowerCase(), text.toUpperCase()]));
  for (const text of written) {
    const bytes = Buffer.from(text);
    for (let before = 0; before < 3; before++) forms.push({ text: base64(bytes, before), name: 'base64', least: 16 });
    const codes = [...bytes];
    const hex = codes.map((code) => code.toString(16).padStart(2, '0'));
    forms.push(
      { text: hex.join(''), name: 'hex', least: 2 * least },
      { text: hex.map((code) => `x${code}`).join(''), name: 'hex escapes', least: 3 * least },
      { text: hex.map((code) => `0x${code}`).join(''), name: 'hex', least: 4 * least },
      { text: hex.map((code) => `u00${code}`).join(''), name: 'Unicode escapes', least: 5 * least },
      { text: codes.join(''), name: 'decimal codes', least: 2 * least },
    );
  }
  const seen = new Set<string>();
  return forms.filter(({ text, least: enough }) => {
    if (text.length < enough || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

function reversed(text: string): string {
  return [...text].toReversed().join('');
}

function rot13(text: string): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97));
}

/** What stays the same of the base64 of a text that has `bytes` in it, after `before` (mod 3) bytes of anything. */
function base64(bytes: Uint8Array, before: number): string {
  const padded = Buffer.concat([Buffer.alloc(before), bytes]);
  const whole = Math.floor((padded.length * 8) / 6);
  return foldedLetters(
    padded
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1, whole)
      .replace(/[+/]/g, ''),
  );
}
