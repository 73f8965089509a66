import type { Evidence, Stage } from '../../../src/core/verdict.ts';
import type { ExchangeContent } from '../../../src/gateway/admin/api.ts';

/** Why nothing can be made from the text of a finding: there is none, or not as it came. Null: it can. */
export function textTrouble(content: ExchangeContent, stage: Stage, evidence: Evidence): string | null {
  if (content.state === 'never') return 'The text of this exchange was not kept (evidence.content: none).';
  if (content.state !== 'kept')
    return 'The text of this exchange was kept and has been deleted: its retention is over.';
  const kept = content.segments.find((one) => one.stage === stage && one.segment === evidence.segment);
  if (kept === undefined || evidence.span.end > kept.text.length) return 'The text of this finding was not kept.';
  const isMasked = kept.marks.some(({ start, end }) => /^\[[A-Z0-9_]{1,64}\]$/.test(kept.text.slice(start, end)));
  return isMasked
    ? 'What was found was masked before the text was kept (evidence.content: redacted), so it is not known as it came.'
    : null;
}
