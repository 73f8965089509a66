import type { ApprovalSummary } from '../../../src/gateway/admin/api.ts';
import type { Tone } from '../parts/badge.tsx';

type State = ApprovalSummary['state'];

export const STATE_TONE: Readonly<Record<State, Tone>> = {
  pending: 'warn',
  approved: 'good',
  denied: 'bad',
  expired: 'quiet',
  used: 'info',
};

export const STATE_LABEL: Readonly<Record<State, string>> = {
  pending: 'waiting',
  approved: 'approved, not used yet',
  denied: 'denied',
  expired: 'expired',
  used: 'approved and used',
};

/** `14:05` minutes and seconds, `2 h 03 min` for longer; never less than nothing. */
export function countdown(millis: number): string {
  const seconds = Math.max(0, Math.ceil(millis / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  if (hours >= 48) return `${Math.floor(hours / 24)} d`;
  return hours > 0 ? `${hours} h ${two(minutes)} min` : `${minutes}:${two(seconds % 60)}`;
}

/** Who agreed or denied, and what is still missing. */
export function decidedBy({ firstBy, secondBy, deniedBy, needs, state }: ApprovalSummary): string | null {
  if (deniedBy !== null) return `denied by ${deniedBy}`;
  const agreed = [firstBy, secondBy].filter((name) => name !== null);
  if (agreed.length === 0) return needs > 1 && state === 'pending' ? 'two people have to agree' : null;
  const rest = state === 'pending' && agreed.length < needs ? '; a second person has to agree' : '';
  return `${agreed.join(' and ')} agreed${rest}`;
}
