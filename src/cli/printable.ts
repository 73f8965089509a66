/** Control characters, and those that turn or hide text: nothing of a stranger's may move a terminal's cursor or reverse its text. */
// oxlint-disable-next-line no-control-regex -- that is what is to be hidden
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** One line: file names, members and messages come from strangers. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?');
}

/** Several lines: their ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (unit) => (unit === '\n' || unit === '\t' ? unit : '?'));
}
