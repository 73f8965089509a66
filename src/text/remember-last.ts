/** Texts that are remembered: a text, its neighbour across a border, and what a stream had before. */
const SLOTS = 4;

/**
 * `fn` with its last few results kept, so that several detectors that look at the same text share the work. Texts are
 * compared by identity first and by content only when their lengths agree, which costs nothing for different texts.
 * `fn` must be pure, and its result must not be changed by anybody.
 */
export function rememberLast<T>(fn: (text: string) => T): (text: string) => T {
  const texts = new Array<string | null>(SLOTS).fill(null);
  const results = new Array<T | null>(SLOTS).fill(null);
  let next = 0;
  return (text) => {
    for (let slot = 0; slot < SLOTS; slot++) if (texts[slot] === text) return results[slot] as T;
    const result = fn(text);
    texts[next] = text;
    results[next] = result;
    next = (next + 1) % SLOTS;
    return result;
  };
}
