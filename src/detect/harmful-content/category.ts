import type { Severity } from '../../core/severity.ts';

/** What harmful content is about. The first two say what kind of text it is, and decide; the others say which harm. */
export const KINDS = ['request', 'toxic'] as const;
export type Kind = (typeof KINDS)[number];

export const CATEGORIES = [
  'hate',
  'insult',
  'violence',
  'self-harm',
  'sexual',
  'sexual-minors',
  'weapons',
  'crime',
  'cyber',
  'privacy',
  'misinformation',
  'advice',
] as const;
export type Category = (typeof CATEGORIES)[number];

interface About {
  readonly severity: Severity;
  /** As it stands in `The text … .` */
  readonly what: string;
}

export const ABOUT: Readonly<Record<Category, About>> = {
  hate: { severity: 'high', what: 'hate against a group' },
  insult: { severity: 'medium', what: 'insults or harassment' },
  violence: { severity: 'high', what: 'violence against people or animals' },
  'self-harm': { severity: 'high', what: 'suicide or self-harm' },
  sexual: { severity: 'medium', what: 'sexual content' },
  'sexual-minors': { severity: 'critical', what: 'sexual content with minors' },
  weapons: { severity: 'critical', what: 'weapons, explosives or means of mass harm' },
  crime: { severity: 'high', what: 'theft, fraud, drugs or other crime' },
  cyber: { severity: 'high', what: 'attacks on computers and accounts' },
  privacy: { severity: 'medium', what: 'spying on people or their data' },
  misinformation: { severity: 'low', what: 'deception or defamation' },
  advice: { severity: 'low', what: 'advice that a professional should give' },
};
