import type { z as Zod } from 'zod';
import type { Finding } from '../../core/finding.ts';
import { SEVERITIES, type Severity } from '../../core/severity.ts';
import { mask } from '../../text/mask.ts';
import { defineDetector, type ExchangeContext, type Inspector, type Subject } from '../detector.ts';
import { boundPattern } from './bounded-pattern.ts';
import { compileCondition, type Condition } from './condition.ts';
import { type Bond, type Hit, createPatternSearch } from './pattern-search.ts';
import { createPhraseSearch } from './phrase-search.ts';

interface Named {
  /** Name in findings: `custom/<name>`. */
  readonly name: string;
  readonly severity: Severity;
  /** What a finding says. */
  readonly message?: string | undefined;
}
export interface PatternOptions extends Named {
  /** RE2 syntax. */
  readonly regex: string;
  /** Of `i`, `m`, `s`. */
  readonly flags: string;
  /** Named group that is marked; default the whole match. */
  readonly group?: string | undefined;
}
export interface KeywordOptions extends Named {
  readonly words: readonly string[];
  readonly caseSensitive: boolean;
  readonly wholeWord: boolean;
  readonly disguised: boolean;
}
export interface ConditionOptions extends Named {
  /** CEL. */
  readonly when: string;
}
export interface CustomOptions {
  readonly patterns: readonly PatternOptions[];
  readonly keywords: readonly KeywordOptions[];
  readonly conditions: readonly ConditionOptions[];
  /** CEL about the exchange: nothing is looked for where it is false. */
  readonly when?: string | undefined;
  /** Times that a repetition without an end is followed. */
  readonly maxRepeat: number;
}

const DEFAULTS: CustomOptions = { patterns: [], keywords: [], conditions: [], maxRepeat: 64 };

/** Beyond the longest match: rows of matches that follow close upon each other are held as one. */
const MAX_HOLD = 16_384;

/** What an installation itself does not want to see. */
export const custom = defineDetector({
  meta: {
    id: 'custom',
    title: 'Your own patterns and conditions',
    summary: 'Finds regular expressions, words, and texts that meet a condition, as the configuration states them.',
    threats: ['prompt-injection'],
    layers: ['input-filtering', 'output-monitoring', 'data-protection'],
    taxonomy: ['OWASP-LLM01', 'OWASP-LLM02', 'OWASP-LLM05'],
    stages: ['output', 'input'],
    cost: 'pattern',
    stability: 'stable',
    references: ['https://github.com/google/re2/wiki/Syntax', 'https://github.com/google/cel-spec'],
  },
  options,
  defaults: DEFAULTS,
  create: (chosen: CustomOptions): Inspector => {
    const parts = compileAll(chosen);
    return {
      ...inspectorOf(parts, null),
      forExchange: ({ model, principal }) => ({
        ...inspectorOf(parts, { model, principal }),
        boundTo: JSON.stringify([model, principal]),
      }),
    };
  },
});

function options(z: typeof Zod) {
  const named = {
    name: z
      .string()
      .max(40)
      .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'lower-case words with hyphens between them')
      .describe('Name in findings: `custom/<name>`; in capitals it stands in place of what was redacted.'),
    severity: z.enum(SEVERITIES).default('medium').describe('How bad it is.'),
    message: z.string().min(1).max(200).optional().describe('What a finding says.'),
  };
  const condition = (about: 'exchange' | 'text') =>
    z.string().superRefine((source, context) => {
      const compiled = compileCondition(source, about);
      if ('problem' in compiled)
        context.addIssue({ code: 'custom', message: `column ${compiled.column}: ${compiled.problem}` });
    });
  const pattern = z.strictObject({
    ...named,
    regex: z.string().min(1).describe('Regular expression in RE2 syntax: no look-around, no back-references.'),
    flags: z
      .string()
      .regex(/^(?!.*(.).*\1)[ims]*$/, 'any of i, m and s, each once')
      .default('')
      .describe('`i` ignores case, `m` lets ^ and $ match at lines, `s` lets . match line ends.'),
    group: z.string().optional().describe('Named group that a finding marks. Default: the whole match.'),
  });
  const keywords = z.strictObject({
    ...named,
    words: z
      .array(
        z
          .string()
          .max(200)
          .refine((word) => word.trim() !== '', 'is empty'),
      )
      .min(1)
      .max(5000)
      .readonly()
      .describe('Words or phrases; white space in them matches any white space.'),
    caseSensitive: z.boolean().default(false).describe('Compare capitals and small letters as different.'),
    wholeWord: z.boolean().default(true).describe('Only where no letter or digit stands directly before or behind.'),
    disguised: z
      .boolean()
      .default(false)
      .describe('Also with look-alike letters, digits for letters and invisible characters. Ignores case.'),
  });
  return z
    .strictObject({
      patterns: z.array(pattern).max(200).readonly().default(DEFAULTS.patterns).describe('Regular expressions.'),
      keywords: z.array(keywords).max(100).readonly().default(DEFAULTS.keywords).describe('Lists of words.'),
      conditions: z
        .array(
          z.strictObject({
            ...named,
            when: condition('text').describe(
              'CEL over stage, role, origin, kind, tool, model, principal.id, principal.team, text.length, text.lines and count["<name>"].',
            ),
          }),
        )
        .max(50)
        .readonly()
        .default(DEFAULTS.conditions)
        .describe('Texts that meet a condition, marked as a whole. With any, a stream is held until it is complete.'),
      when: condition('exchange')
        .optional()
        .describe('CEL over stage, role, origin, kind, tool, model, principal: look only where it is true.'),
      maxRepeat: z
        .int()
        .min(1)
        .max(1000)
        .default(DEFAULTS.maxRepeat)
        .describe('How often `*`, `+` and `{n,}` are followed: a match must have a greatest length to be held back.'),
    })
    .superRefine(({ patterns, maxRepeat }, context) => {
      for (const [index, { regex, flags, group }] of patterns.entries()) {
        const bounded = boundPattern(regex, flags, maxRepeat);
        if ('problem' in bounded) {
          const message = `column ${bounded.column}: ${bounded.problem}`;
          context.addIssue({ code: 'custom', path: ['patterns', index, 'regex'], message });
        } else if (group !== undefined && !Object.hasOwn(bounded.compiled.namedGroups(), group)) {
          const message = `there is no group (?P<${group}>…) in the expression`;
          context.addIssue({ code: 'custom', path: ['patterns', index, 'group'], message });
        }
      }
    });
}

