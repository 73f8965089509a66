import { randomUUID } from 'node:crypto';
import { spliceJson } from '../text/json/splice-json.ts';

/**
 * Puts values behind the last element of an array of objects at the top of a JSON text; every other byte stays.
 * @param last index of the last element, which must be an object.
 */
export function appendItems(text: string, key: string, last: number, items: readonly unknown[]): string {
  const mark = randomUUID();
  const marked = spliceJson(text, [{ path: [key, last, mark], insert: 0 }]);
  const member = `${JSON.stringify(mark)}:0`;
  const at = marked.indexOf(member);
  const comma = marked[at - 1] === ',' ? 1 : 0;
  const close = marked.indexOf('}', at) + 1;
  const before = marked.slice(0, at - comma) + marked.slice(at + member.length, close);
  return `${before}${items.map((item) => `,${JSON.stringify(item)}`).join('')}${marked.slice(close)}`;
}
