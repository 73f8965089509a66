import type { Finding } from './finding.ts';

/**
 * What one check of one text came to. `failed` (error, time-out, limit) and `skipped` are never `clean`:
 * `guard/on-failure.ts` is the one place that decides what a failure means.
 */
export type Outcome =
  | { readonly status: 'clean' }
  | { readonly status: 'found'; readonly findings: readonly Finding[] }
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'skipped'; readonly reason: string };

export const CLEAN: Outcome = Object.freeze({ status: 'clean' });