interface Parts {
  /** What `Hit.index` counts: patterns, then lists. */
  readonly named: readonly Named[];
  readonly patterns: ReturnType<typeof createPatternSearch>;
  readonly phrases: readonly ReturnType<typeof createPhraseSearch>[];
  readonly conditions: readonly (Named & { readonly condition: Condition })[];
  readonly when: Condition | null;
  /** Units before a match that can decide about it, and that a match can begin before a border. */
  readonly lookBehind: number;
}

function compileAll({ patterns, keywords, conditions, when, maxRepeat }: CustomOptions): Parts {
  const bounded = patterns.map(({ name, regex, flags, group }, index) => {
    const made = boundPattern(regex, flags, maxRepeat);
    if ('problem' in made) throw new RangeError(`${name}, column ${made.column}: ${made.problem}`);
    return { ...made, index, group: group ?? null };
  });
  const compiled = (source: string, about: 'exchange' | 'text'): Condition => {
    const made = compileCondition(source, about);
    if ('problem' in made) throw new RangeError(`column ${made.column}: ${made.problem}`);
    return made.condition;
  };
  return {
    named: [...patterns, ...keywords],
    patterns: createPatternSearch(bounded),
    phrases: keywords.map(({ words, ...list }, at) =>
      createPhraseSearch({ ...list, phrases: words, index: patterns.length + at }),
    ),
    conditions: conditions.map((one) => ({ ...one, condition: compiled(one.when, 'text') })),
    when: when === undefined ? null : compiled(when, 'exchange'),
    lookBehind: bounded.reduce((most, { longest }) => Math.max(most, longest), 0) + 2,
  };
}

function inspectorOf(parts: Parts, context: Pick<ExchangeContext, 'model' | 'principal'> | null): Inspector {
  const { named, patterns, phrases, conditions, when } = parts;

  const look = (
    text: string,
  ): { readonly findings: readonly Finding[]; readonly hits: readonly Hit[]; readonly hold: number } => {
    const searched = [patterns(text), ...phrases.map((search) => search(text))];
    const hits = searched.length === 1 ? searched[0]!.hits : searched.flatMap((one) => one.hits);
    const live = searched.reduce((least, one) => Math.min(least, one.live), text.length);
    return {
      findings: joined(hits, named),
      hits,
      hold: uncut(
        live,
        searched.flatMap((one) => one.bonds),
      ),
    };
  };

  const inspect = (text: string, subject: Subject): readonly Finding[] => {
    if (when !== null && !when({ subject, context, text: null })) return [];
    const { findings, hits } = look(text);
    if (conditions.length === 0 || text.length === 0) return findings;
    const count = new Map(named.map(({ name }) => [name, 0]));
    for (const { index } of hits) count.set(named[index]!.name, count.get(named[index]!.name)! + 1);
    const facts = { subject, context, text: { units: text.length, lines: text.split('\n').length, count } };
    const met = conditions.filter(({ condition }) => condition(facts));
    const worst = worstOf(met);
    // The whole text is marked, which leaves no room for marks in it.
    return worst === null ? findings : [toFinding(worst, 0, text.length)];
  };

  if (conditions.length > 0) return { inspect, alone: true };
  return {
    inspect,
    streaming: {
      lookBehind: parts.lookBehind,
      maxHold: MAX_HOLD,
      holdFrom: (text) => look(text).hold,
      overdue: (text, from) => {
        const begun = look(text).findings.find(({ span }) => span.end > from);
        return begun === undefined ? null : { ...begun, span: { start: from, end: text.length } };
      },
    },
  };
}

/** The last place up to `live` that is in no bond. */
function uncut(live: number, bonds: readonly Bond[]): number {
  let hold = live;
  for (const { start, end } of bonds.toSorted((a, b) => b.start - a.start)) {
    if (start < hold && hold < end) hold = start;
  }
  return hold;
}

/** One finding for hits that overlap, in the name of the worst. */
function joined(hits: readonly Hit[], named: readonly Named[]): readonly Finding[] {
  if (hits.length === 0) return [];
  const groups: { start: number; end: number; members: Named[] }[] = [];
  for (const { start, end, index } of hits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = groups.at(-1);
    if (last !== undefined && start < last.end) {
      last.end = Math.max(last.end, end);
      last.members.push(named[index]!);
    } else groups.push({ start, end, members: [named[index]!] });
  }
  return groups.map(({ start, end, members }) => toFinding(worstOf(members)!, start, end));
}

function worstOf<T extends Named>(members: readonly T[]): T | null {
  let worst: T | null = null;
  for (const one of members) {
    if (worst === null || SEVERITIES.indexOf(one.severity) > SEVERITIES.indexOf(worst.severity)) worst = one;
  }
  return worst;
}

function toFinding({ name, severity, message }: Named, start: number, end: number): Finding {
  return {
    rule: `custom/${name}`,
    severity,
    message: message ?? `Found by the configured check "${name}".`,
    span: { start, end },
    mask: mask(''),
    label: name.toUpperCase().replaceAll('-', '_'),
  };
}
