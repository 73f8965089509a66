import type { ReactNode } from 'react';
import type { ExchangeOutcome } from '../../../src/core/exchange.ts';
import type { Severity } from '../../../src/core/severity.ts';
import type { Action, Decision } from '../../../src/core/verdict.ts';
import { OUTCOME_LABEL, OUTCOME_MEANING } from '../format/words.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'special' | 'quiet';

export function Badge({
  tone,
  title,
  dot = false,
  children,
}: {
  readonly tone: Tone;
  readonly title?: string;
  readonly dot?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <span className={`badge tone-${tone}`} title={title}>
      {dot && <span className="dot" aria-hidden="true" />}
      {children}
    </span>
  );
}

const OUTCOME_TONE: Readonly<Record<ExchangeOutcome, Tone>> = {
  served: 'good',
  blocked: 'bad',
  refused: 'warn',
  cut: 'special',
  failed: 'bad',
  'client-closed': 'quiet',
  interrupted: 'quiet',
};

export function OutcomeBadge({ outcome }: { readonly outcome: ExchangeOutcome }) {
  return (
    <Badge tone={OUTCOME_TONE[outcome]} title={OUTCOME_MEANING[outcome]} dot>
      {OUTCOME_LABEL[outcome]}
    </Badge>
  );
}

const SEVERITY_TONE: Readonly<Record<Severity, Tone>> = {
  info: 'quiet',
  low: 'info',
  medium: 'warn',
  high: 'bad',
  critical: 'bad',
};

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return <Badge tone={SEVERITY_TONE[severity]}>{severity}</Badge>;
}

const ACTION_TONE: Readonly<Record<Action, Tone>> = {
  allow: 'quiet',
  flag: 'info',
  redact: 'special',
  review: 'warn',
  block: 'bad',
};

export function ActionBadge({ action }: { readonly action: Action }) {
  return <Badge tone={ACTION_TONE[action]}>{action}</Badge>;
}

const STATUS_TONE: Readonly<Record<Decision['status'], Tone>> = {
  clean: 'good',
  found: 'bad',
  failed: 'warn',
  skipped: 'quiet',
};

/** What a rule saw. A match in shadow mode changed nothing, and is shown as that. */
export function StatusBadge({ decision }: { readonly decision: Decision }) {
  const shadow = decision.mode === 'shadow';
  const tone = shadow && decision.status === 'found' ? 'info' : STATUS_TONE[decision.status];
  return (
    <Badge tone={tone} dot>
      {decision.status}
      {shadow ? ' · shadow' : ''}
    </Badge>
  );
}
