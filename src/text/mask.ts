const LONGEST_MASK = 64;

/**
 * What evidence shows of a secret: its public beginning (`ghp_`, the same in every token of the kind) and `****`.
 * No unit of the secret itself, so that a mask in a log helps nobody to guess the rest or to compare two secrets.
 */
export function mask(publicPrefix: string): string {
  return `${publicPrefix.slice(0, LONGEST_MASK - 4)}****`;
}
