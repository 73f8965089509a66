import { OP } from './opcodes.ts';
import type { NestedPickle } from './pickle-stream.ts';
import type { PickleWindow } from './pickle-window.ts';

/** How the bytes ahead would be a pickle: as they are, in hexadecimal digits, or in base64; null where they would not. */
export function nestedEncoding(window: PickleWindow, bytes: boolean): NestedPickle['encoding'] | null {
  const [a, b] = [window.peek(0), window.peek(1)];
  if (a === OP.PROTO) return b >= 2 && b <= 5 ? 'raw' : null;
  if (bytes && (a === OP.GLOBAL || a === OP.MARK)) return 'raw';
  const c = window.peek(2);
  // "8002" to "8005"
  if (a === 0x38 && b === 0x30 && c === 0x30) return window.peek(3) >= 0x32 && window.peek(3) <= 0x35 ? 'hex' : null;
  // 0x80 0x02 to 0x80 0x05
  return a === 0x67 && b === 0x41 && c >= 0x49 && c <= 0x58 ? 'base64' : null;
}
