import { plainText } from '../plain-text.ts';

/** A text of a stranger's in quotes, for a message: one line, plain characters, at most `most` of them. */
export function show(text: string, most = 80): string {
  const line = text.replace(/\s+/g, ' ');
  return `"${line.length > most ? `${plainText(line, most)}…` : plainText(line, most)}"`;
}
