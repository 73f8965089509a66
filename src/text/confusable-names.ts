import { looseConfusableWith } from './confusables.ts';

/** MCP 2025-11-25, tool names; the slash is what 2025-06-18 servers used. */
const WELL_FORMED = /^[A-Za-z0-9_./-]{1,128}$/;

export function isWellFormedName(name: string): boolean {
  return WELL_FORMED.test(name);
}

/** Two names with one skeleton look alike, or differ in what nobody looks at: case and separators. */
export function skeleton(name: string): string {
  let out = '';
  for (const character of name.normalize('NFKC').toLowerCase()) {
    if (/[\s_./-]/.test(character)) continue;
    const cp = character.codePointAt(0)!;
    out += cp < 0x80 ? character : (looseConfusableWith(cp) ?? character);
  }
  return out.replaceAll('0', 'o').replaceAll(/[1i|]/g, 'l').replaceAll('rn', 'm').replaceAll('vv', 'w');
}
