import { createHash, randomUUID } from 'node:crypto';
import { Fault } from '../core/fault.ts';
import type { Finding } from '../core/finding.ts';
import type { Action, Mode, Stage } from '../core/verdict.ts';
import { wildcard } from '../core/wildcard.ts';
import type { Detector, ExchangeContext, Inspector, Subject } from '../detect/detector.ts';
import { DETECTORS } from '../detect/registry.ts';
import type { Resources } from '../detect/resources.ts';

/** What a check's failure means; the rule's author chooses, `on-failure.ts` applies. */
export const FAILURE_CHOICES = ['block', 'flag', 'allow'] as const;
export type FailureChoice = (typeof FAILURE_CHOICES)[number];

/** Which messages of a request a rule reads: those that it has not read yet, or every one in every request. */
export const MESSAGE_CHOICES = ['new', 'all'] as const;
export type MessageChoice = (typeof MESSAGE_CHOICES)[number];
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
  readonly origins?: readonly string[] | undefined;
  readonly kinds?: readonly string[] | undefined;
  /** Patterns of tool names. */
  readonly tools?: readonly string[] | undefined;
  readonly messages?: MessageChoice | undefined;
  readonly action: Action;
  readonly mode: Mode;
  /** With `redact` on input: put the values back where the answer has their placeholders. */
  readonly restore?: boolean | undefined;
  readonly onFailure: FailureChoice;
  /** Milliseconds that an asynchronous check may take. */
  readonly timeout: number;
  /** UTF-16 units that are inspected at most; a longer text is a failed check. */
  readonly maxText: number;
  /** For detectors that cannot follow a stream. Absent: `full`. */
  readonly release?: Release | undefined;
  readonly options: unknown;
}

/** Says which entry of the allow-list covers a finding in a text; null when none does. */
export type Allows = (rule: Rule, finding: Finding, text: string, subject: Subject) => string | null;

/** A rule ready to run. */
export interface Rule extends Omit<RuleSettings, 'options'> {
  readonly inspector: Inspector;
  /**
   * Stands for everything that a verdict on one text depends on besides the text: detector, options and what it was
   * bound to. Absent: its verdicts are not remembered.
   */
  readonly verdictKey?: string;
  /** Stands for the rule as it is written. */
  readonly policyKey?: string;
  /** Stands for what the rule was bound to; absent when its verdicts do not depend on the exchange. */
  readonly contextKey?: string;
  /** True for the names of tools that the rule is about. Absent: it is about all texts. */
  readonly isTool?: (name: string) => boolean;
  readonly allows?: Allows | undefined;
}

/**
 * Makes runnable rules from settings whose options were already checked against the detectors' schemas.
 * @throws Fault `ERR_CONFIG` when a detector does not exist.
 */
export function createRules(settings: readonly RuleSettings[], resources: Resources): readonly Rule[] {
  return settings.map((rule) => createRule(rule, resources));
}

/** @throws Fault `ERR_CONFIG` when the detector does not exist. */
export function createRule(rule: RuleSettings, resources: Resources): Rule {
  const detectors = DETECTORS as readonly unknown[] as readonly Detector<string, never>[];
  const detector = detectors.find((candidate) => candidate.meta.id === rule.detector);
  if (detector === undefined) throw new Fault('ERR_CONFIG', `There is no detector "${rule.detector}".`);
  const { options, ...rest } = rule;
  const patterns = rule.tools?.map(wildcard);
  let outside = false;
  const watched: Resources = {
    encoder: (settings) => ((outside = true), resources.encoder(settings)),
    judge: (settings) => ((outside = true), resources.judge(settings)),
    canaries: () => resources.canaries(),
  };
  const inspector = detector.create(options as never, watched);
  return {
    ...rest,
    messages: messagesOf(rule),
    inspector,
    // A model that was replaced has the same settings: what one said holds as long as it is in use.
    verdictKey: digest([rule.detector, options, rule.maxText, outside ? randomUUID() : '']),
    policyKey: digest(rule),
    ...(patterns === undefined ? {} : { isTool: (name: string) => patterns.some((matches) => matches(name)) }),
  };
}

/**
 * What a redaction leaves out of one request comes again with the next, so it reads everything; what blocks does so
 * once, when the message is new.
 */
export function messagesOf(rule: Pick<RuleSettings, 'action' | 'messages'>): MessageChoice {
  return rule.action === 'redact' ? 'all' : (rule.messages ?? 'new');
}

/** The rules as they hold in one exchange. Call it once: what a rule decided is kept by the rule's identity. */
export function bindRules(rules: readonly Rule[], context: ExchangeContext, allows?: Allows): readonly Rule[] {
  if (allows === undefined && rules.every(({ inspector }) => inspector.forExchange === undefined)) return rules;
  let whole: string | null = null;
  return rules.map((rule) => {
    const bound = rule.inspector.forExchange?.(context);
    if (bound === undefined) return allows === undefined ? rule : { ...rule, allows };
    const { verdictKey, ...rest } = rule;
    // Verdicts on answers are not remembered, and hashing a conversation takes its time.
    if (verdictKey === undefined || !rule.on.includes('input')) return { ...rest, inspector: bound, allows };
    const contextKey = bound.boundTo ?? (whole ??= digest(context));
    return { ...rest, inspector: bound, allows, verdictKey: `${verdictKey}/${contextKey}`, contextKey };
  });
}

/** What of a text decides whether a rule reads it. */
type Read = Pick<Subject, 'role' | 'origin' | 'kind' | 'tool'>;

/**
 * True when `rule` reads such texts at this stage. A rule about certain tools reads what they are called with and what
 * they answer, and both also where it is not known whose they are.
 */
export function reads(rule: Rule, stage: Stage, { role, origin, kind, tool }: Read): boolean {
  if (!rule.on.includes(stage)) return false;
  if (rule.roles !== undefined && !rule.roles.includes(role)) return false;
  if (rule.origins !== undefined && !rule.origins.includes(origin)) return false;
  if (rule.kinds !== undefined && !rule.kinds.includes(kind)) return false;
  if (rule.isTool === undefined) return true;
  return tool === undefined ? origin === 'tool' || kind.startsWith('tool-') : rule.isTool(tool);
}

/** True when `rule` may read some of what a model says. */
export function readsAnswers(rule: Rule): boolean {
  return (
    rule.on.includes('output') &&
    (rule.roles?.includes('assistant') ?? true) &&
    (rule.origins?.includes('model') ?? true)
  );
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
