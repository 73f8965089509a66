/** Severities of each metric from the worst down; each step down is a distance of one (first.org, CVSS 4.0 specification, section 8.2). */
const LEVELS: Readonly<Record<string, string>> = {
  AV: 'NALP', AC: 'LH', AT: 'NP', PR: 'NLH', UI: 'NPA',
  VC: 'HLN', VI: 'HLN', VA: 'HLN', SC: 'SHLN', SI: 'SHLN', SA: 'SHLN',
  CR: 'HML', IR: 'HML', AR: 'HML', E: 'APU',
}; // prettier-ignore
const MANDATORY = ['AV', 'AC', 'AT', 'PR', 'UI', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA'];
/** What is taken where nothing is said. */
const WORST: Readonly<Record<string, string>> = { CR: 'H', IR: 'H', AR: 'H', E: 'A' };
/** Supplemental metrics do not change the score. */
const SUPPLEMENTAL: Readonly<Record<string, RegExp>> = {
  S: /^[XNP]$/, AU: /^[XNY]$/, R: /^[XAUI]$/, V: /^[XDC]$/, RE: /^[XLMH]$/, U: /^(?:X|Clear|Green|Amber|Red)$/,
}; // prettier-ignore

/**
 * Scores of the 270 macro vectors, times ten (CVSS 4.0 specification, section 8.3): rows are EQ1, EQ2 and the pairs of EQ3 and EQ6 as noted, columns EQ4
 * and EQ5, each from 0 to 2.
 */
const SCORES = Uint8Array.of(
  100, 98, 95, 100, 93, 91, 93, 89, 81, // 00 00
  99, 95, 92, 96, 87, 81, 90, 80, 68, // 00 01
  98, 95, 90, 93, 89, 81, 88, 78, 69, // 00 10
  95, 92, 84, 92, 81, 65, 80, 70, 48, // 00 11
  92, 82, 72, 79, 69, 50, 69, 55, 27, // 00 21
  99, 95, 92, 95, 90, 84, 92, 82, 72, // 01 00
  97, 92, 85, 91, 83, 71, 81, 71, 53, // 01 01
  95, 92, 85, 92, 80, 70, 84, 71, 50, // 01 10
  93, 85, 73, 82, 72, 59, 70, 52, 30, // 01 11
  86, 75, 52, 71, 52, 29, 63, 29, 17, // 01 21
  98, 94, 91, 94, 86, 77, 87, 74, 63, // 10 00
  95, 87, 81, 89, 74, 64, 75, 63, 49, // 10 01
  94, 88, 76, 86, 74, 59, 72, 57, 52, // 10 10
  89, 77, 67, 76, 58, 50, 57, 52, 25, // 10 11
  83, 70, 54, 65, 58, 26, 53, 21, 13, // 10 21
  95, 88, 76, 90, 75, 61, 77, 68, 52, // 11 00
  90, 76, 70, 77, 62, 53, 66, 59, 30, // 11 01
  89, 76, 62, 74, 57, 47, 61, 57, 24, // 11 10
  78, 67, 58, 59, 57, 23, 52, 29, 16, // 11 11
  71, 59, 30, 58, 26, 15, 23, 13, 6, // 11 21
  93, 86, 75, 86, 74, 56, 70, 52, 40, // 20 00
  87, 72, 58, 74, 61, 34, 54, 40, 22, // 20 01
  85, 74, 62, 72, 55, 46, 53, 34, 19, // 20 10
  75, 55, 51, 57, 41, 19, 36, 19, 8, // 20 11
  64, 51, 20, 47, 21, 11, 24, 9, 4, // 20 21
  88, 73, 60, 73, 59, 41, 54, 45, 20, // 21 00
  75, 53, 50, 55, 40, 20, 43, 22, 11, // 21 01
  75, 58, 40, 61, 48, 20, 46, 17, 8, // 21 10
  55, 45, 21, 51, 18, 9, 18, 7, 2, // 21 11
  53, 24, 14, 24, 12, 5, 10, 3, 1, // 21 21
); // prettier-ignore
const PAIRS = ['00', '01', '10', '11', '21'];
/** The next milder pairs of each. */
const BELOW = [[1, 2], [3], [3], [4], []];

/** The worst vectors of each class (section 8.2, tables 24 to 28), as levels in the order of the metrics, and how far its mildest one is from them. */
const EQ1 = { metrics: ['AV', 'PR', 'UI'], worst: [['NNN'], ['ANN', 'NLN', 'NNP'], ['PNN', 'ALP']], depth: [1, 4, 5] };
const EQ2 = { metrics: ['AC', 'AT'], worst: [['LN'], ['HN', 'LP']], depth: [1, 2] };
const EQ3 = {
  metrics: ['VC', 'VI', 'VA', 'CR', 'IR', 'AR'],
  worst: [
    ['HHHHHH'],
    ['HHLMMH', 'HHHMMM'],
    ['LHHHHH', 'HLHHHH'],
    ['LHLHMH', 'LHHHMM', 'HLHMHM', 'HLLMHH', 'LLHHHM'],
    ['LLLHHH'],
  ],
  depth: [7, 6, 8, 8, 10],
};
const EQ4 = { metrics: ['SC', 'SI', 'SA'], worst: [['HSS'], ['HHH'], ['LLL']], depth: [6, 5, 4] };

/** Score of a CVSS 4.0 vector with all its base, threat and environmental metrics, 0 to 10; null for any other text. */
export function cvss4Score(vector: string): number | null {
  const given = parse(vector);
  if (given === null) return null;
  // Modified metrics stand for what they modify.
  const of = (metric: string): string => {
    const modified = given.get(`M${metric}`);
    if (modified !== undefined && modified !== 'X') return modified;
    const value = given.get(metric) ?? 'X';
    return value === 'X' ? (WORST[metric] ?? 'X') : value;
  };
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((metric) => of(metric) === 'N')) return 0;
  const is = (metric: string, level: string): boolean => of(metric) === level;
  const reach = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')];
  const eq1 = reach.every(Boolean) ? 0 : reach.some(Boolean) && !is('AV', 'P') ? 1 : 2;
  const eq2 = is('AC', 'L') && is('AT', 'N') ? 0 : 1;
  const eq3 = is('VC', 'H') && is('VI', 'H') ? 0 : is('VC', 'H') || is('VI', 'H') || is('VA', 'H') ? 1 : 2;
  const eq4 = is('SI', 'S') || is('SA', 'S') ? 0 : is('SC', 'H') || is('SI', 'H') || is('SA', 'H') ? 1 : 2;
  const eq5 = LEVELS['E']!.indexOf(of('E'));
  const high = ['C', 'I', 'A'].some((one) => is(`${one}R`, 'H') && is(`V${one}`, 'H'));
  const pair = PAIRS.indexOf(`${eq3}${high ? 0 : 1}`);

  const score = scoreOf(eq1, eq2, pair, eq4, eq5)!;
  // The next milder class of each, where there is one; of EQ3 and EQ6 together, the one that weighs more.
  const below = BELOW[pair]!.map((milder) => scoreOf(eq1, eq2, milder, eq4, eq5)!);
  const classes = [
    { next: scoreOf(eq1 + 1, eq2, pair, eq4, eq5), part: partOf(EQ1, eq1, of) },
    { next: scoreOf(eq1, eq2 + 1, pair, eq4, eq5), part: partOf(EQ2, eq2, of) },
    { next: below.length === 0 ? null : Math.max(...below), part: partOf(EQ3, pair, of) },
    { next: scoreOf(eq1, eq2, pair, eq4 + 1, eq5), part: partOf(EQ4, eq4, of) },
    { next: scoreOf(eq1, eq2, pair, eq4, eq5 + 1), part: 0 },
  ]; // prettier-ignore
  const steps = classes.flatMap(({ next, part }) => (next === null ? [] : [(score - next) * part]));
  const mean = steps.length === 0 ? 0 : steps.reduce((sum, step) => sum + step, 0) / steps.length;
  const exact = Math.min(100, Math.max(0, score - mean));
  // To one digit, halves upwards, whatever binary fractions take away.
  return Math.floor(exact + 0.5 + 1e-5) / 10;
}

