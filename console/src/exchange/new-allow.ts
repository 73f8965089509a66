import type { FindingPlace, NewAllow } from '../../../src/gateway/admin/api.ts';
import type { Exchange } from '../../../src/core/exchange.ts';

/** What an entry may say is allowed. */
export type Extent = 'kept-value' | 'value' | 'pattern' | 'kind';
export type ForWhom = 'everybody' | 'principal' | 'team' | 'model';

export interface AllowForm {
  readonly extent: Extent;
  /** A value or a pattern. */
  readonly said: string;
  readonly forWhom: ForWhom;
  readonly owner: string;
  readonly reason: string;
  readonly days: number;
}

/** The request that makes an entry from a finding. */
export function newAllow(form: AllowForm, place: FindingPlace, finding: string, exchange: Exchange): NewAllow {
  const { owner, reason, days: expiresInDays } = form;
  const base = { rules: [place.rule], findings: [finding], owner, reason, expiresInDays, ...scopeOf(form, exchange) };
  switch (form.extent) {
    case 'kept-value':
      return { ...base, from: place };
    case 'value':
      return { ...base, value: form.said };
    case 'pattern':
      return { ...base, pattern: form.said };
    case 'kind':
      return base;
  }
}

function scopeOf({ forWhom }: AllowForm, { principal, model }: Exchange) {
  if (forWhom === 'principal' && principal !== null) return { principals: [principal.id] };
  if (forWhom === 'team' && principal?.team) return { teams: [principal.team] };
  if (forWhom === 'model' && model !== null) return { models: [model] };
  return {};
}
