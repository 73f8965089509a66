import type { Action, Mode, Stage } from '../core/verdict.ts';
import type { Detector, ExchangeContext, Inspector } from '../detect/detector.ts';
import { DETECTORS } from '../detect/registry.ts';
import type { Resources } from '../detect/resources.ts';
import { Fault } from '../core/fault.ts';

/** What a check's failure means; the rule's author chooses, `on-failure.ts` applies. */
export const FAILURE_CHOICES = ['block', 'flag', 'allow'] as const;
export type FailureChoice = (typeof FAILURE_CHOICES)[number];

/**
 * When a text of a stream leaves that only a slow detector can decide: `full` after the whole was checked, `lag` after its
 * window was, `immediate` at once.
 */
export const RELEASES = ['full', 'lag', 'immediate'] as const;
export type Release = (typeof RELEASES)[number];

/** A rule as the configuration states it. */
export interface RuleSettings {
  readonly id: string;
  readonly detector: string;
  readonly on: readonly Stage[];
  readonly roles?: readonly string[] | undefined;
  readonly action: Action;
  readonly mode: Mode;
  readonly onFailure: FailureChoice;
  /** Milliseconds that an asynchronous check may take. */
  readonly timeout: number;
  /** UTF-16 units that are inspected at most; a longer text is a failed check. */
  readonly maxText: number;
  /** For detectors that cannot follow a stream. Absent: `full`. */
  readonly release?: Release | undefined;
  readonly options: unknown;
}

/** A rule ready to run. */
export interface Rule extends Omit<RuleSettings, 'options'> {
  readonly inspector: Inspector;
}

/**
 * Makes runnable rules from settings whose options were already checked against the detectors' schemas.
 * @throws Fault `ERR_CONFIG` when a detector does not exist.
 */
export function createRules(settings: readonly RuleSettings[], resources: Resources): readonly Rule[] {
  const detectors = DETECTORS as readonly unknown[] as readonly Detector<string, never>[];
  return settings.map((rule) => {
    const detector = detectors.find((candidate) => candidate.meta.id === rule.detector);
    if (detector === undefined) throw new Fault('ERR_CONFIG', `There is no detector "${rule.detector}".`);
    const { options, ...rest } = rule;
    return { ...rest, inspector: detector.create(options as never, resources) };
  });
}

/** The rules as they hold in one exchange. Call it once: what a rule decided is kept by the rule's identity. */
export function bindRules(rules: readonly Rule[], context: ExchangeContext): readonly Rule[] {
  return rules.map((rule) => {
    const bound = rule.inspector.forExchange?.(context);
    return bound === undefined ? rule : { ...rule, inspector: bound };
  });
}

/** True when `rule` looks at texts of this stage and role. */
export function applies(rule: Rule, stage: Stage, role: string): boolean {
  return rule.on.includes(stage) && (rule.roles === undefined || rule.roles.includes(role));
}
