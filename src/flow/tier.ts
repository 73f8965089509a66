/**
 * How well a value in a tool call is witnessed by what the model was shown, best first. A model that is fooled can name
 * any value; it cannot make a witness for it.
 *
 * - `U`: a token of the user's own words or the operator's.
 * - `T`: a whole field of a first-party source (the user's own contacts, the clock), or the field that the user designated.
 * - `S`: a whole field of a structured result, in a record that the user's words point to.
 * - `F`: a whole field of a structured result, or a member of a short listing, that nothing points to.
 * - `D`: inside free text of a source that the user named.
 * - `X`: inside other free text.
 * - `N`: nowhere: computed, made up, or in another form.
 */
export const TIERS = ['U', 'T', 'S', 'F', 'D', 'X', 'N'] as const;
export type Tier = (typeof TIERS)[number];

/** The better of two. */
export function betterTier(a: Tier, b: Tier): Tier {
  return TIERS.indexOf(a) <= TIERS.indexOf(b) ? a : b;
}

/** The worse of two. */
export function worseTier(a: Tier, b: Tier): Tier {
  return TIERS.indexOf(a) >= TIERS.indexOf(b) ? a : b;
}

/** True when `tier` is at least as good as `least`. */
export function atLeast(tier: Tier, least: Tier): boolean {
  return TIERS.indexOf(tier) <= TIERS.indexOf(least);
}
