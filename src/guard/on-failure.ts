import type { Action } from '../core/verdict.ts';
import type { Rule } from './rule.ts';

/**
 * The one place that says what a failed check means. A failure is never "clean": by default it blocks,
 * and even where the operator chose `allow` the decision is recorded as failed.
 */
export function onFailure(rule: Rule): Action {
  switch (rule.onFailure) {
    case 'block':
      return 'block';
    case 'flag':
      return 'flag';
    case 'allow':
      return 'allow';
  }
}
