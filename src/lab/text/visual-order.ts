/** Deepest nesting of directions (UAX #9, BD2: max_depth); deeper controls are dropped. */
const MOST_DEPTH = 125;

const OPENS: Readonly<
  Record<string, { readonly isolate: boolean; readonly right: boolean; readonly override: boolean }>
> = {
  '\u202a': { isolate: false, right: false, override: false }, // LRE
  '\u202b': { isolate: false, right: true, override: false }, // RLE
  '\u202d': { isolate: false, right: false, override: true }, // LRO
  '\u202e': { isolate: false, right: true, override: true }, // RLO
  '\u2066': { isolate: true, right: false, override: false }, // LRI
  '\u2067': { isolate: true, right: true, override: false }, // RLI
  '\u2068': { isolate: true, right: false, override: false }, // FSI
};
const POP = '\u202c';
const POP_ISOLATE = '\u2069';
const CONTROL = /[\u202a-\u202e\u2066-\u2069]/;

interface Level {
  readonly isolate: boolean;
  readonly right: boolean;
  readonly override: boolean;
  /** Characters, and finished inner levels as one unit each. */
  readonly units: string[];
  /** Whether the last unit is plain text that more can be added to. */
  open: boolean;
}

/**
 * A text in the order in which a reader sees it where explicit directional controls are obeyed (UAX #9, X1 to X8), without the controls. Text of
 * right-to-left scripts outside of controls is left as it is. In a level to the right whose direction is overridden characters
 * stand in reverse; without override words of left-to-right letters stay, and isolates between them change places.
 */
export function visualOrder(text: string): string {
  if (!CONTROL.test(text)) return text;
  return text.split('\n').map(lineOrder).join('\n');
}

function lineOrder(line: string): string {
  const levels: Level[] = [{ isolate: true, right: false, override: false, units: [], open: false }];
  const close = (): void => {
    const done = levels.pop()!;
    const above = levels.at(-1)!;
    above.units.push((done.right ? done.units.toReversed() : done.units).join(''));
    above.open = false;
  };
  for (const character of line) {
    const opened = OPENS[character];
    if (opened !== undefined) {
      if (levels.length <= MOST_DEPTH) levels.push({ ...opened, units: [], open: false });
    } else if (character === POP) {
      if (levels.length > 1 && !levels.at(-1)!.isolate) close();
    } else if (character === POP_ISOLATE) {
      const at = levels.findLastIndex(({ isolate }) => isolate);
      if (at > 0) while (levels.length > at) close();
    } else {
      const level = levels.at(-1)!;
      if (level.open && !(level.right && level.override)) level.units[level.units.length - 1] += character;
      else level.units.push(character);
      level.open = true;
    }
  }
  while (levels.length > 1) close();
  return levels[0]!.units.join('');
}
