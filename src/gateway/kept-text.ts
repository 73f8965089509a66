import type { Segment } from '../conversation/segment.ts';
import type { KeptSegment } from '../core/exchange.ts';
import type { Evidence } from '../core/verdict.ts';
import { type Redaction, mergeRedactions, redact } from '../guard/redaction.ts';
import type { VaultEntry } from '../guard/exchange-vault.ts';
import type { Redactions } from '../guard/inspect-segments.ts';
import type { ExchangeDraft } from './exchange-draft.ts';

type Keeping = 'none' | 'redacted' | 'full';

/** Keeps what went in, as far as the configuration wants it kept. */
export function keepInput(
  draft: ExchangeDraft,
  segments: readonly Segment[],
  redactions: Redactions,
  keeping: Keeping,
): void {
  keep(draft, 'input', segments, redactions, keeping);
}

/** Keeps what came out. */
export function keepOutput(
  draft: ExchangeDraft,
  segments: readonly Segment[],
  redactions: Redactions,
  keeping: Keeping,
  own?: ReadonlySet<VaultEntry>,
): void {
  keep(draft, 'output', segments, redactions, keeping, own);
}

/** Keeps one text of a stream; `segment` is its channel. */
export function keepChannel(
  draft: ExchangeDraft,
  channel: { readonly channel: string; readonly kind: string; readonly original: string },
  keeping: Keeping,
  own?: ReadonlySet<VaultEntry>,
): void {
  if (keeping === 'none') return;
  const marks = evidenceIn(draft, 'output', channel.channel);
  draft.kept.push(
    toKept(
      'output',
      { id: channel.channel, role: 'assistant', origin: 'model', kind: channel.kind, text: channel.original },
      marks,
      ownValues(channel.original, own),
      keeping,
    ),
  );
}

function keep(
  draft: ExchangeDraft,
  stage: 'input' | 'output',
  segments: readonly Segment[],
  redactions: Redactions,
  keeping: Keeping,
  own?: ReadonlySet<VaultEntry>,
): void {
  if (keeping === 'none') return;
  for (const segment of segments) {
    if (segment.text === '') continue;
    const masked = [...(redactions.get(segment) ?? []), ...ownValues(segment.text, own)];
    draft.kept.push(toKept(stage, segment, evidenceIn(draft, stage, segment.id), masked, keeping));
  }
}

/** Where a text holds values that were restored in it: in what is kept, their placeholders stand again. */
function ownValues(text: string, own: ReadonlySet<VaultEntry> | undefined): readonly Redaction[] {
  const found: Redaction[] = [];
  for (const { core, value } of own ?? []) {
    for (const form of new Set([value, JSON.stringify(value).slice(1, -1)])) {
      for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
        found.push({ start: at, end: at + form.length, placeholder: `[${core}]` });
      }
    }
  }
  return found;
}

function evidenceIn(draft: ExchangeDraft, stage: string, segment: string): readonly Evidence[] {
  return draft.log
    .decisions()
    .filter((decision) => decision.stage === stage)
    .flatMap(({ evidence }) => evidence.filter((item) => item.segment === segment));
}

/**
 * With `redacted`, everything that any rule found is masked in what is kept, whatever the rule did about it, and the
 * marks move to where the masks stand.
 */
function toKept(
  stage: 'input' | 'output',
  segment:
    | Pick<Segment, 'id' | 'role' | 'origin' | 'kind' | 'text'>
    | { id: string; role: string; origin: string; kind: string; text: string },
  evidence: readonly Evidence[],
  redactions: readonly Redaction[],
  keeping: Keeping,
): KeptSegment {
  const base = { stage, segment: segment.id, role: segment.role, origin: segment.origin, kind: segment.kind };
  const marks = evidence.map(({ span, rule }) => ({
    start: span.start,
    end: Math.min(span.end, segment.text.length),
    rule,
  }));
  if (keeping === 'full') return { ...base, text: segment.text, marks };

  const masked: (Redaction & { rule: string })[] = [
    ...redactions.map((range) => ({ ...range, rule: ruleAt(marks, range.start) })),
    ...marks.map(({ start, end, rule }) => ({ start, end, placeholder: `[${labelOf(rule)}]`, rule })),
  ];
  const merged = mergeRedactions(masked);
  let shift = 0;
  const moved = merged.map((range) => {
    const start = range.start + shift;
    shift += range.placeholder.length - (range.end - range.start);
    return { start, end: start + range.placeholder.length, rule: ruleAt(marks, range.start) };
  });
  return { ...base, text: redact(segment.text, merged), marks: moved };
}

function ruleAt(
  marks: readonly { readonly start: number; readonly end: number; readonly rule: string }[],
  at: number,
): string {
  return marks.find((mark) => mark.start <= at && at < mark.end)?.rule ?? '';
}

/** `secret-leak/github-token` → `GITHUB_TOKEN`. */
function labelOf(rule: string): string {
  return rule
    .slice(rule.indexOf('/') + 1)
    .replaceAll('-', '_')
    .toUpperCase();
}
