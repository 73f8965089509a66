import type { BudgetState } from '../access/budget.ts';
import type { Dialect } from '../conversation/surface.ts';

/**
 * Rate headers in the caller's dialect from the tightest budget of each unit.
 * OpenAI: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, reset as a duration (`1m30s`).
 * Anthropic: `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`, reset as RFC 3339.
 */
export function rateHeaders(dialect: Dialect, states: readonly BudgetState[], now: number): Record<string, string> {
  const headers: Record<string, string> = {};
  if (states.length === 0) return headers;
  for (const unit of ['requests', 'tokens'] as const) {
    let tightest: BudgetState | null = null;
    for (const state of states) {
      if (state.unit === unit && (tightest === null || remaining(state) < remaining(tightest))) tightest = state;
    }
    if (tightest === null) continue;
    const left = String(remaining(tightest));
    if (dialect === 'openai') {
      headers[`x-ratelimit-limit-${unit}`] = String(tightest.limit);
      headers[`x-ratelimit-remaining-${unit}`] = left;
      headers[`x-ratelimit-reset-${unit}`] = toDuration(tightest.resetAt - now);
    } else {
      headers[`anthropic-ratelimit-${unit}-limit`] = String(tightest.limit);
      headers[`anthropic-ratelimit-${unit}-remaining`] = left;
      headers[`anthropic-ratelimit-${unit}-reset`] = new Date(tightest.resetAt).toISOString();
    }
  }
  return headers;
}

function remaining(state: BudgetState): number {
  return Math.max(0, state.limit - state.used - state.reserved);
}

function toDuration(millis: number): string {
  const seconds = Math.max(0, Math.ceil(millis / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`;
}
