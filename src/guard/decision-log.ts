import type { Finding } from '../core/finding.ts';
import type { Outcome } from '../core/outcome.ts';
import { type Action, type Decision, type Evidence, type Stage, type StreamShadow, stricter } from '../core/verdict.ts';
import { onFailure } from './on-failure.ts';
import type { Rule } from './rule.ts';

/** Evidence entries kept per decision; the rest is counted in `reason`. Keeps a record within the ledger's entry size. */
const MAX_EVIDENCE = 32;

/** Where a finding stands, in UTF-16 units of a segment's text. */
export interface Mark {
  readonly segment: string;
  readonly start: number;
  readonly end: number;
}

export interface Place {
  readonly segment: string;
  readonly role: string;
  readonly origin: string;
}

interface Entry {
  status: Decision['status'];
  reason: string | undefined;
  evidence: Evidence[];
  dropped: number;
  millis: number;
  /** Stricter than the rule's own action, where that could not be carried out. */
  forced: Action;
  /** Something was found that no entry of the allow-list covers. */
  active: boolean;
  /** Ids of the entries of the allow-list that covered something. */
  allowedBy: Set<string>;
  /** Rules in shadow mode, on streams: what they would have held back and stopped. */
  shadow: StreamShadow | null;
}

/** A place where an enforced rule stopped the exchange: the last segment that it took for it. */
export interface Stop {
  readonly rule: Rule;
  readonly segment: string;
}

const RANK = { clean: 0, skipped: 1, found: 2, failed: 3 } as const;

/** Gathers what every rule said over one exchange into one decision per rule and stage. */
export class DecisionLog {
  readonly #entries = new Map<Rule, Map<Stage, Entry>>();
  readonly #marks: (Mark & { readonly stage: Stage; readonly rule: string })[] = [];
  /** Segments with a failed check, as `stage segment`. */
  readonly #unchecked = new Set<string>();
  readonly #stops: (Stop & { readonly stage: Stage })[] = [];
  #action: Action = 'allow';
  #cause: { rule: Rule; stage: Stage } | null = null;

  /** The strictest action of all enforced decisions so far. */
  get action(): Action {
    return this.#action;
  }

  /** The rule that asked for `action` first. */
  get cause(): { readonly rule: Rule; readonly stage: Stage } | null {
    return this.#cause;
  }

  /** A person looked at what a rule sent to review, and let it go on. A block stays one. */
  consented(): void {
    if (this.#action !== 'review') return;
    this.#action = 'redact';
    this.#cause = null;
  }

  /** Every place of one segment where a rule found something, also those beyond what is kept as evidence. */
  marks(stage: Stage, segment: string): readonly (Mark & { readonly rule: string })[] {
    return this.#marks.filter((mark) => mark.stage === stage && mark.segment === segment);
  }

  /** False when a check of this segment failed or did not take place: nobody knows what it holds. */
  checked(stage: Stage, segment: string): boolean {
    return !this.#unchecked.has(`${stage} ${segment}`);
  }

  /** What stopped the exchange at this stage: findings that block or ask for a person, and failures that do. */
  stops(stage: Stage): readonly Stop[] {
    return this.#stops.filter((stop) => stop.stage === stage);
  }

  /** Notes that a rule ran and how long it took, whatever came of it. */
  ran(rule: Rule, stage: Stage, millis: number): void {
    this.#entry(rule, stage).millis += millis;
  }

  outcome(rule: Rule, stage: Stage, outcome: Outcome, place: Place): void {
    switch (outcome.status) {
      case 'clean':
        this.#entry(rule, stage);
        return;
      case 'skipped':
        this.#unchecked.add(`${stage} ${place.segment}`);
        this.#raise(rule, stage, 'skipped', outcome.reason);
        return;
      case 'failed':
        this.#unchecked.add(`${stage} ${place.segment}`);
        this.#raise(rule, stage, 'failed', outcome.reason);
        this.#stop(rule, stage, onFailure(rule), place.segment);
        this.#act(rule, stage, onFailure(rule));
        return;
      case 'found':
        for (const finding of outcome.findings) this.found(rule, stage, finding, place);
    }
  }

  /** @param others the rest of a finding that goes over several segments; `finding.span` is what the first one holds. */
  found(rule: Rule, stage: Stage, finding: Finding, place: Place, others: readonly Mark[] = []): void {
    this.#marks.push(
      { stage, rule: finding.rule, segment: place.segment, start: finding.span.start, end: finding.span.end },
      ...others.map((other) => ({ stage, rule: finding.rule, ...other })),
    );
    const entry = this.#raise(rule, stage, 'found', undefined);
    if (entry.evidence.length < MAX_EVIDENCE) {
      entry.evidence.push({
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message,
        mask: finding.mask,
        segment: place.segment,
        role: place.role,
        origin: place.origin,
        span: finding.span,
        ...(finding.score === undefined ? {} : { score: finding.score }),
        ...(finding.allowed === undefined ? {} : { allowed: finding.allowed }),
      });
    } else {
      entry.dropped += 1;
    }
    if (finding.allowed !== undefined) {
      entry.allowedBy.add(finding.allowed);
      return;
    }
    entry.active = true;
    this.#stop(rule, stage, rule.action, others.at(-1)?.segment ?? place.segment);
    this.#act(rule, stage, rule.action);
  }

