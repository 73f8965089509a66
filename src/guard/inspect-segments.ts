import { drive, type Steps, wait } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Stage } from '../core/verdict.ts';
import type { Subject } from '../detect/detector.ts';
import type { Segment } from '../conversation/segment.ts';
import type { DecisionLog, Place } from './decision-log.ts';
import { lookBehindEscapes, type Seen } from './escaped-arguments.ts';
import { inspectText } from './inspect-text.ts';
import { type Across, NeighbourRun, speakerOf } from './neighbour-run.ts';
import { isReversible } from './own-values.ts';
import { type Redaction, type Reversible, mergeRedactions, toRedaction } from './redaction.ts';
import { type Rule, reads } from './rule.ts';
import { toSubject } from './to-subject.ts';

/** Texts to replace, by segment. */
export type Redactions = ReadonlyMap<Segment, readonly Redaction[]>;

const NONE: Redactions = new Map();
const NO_SEGMENTS: ReadonlySet<Segment> = new Set();

/** How one text is inspected: `inspectText`, or something that remembers what it said. */
export type Look = (rule: Rule, text: string, subject: Subject) => Outcome | Promise<Outcome>;

export interface HowToInspect {
  readonly look?: Look;
  /** Texts that rules with `messages: new` do not read: they have, when these were new. */
  readonly old?: ReadonlySet<Segment>;
  /** Texts that no rule reads by themselves: they only stand before others. */
  readonly company?: ReadonlySet<Segment>;
}

/**
 * Runs every rule over every text of one stage and writes what was decided to `log`.
 * Neighbouring parts of one speaker are also looked at across their borders, because a model reads them as one text.
 * @returns what enforced `redact` rules want replaced; at once, unless a detector has to be waited for.
 */
export function inspectSegments(
  rules: readonly Rule[],
  stage: Stage,
  segments: readonly Segment[],
  log: DecisionLog,
  how: HowToInspect = {},
): Redactions | Promise<Redactions> {
  return drive(inspecting(rules, stage, segments, log, how));
}

/** `inspectSegments` for callers that are generators themselves. */
export function* inspecting(
  rules: readonly Rule[],
  stage: Stage,
  segments: readonly Segment[],
  log: DecisionLog,
  { look = inspectText, old = NO_SEGMENTS, company = NO_SEGMENTS }: HowToInspect = {},
): Steps<Redactions> {
  let redactions: Map<Segment, Redaction[]> | null = null;
  const redact = (segment: Segment, redaction: Redaction): void => {
    if (segment.file !== undefined) return;
    redactions ??= new Map();
    const list = redactions.get(segment);
    if (list === undefined) redactions.set(segment, [redaction]);
    else list.push(redaction);
  };

  for (const rule of rules) {
    if (!rule.on.includes(stage)) continue;
    const restores = stage === 'input' && isReversible(rule);
    const reversible = ({ label }: Finding): Reversible | undefined =>
      restores ? { label, detector: rule.detector } : undefined;
    const enforced = rule.mode === 'enforce' && rule.action === 'redact';
    /** Writes down what was found across borders; true when that was nothing. */
    const note = (across: Across): boolean => {
      if (across.status === 'failed') {
        log.outcome(rule, stage, across, placeOf(across.segment));
        return false;
      }
      for (const { finding, pieces } of across.crossings) {
        const [first, ...others] = pieces;
        log.found(
          rule,
          stage,
          { ...finding, span: first.span },
          placeOf(first.segment),
          others.map(({ segment, span }) => ({ segment: segment.id, ...span })),
        );
        if (finding.allowed !== undefined) continue;
        if (rule.action === 'redact') for (const piece of pieces) refuseFile(rule, stage, piece.segment, log);
        if (!enforced) continue;
        redact(first.segment, toRedaction({ ...finding, span: first.span }, 0, reversible(finding)));
        for (const { segment, span } of others) {
          // What comes back has to come back where it stood: each part has a placeholder of its own.
          const part = reversible(finding);
          redact(segment, { ...span, placeholder: '', ...(part === undefined ? {} : { reversible: part }) });
        }
      }
      return across.crossings.length === 0;
    };
    const began = performance.now();
    const runs = new Map<string, NeighbourRun>();
    let clean = true;
    for (const segment of segments) {
      for (const [speaker, run] of runs) {
        if (!run.endsAt(segment)) continue;
        clean = note(yield* run.finish()) && clean;
        runs.delete(speaker);
      }
      if (segment.text.length === 0 || !reads(rule, stage, segment)) continue;
      const fresh = !company.has(segment) && (rule.messages !== 'new' || !old.has(segment));
      let found = false;
      if (fresh) {
        const subject = toSubject(stage, segment);
        const outcome = yield* wait(look(rule, segment.text, subject));
        if (outcome.status !== 'clean') {
          clean = false;
          found = outcome.status === 'found';
          log.outcome(rule, stage, outcome, placeOf(segment));
          const findings =
            outcome.status === 'found' ? outcome.findings.filter(({ allowed }) => allowed === undefined) : [];
          if (rule.action === 'redact' && findings.length > 0) refuseFile(rule, stage, segment, log);
          if (enforced) for (const finding of findings) redact(segment, toRedaction(finding, 0, reversible(finding)));
        }
        if (segment.kind === 'tool-arguments' && segment.text.includes('\\')) {
          const behind = yield* lookBehindEscapes(rule, segment.text, subject, look, seenIn(outcome));
          if (behind.status !== 'clean') {
            clean = false;
            found ||= behind.status === 'found';
            log.outcome(rule, stage, behind, placeOf(segment));
            for (const finding of behind.status === 'found' ? behind.findings : []) {
              // For good: what stands there is not the value but how it is written.
              if (enforced && finding.allowed === undefined) redact(segment, toRedaction(finding));
            }
          }
        }
      }
      if (rule.inspector.alone) continue;
      const speaker = speakerOf(segment);
      let run = runs.get(speaker);
      if (run === undefined) runs.set(speaker, (run = new NeighbourRun(rule, stage, look)));
      if (!run.continues(segment)) clean = note(yield* run.finish()) && clean;
      clean = note(yield* run.add(segment, fresh, found)) && clean;
    }
    for (const run of runs.values()) clean = note(yield* run.finish()) && clean;
    if (clean) log.outcome(rule, stage, { status: 'clean' }, { segment: '', role: '', origin: '' });
    log.ran(rule, stage, performance.now() - began);
  }

  if (redactions === null) return NONE;
  const merged = new Map<Segment, readonly Redaction[]>();
  for (const [segment, list] of redactions as Map<Segment, Redaction[]>) merged.set(segment, mergeRedactions(list));
  return merged;
}

/** Nothing can be put in the place of a text inside a file: what was to be redacted there blocks. */
function refuseFile(rule: Rule, stage: Stage, segment: Segment, log: DecisionLog): void {
  if (segment.file !== undefined)
    log.escalate(rule, stage, `found inside a file, which cannot be redacted: ${segment.id}`);
}

function seenIn(outcome: Outcome): readonly Seen[] {
  if (outcome.status !== 'found') return [];
  return outcome.findings.flatMap(({ rule, span, allowed }) => (allowed === undefined ? [{ rule, ...span }] : []));
}

function placeOf({ id, role, origin }: Segment): Place {
  return { segment: id, role, origin };
}
