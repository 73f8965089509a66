/** A text of a stranger's in quotes, for a message: one line, plain characters, at most `most` of them. */
export function show(text: string, most = 80): string {
  const plain = text.replace(/\s+/g, ' ').replace(/[^\x20-\x7e]/g, '?');
  return `"${plain.length > most ? `${plain.slice(0, most)}…` : plain}"`;
}