  /** Earlier messages that this rule had stopped were taken out of the request, or stop it again. */
  stoppedBefore(rule: Rule, stage: Stage, action: 'redact' | 'block', reason: string): void {
    const entry = this.#raise(rule, stage, 'found', undefined);
    entry.forced = stricter(entry.forced, action);
    entry.reason = entry.reason === undefined ? reason : `${entry.reason}; ${reason}`;
    this.#act(rule, stage, action);
  }

  /** What a rule in shadow mode would have done to a stream. */
  shadowed(rule: Rule, held: number, stoppedAt: number | null): void {
    const entry = this.#entry(rule, 'output');
    const before = entry.shadow;
    entry.shadow = {
      held: Math.max(held, before?.held ?? 0),
      stoppedAt: before?.stoppedAt ?? stoppedAt,
    };
  }

  /** The rule's own action cannot be carried out: it becomes `block`. */
  escalate(rule: Rule, stage: Stage, reason: string): void {
    const entry = this.#entry(rule, stage);
    entry.forced = 'block';
    entry.reason = reason;
    this.#act(rule, stage, 'block');
  }

  /**
   * Something that no rule could look at. It is recorded as `skipped` with its place, never as clean, and `action` is what that means.
   * @param rule stands for the configuration's say about such things (`guard.uninspectable`).
   */
  notRun(rule: Rule, stage: Stage, action: Action, what: Pick<Evidence, 'rule' | 'message'>, place: Place): void {
    const entry = this.#raise(rule, stage, 'skipped', what.message);
    entry.forced = stricter(entry.forced, action);
    // The reason tells of what decided.
    if (stricter(this.#action, action) !== this.#action) entry.reason = what.message;
    if (entry.evidence.length < MAX_EVIDENCE) {
      const { segment, role, origin } = place;
      entry.evidence.push({ ...what, severity: 'info', mask: '', segment, role, origin, span: { start: 0, end: 0 } });
    } else {
      entry.dropped += 1;
    }
    this.#act(rule, stage, action);
  }

  /** A remark beside what was decided, such as what the rule looked at. It changes nothing; of several the first stays. */
  remark(rule: Rule, stage: Stage, remark: string, millis = 0): void {
    const entry = this.#entry(rule, stage);
    entry.reason ??= remark;
    entry.millis += millis;
  }

  /** Takes over what another log gathered when that was stricter than anything here (a repeated text judged anew). */
  adoptIfStricter(other: DecisionLog): void {
    if (stricter(this.#action, other.#action) === this.#action) return;
    this.#action = other.#action;
    this.#cause = other.#cause;
    for (const [rule, stages] of other.#entries) {
      for (const [stage, theirs] of stages) {
        const entry = this.#raise(rule, stage, theirs.status, theirs.reason);
        entry.evidence.push(...theirs.evidence.slice(0, MAX_EVIDENCE - entry.evidence.length));
        entry.active ||= theirs.active;
      }
    }
    this.#marks.push(...other.#marks);
    for (const place of other.#unchecked) this.#unchecked.add(place);
    this.#stops.push(...other.#stops);
  }

  decisions(): readonly Decision[] {
    const list: Decision[] = [];
    for (const [rule, stages] of this.#entries) {
      for (const [stage, entry] of stages) {
        const action = stricter(entry.forced, actionOf(rule, entry));
        const more = entry.dropped > 0 ? `${entry.dropped} more findings` : undefined;
        const allowed =
          entry.allowedBy.size > 0 ? `allowed by ${[...entry.allowedBy].slice(0, 8).join(', ')}` : undefined;
        const reason = [entry.reason, allowed, more].filter((part) => part !== undefined).join('; ');
        list.push({
          rule: rule.id,
          detector: rule.detector,
          stage,
          mode: rule.mode,
          status: entry.status,
          action,
          ...(reason === '' ? {} : { reason }),
          evidence: entry.evidence,
          ...(entry.shadow === null ? {} : { shadow: entry.shadow }),
          millis: Math.round(entry.millis * 1000) / 1000,
        });
      }
    }
    return list;
  }

  #entry(rule: Rule, stage: Stage): Entry {
    let stages = this.#entries.get(rule);
    if (stages === undefined) this.#entries.set(rule, (stages = new Map()));
    let entry = stages.get(stage);
    if (entry === undefined) {
      entry = {
        status: 'clean',
        reason: undefined,
        evidence: [],
        dropped: 0,
        millis: 0,
        forced: 'allow',
        active: false,
        allowedBy: new Set(),
        shadow: null,
      };
      stages.set(stage, entry);
    }
    return entry;
  }

  #raise(rule: Rule, stage: Stage, status: Decision['status'], reason: string | undefined): Entry {
    const entry = this.#entry(rule, stage);
    if (RANK[status] > RANK[entry.status]) {
      entry.status = status;
      entry.reason = reason;
    }
    return entry;
  }

  #stop(rule: Rule, stage: Stage, action: Action, segment: string): void {
    if (rule.mode === 'enforce' && (action === 'block' || action === 'review'))
      this.#stops.push({ rule, stage, segment });
  }

  #act(rule: Rule, stage: Stage, action: Action): void {
    if (rule.mode !== 'enforce') return;
    const next = stricter(this.#action, action);
    if (next !== this.#action) {
      this.#action = next;
      this.#cause = { rule, stage };
    }
  }
}

/** A rule that both found something and failed asks for the stricter of its two answers. */
function actionOf(rule: Rule, entry: Entry): Action {
  const found = entry.active ? rule.action : 'allow';
  return entry.status === 'failed' ? stricter(found, onFailure(rule)) : found;
}
