import { foldWords } from '../../text/fold-words.ts';
import { normalise } from '../../text/normalise.ts';
import { visualOrder } from './visual-order.ts';

/**
 * A text as the gateway reads it: without invisible characters, look-alikes as the letters they stand for, and spelt-out, leet and stretched words
 * as ordinary ones. Before that directional and deletion controls are carried out, as a program that obeys them would show the text.
 */
export function canonicalText(text: string): string {
  const plain = normalise(deleted(visualOrder(text))).text;
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
