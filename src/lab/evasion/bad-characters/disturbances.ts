import { lookAlikesOf } from '../../text/disturb-text.ts';

export const DISTURBANCES = ['invisible', 'homoglyph', 'reorder', 'delete'] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

/** Characters without width: zero-width space, non-joiner, joiner (section V-A of the paper). */
const INVISIBLE = ['\u200b', '\u200c', '\u200d'];

/**
 * One disturbance before, or of, the character at `at`: what a reader sees stays the same where bidirectional controls (Unicode UAX #9) and
 * backspaces are obeyed. Null where there is none of this kind for the character.
 * @param choice from 0 to 1: which of several
 */
export function disturb(characters: string[], at: number, kind: Disturbance, choice: number): string[] | null {
  const character = characters[at];
  if (character === undefined) return null;
  const chosen = <T>(list: readonly T[]): T => list[Math.min(list.length - 1, Math.floor(choice * list.length))]!;
  const put = (count: number, text: string): string[] => [
    ...characters.slice(0, at),
    text,
    ...characters.slice(at + count),
  ];
  switch (kind) {
    case 'invisible':
      return put(0, chosen(INVISIBLE));
    case 'homoglyph': {
      const others = lookAlikesOf(character);
      return others.length === 0 ? null : put(1, chosen(others));
    }
    case 'reorder': {
      const next = characters[at + 1];
      // Only within a word: controls around a space move the words themselves.
      if (next === undefined || /\s/.test(character + next)) return null;
      // LRO LRI RLO LRI b PDI LRI a PDI PDF PDI PDF shows a before b (Algorithm 1 of the paper).
      return put(2, `\u202d\u2066\u202e\u2066${next}\u2069\u2066${character}\u2069\u202c\u2069\u202c`);
    }
    case 'delete':
      return put(0, `${chosen(LETTERS)}\b`);
    default:
      throw new TypeError(kind satisfies never);
  }
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
