import type { Decision, Stage } from '../../../src/core/verdict.ts';

export interface Place {
  readonly stage: Stage;
  readonly segment: string;
  readonly role: string;
  readonly origin: string;
  readonly pieces: readonly MaskedPiece[];
}

export interface MaskedPiece {
  readonly rule: string;
  readonly mask: string;
  /** Characters between the piece before (or the beginning) and this one. */
  readonly before: number;
}

/** Evidence by the text that it lay in, in order, with how much text is in between: all that is known without the text. */
export function withoutContent(decisions: readonly Decision[]): readonly Place[] {
  const groups = new Map<string, { stage: Stage; evidence: Decision['evidence'][number][] }>();
  for (const decision of decisions) {
    for (const evidence of decision.evidence) {
      const key = `${decision.stage}/${evidence.segment}`;
      const group = groups.get(key) ?? { stage: decision.stage, evidence: [] };
      group.evidence.push(evidence);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ stage, evidence }) => {
    const first = evidence[0]!;
    let end = 0;
    const pieces = evidence
      .toSorted((a, b) => a.span.start - b.span.start)
      .map((piece) => {
        const before = Math.max(0, piece.span.start - end);
        end = Math.max(end, piece.span.end);
        return { rule: piece.rule, mask: piece.mask, before };
      });
    return { stage, segment: first.segment, role: first.role, origin: first.origin, pieces };
  });
}
