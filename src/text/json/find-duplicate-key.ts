/**
 * Finds the first key that stands twice in one object of a valid JSON text, after resolving escapes (`"a"` and
 * `"\u0061"` are the same key). Only run once a duplicate is known to be there: it makes a set of keys an object.
 *
 * @returns the index of the second key's opening quote, or -1.
 */
export function findDuplicateKey(text: string): number {
  /** One entry a level: the object's keys so far, or null for an array. */
  const open: (Set<string> | null)[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b:
        open.push(new Set());
        expectsKey = true;
        break;
      case 0x5b:
        open.push(null);
        expectsKey = false;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        expectsKey = false;
        break;
      case 0x2c:
        expectsKey = open.at(-1) instanceof Set;
        break;
      case 0x22: {
        const start = at;
        at++;
        while (text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
        if (!expectsKey) break;
        expectsKey = false;
        const key = JSON.parse(text.slice(start, at + 1)) as string;
        const keys = open.at(-1);
        if (keys?.has(key)) return start;
        keys?.add(key);
        break;
      }
    }
  }
  return -1;
}
