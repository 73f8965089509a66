import { drive, type Steps, wait } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Stage } from '../core/verdict.ts';
import type { Segment } from '../conversation/segment.ts';
import type { Subject } from '../detect/detector.ts';
import type { DecisionLog } from './decision-log.ts';
import { inspectText } from './inspect-text.ts';
import { type Redaction, mergeRedactions, toRedaction } from './redaction.ts';
import { type Rule, applies } from './rule.ts';

/** Texts to replace, by segment. */
export type Redactions = ReadonlyMap<Segment, readonly Redaction[]>;

const NONE: Redactions = new Map();

/** How far on either side of the border between two neighbouring parts a match that spans both is looked for. */
const BORDER = 512;

/**
 * Runs every rule over every text of one stage and writes what was decided to `log`.
 * Neighbouring parts of one speaker are also looked at across their border, because a model reads them as one text.
 * @returns what enforced `redact` rules want replaced; at once, unless a detector has to be waited for.
 */
export function inspectSegments(
  rules: readonly Rule[],
  stage: Stage,
  segments: readonly Segment[],
  log: DecisionLog,
): Redactions | Promise<Redactions> {
  return drive(inspecting(rules, stage, segments, log));
}

/** `inspectSegments` for callers that are generators themselves. */
export function* inspecting(
  rules: readonly Rule[],
  stage: Stage,
  segments: readonly Segment[],
  log: DecisionLog,
): Steps<Redactions> {
  let redactions: Map<Segment, Redaction[]> | null = null;
  const redact = (segment: Segment, redaction: Redaction): void => {
    redactions ??= new Map();
    const list = redactions.get(segment);
    if (list === undefined) redactions.set(segment, [redaction]);
    else list.push(redaction);
  };

  for (const rule of rules) {
    if (!rule.on.includes(stage)) continue;
    const began = performance.now();
    const enforced = rule.mode === 'enforce' && rule.action === 'redact';
    let previous: Segment | null = null;
    let clean = true;
    for (const segment of segments) {
      if (!applies(rule, stage, segment.role)) continue;
      if (segment.text.length > 0) {
        const subject = toSubject(stage, segment);
        const outcome = yield* wait(inspectText(rule, segment.text, subject));
        if (outcome.status !== 'clean') {
          clean = false;
          log.outcome(rule, stage, outcome, { segment: segment.id, role: segment.role, origin: segment.origin });
          if (enforced && outcome.status === 'found') {
            for (const finding of outcome.findings) redact(segment, toRedaction(finding));
          }
        }
        if (previous !== null && areNeighbours(previous, segment)) {
          const place = { segment: segment.id, role: segment.role, origin: segment.origin };
          const border = yield* inspectBorder(rule, previous, segment, subject);
          if (border.status === 'failed') {
            clean = false;
            log.outcome(rule, stage, border, place);
            break;
          }
          for (const { finding, before, after } of border.crossings) {
            clean = false;
            log.found(rule, stage, finding, place);
            if (enforced) {
              redact(previous, before);
              redact(segment, after);
            }
          }
        }
        previous = segment;
      }
    }
    if (clean) log.outcome(rule, stage, { status: 'clean' }, { segment: '', role: '', origin: '' });
    log.ran(rule, stage, performance.now() - began);
  }

  if (redactions === null) return NONE;
  const merged = new Map<Segment, readonly Redaction[]>();
  for (const [segment, list] of redactions as Map<Segment, Redaction[]>) merged.set(segment, mergeRedactions(list));
  return merged;
}

export function toSubject(stage: Stage, segment: Pick<Segment, 'role' | 'origin' | 'kind' | 'tool'>): Subject {
  const { role, origin, kind, tool } = segment;
  return tool === undefined ? { stage, role, origin, kind } : { stage, role, origin, kind, tool };
}

/** Two parts that a model reads one after the other as the same speaker's words. */
function areNeighbours(a: Segment, b: Segment): boolean {
  return (
    a.role === b.role && a.kind === b.kind && a.origin === b.origin && a.kind === 'text' && b.message - a.message <= 1
  );
}

interface Crossing {
  readonly finding: Finding;
  readonly before: Redaction;
  readonly after: Redaction;
}

type Border =
  | Extract<Outcome, { status: 'failed' }>
  | { readonly status: 'looked'; readonly crossings: readonly Crossing[] };

function* inspectBorder(rule: Rule, a: Segment, b: Segment, subject: Subject): Steps<Border> {
  const head = a.text.slice(-BORDER);
  const tail = b.text.slice(0, BORDER);
  const outcome = yield* wait(inspectText(rule, head + tail, subject));
  if (outcome.status === 'failed') return outcome;
  const findings = outcome.status === 'found' ? outcome.findings : [];
  const crossings = findings
    .filter(({ span }) => span.start < head.length && span.end > head.length)
    .map((finding) => {
      const whole = toRedaction(finding, a.text.length - head.length);
      const end = finding.span.end - head.length;
      return {
        finding: { ...finding, span: { start: 0, end } },
        before: { ...whole, end: a.text.length },
        after: { start: 0, end, placeholder: '' },
      };
    });
  return { status: 'looked', crossings };
}
