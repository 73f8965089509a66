/** A text of a stranger's for a message: printable ASCII, at most `most` UTF-16 units. What is none is `?`. */
export function plainText(text: string, most = 200): string {
  return text.slice(0, most).replace(/[^\x20-\x7e]/g, '?');
}
