/** Units before a match in which a warning is looked for. */
export const WARNING_REACH = 96;

/**
 * A warning in the words before, in the languages that we could check. Local and shallow on purpose: it takes the edge off
 * a sentence such as "Never run …", and an attacker who writes such a sentence himself has still not written a command line.
 */
const WARNINGS =
  /(?<!\p{L})(?:never|don['’]?t|do not|avoid|dangerous|beware|warning|instead of|unlike|must not|should not|shouldn['’]t|prevents?|vulnerable|malicious|attack(?:er)?s?|nie(?:mals)?|nicht|statt|vermeide|gefährlich|jamais|évite[rz]?|dangereux|nunca|evita[r]?|peligros[oa]|mai|evitare|pericolos[oa])(?!\p{L})/iu;

/** Whether the words before `at`, on its line, warn of what stands there. What begins a line is never warned of. */
export function isWarnedOf(text: string, at: number): boolean {
  const from = Math.max(0, at - WARNING_REACH);
  const before = text.slice(from, at);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return WARNINGS.test(line);
}
