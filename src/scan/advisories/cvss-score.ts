const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
};
const PRIVILEGES = {
  U: { N: 0.85, L: 0.62, H: 0.27 },
  C: { N: 0.85, L: 0.68, H: 0.5 },
} as const;

/** Base score of a CVSS 3.0 or 3.1 vector, 0 to 10 (first.org, specification of 3.1, section 7.1); null for any other text. */
export function cvssScore(vector: string): number | null {
  if (!/^CVSS:3\.[01]\/[A-Z:/]{1,200}$/.test(vector)) return null;
  const given = new Map(vector.split('/').map((part) => part.split(':') as [string, string]));
  const weight = (metric: string): number => WEIGHTS[metric]?.[given.get(metric) ?? ''] ?? Number.NaN;
  const scope = given.get('S');
  const needed = given.get('PR');
  if ((scope !== 'U' && scope !== 'C') || (needed !== 'N' && needed !== 'L' && needed !== 'H')) return null;
  const lost = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = scope === 'U' ? 6.42 * lost : 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15;
  const exploitable = 8.22 * weight('AV') * weight('AC') * PRIVILEGES[scope][needed] * weight('UI');
  if (Number.isNaN(impact) || Number.isNaN(exploitable)) return null;
  if (impact <= 0) return 0;
  return roundUp(Math.min(10, (scope === 'U' ? 1 : 1.08) * (impact + exploitable)));
}

/** To one digit, upwards, without what binary fractions add (Appendix A). */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
