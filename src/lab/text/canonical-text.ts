import { foldWords } from '../../text/fold-words.ts';
import { normalise } from '../../text/normalise.ts';

/**
 * A text as the gateway reads it: without invisible and direction-changing characters, look-alikes as the letters they stand for, and spelt-out,
 * leet and stretched words as ordinary ones. Deletion controls (backspace, delete) are carried out first, as a terminal or a
 * page that obeys them would show the text.
 */
export function canonicalText(text: string): string {
  const plain = normalise(deleted(text)).text;
  return foldWords(plain)?.text ?? plain;
}

/** Carries out U+0008 and U+007F: each takes away the character before it. */
function deleted(text: string): string {
  if (!text.includes('\b') && !text.includes('\x7f')) return text;
  const kept: string[] = [];
  for (const character of text) {
    if (character === '\b' || character === '\x7f') kept.pop();
    else kept.push(character);
  }
  return kept.join('');
}