/** Times ten; null where there is no such class. */
function scoreOf(eq1: number, eq2: number, pair: number, eq4: number, eq5: number): number | null {
  if (eq1 > 2 || eq2 > 1 || pair > 4 || eq4 > 2 || eq5 > 2) return null;
  return SCORES[((eq1 * 2 + eq2) * 5 + pair) * 9 + eq4 * 3 + eq5]!;
}

interface Class {
  readonly metrics: readonly string[];
  readonly worst: readonly (readonly string[])[];
  readonly depth: readonly number[];
}

/** How far down in its class a vector lies, from 0 at the worst, as a part of the depth of the class. */
function partOf({ metrics, worst, depth }: Class, level: number, of: (metric: string) => string): number {
  for (const one of worst[level]!) {
    const distances = metrics.map((metric, index) => {
      const levels = LEVELS[metric]!;
      return levels.indexOf(of(metric)) - levels.indexOf(one[index]!);
    });
    if (distances.every((distance) => distance >= 0))
      return distances.reduce((sum, distance) => sum + distance, 0) / depth[level]!;
  }
  return 0;
}

/** Metrics and their values; null where one is missing, twice there, or not known. */
function parse(vector: string): ReadonlyMap<string, string> | null {
  if (!/^CVSS:4\.0\/[A-Za-z:/]{1,400}$/.test(vector)) return null;
  const given = new Map<string, string>();
  for (const part of vector.slice('CVSS:4.0/'.length).split('/')) {
    const [metric, value, more] = part.split(':');
    if (metric === undefined || value === undefined || more !== undefined || given.has(metric)) return null;
    if (!isLevel(metric, value)) return null;
    given.set(metric, value);
  }
  return MANDATORY.every((metric) => given.has(metric)) ? given : null;
}

function isLevel(metric: string, value: string): boolean {
  if (SUPPLEMENTAL[metric] !== undefined) return SUPPLEMENTAL[metric].test(value);
  const modified = metric.length === 3 && metric.startsWith('M');
  const base = modified ? metric.slice(1) : metric;
  const levels = LEVELS[base];
  if (levels === undefined || value.length !== 1 || (modified && !MANDATORY.includes(base))) return false;
  if (value === 'X') return modified || !MANDATORY.includes(base);
  // Safety is a level of modified metrics, and not of confidentiality.
  if (value === 'S') return modified && base !== 'SC' && levels.includes('S');
  return levels.includes(value);
}
