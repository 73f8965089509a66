import { isPromise, type Steps, wait } from '../core/drive.ts';
import type { Finding } from '../core/finding.ts';
import type { Subject } from '../detect/detector.ts';
import type { DecisionLog, Place } from './decision-log.ts';
import { followText, inspectText } from './inspect-text.ts';
import { type Redaction, toRedaction } from './redaction.ts';
import type { Rule } from './rule.ts';

const STOPS: ReadonlySet<string> = new Set(['block', 'review']);
const NO_FINDINGS: readonly Finding[] = Object.freeze([]);
const NO_REDACTIONS: readonly Redaction[] = Object.freeze([]);

/**
 * One rule following one channel of a stream: keeps the part of the text that is still undecided plus the
 * detector's look-behind, and says up to where the text may leave.
 *
 * Offsets are absolute: UTF-16 units from the channel's beginning.
 */
export class ChannelScan {
  readonly rule: Rule;
  readonly #log: DecisionLog;
  readonly #subject: Subject;
  readonly #place: Place;
  /** Undecided text, with look-behind before it. */
  #window = '';
  /** Absolute offset of the window's first unit; below 0 where it begins with the text before this one. */
  #start = 0;
  /** Absolute offset up to which everything is decided. */
  #decided = 0;
  #failed = false;

  /** @param before end of a text that this one goes on with, and that has left: context for what is found here. */
  constructor(rule: Rule, log: DecisionLog, subject: Subject, place: Place, before = '') {
    this.#window = before;
    this.#start = -before.length;
    this.rule = rule;
    this.#log = log;
    this.#subject = subject;
    this.#place = place;
    log.outcome(rule, 'output', { status: 'clean' }, place);
  }

  get decided(): number {
    return this.#decided;
  }

  /** Of a text that has ended: what the rule still needs to see where another text goes on with it. */
  get tail(): string {
    return this.#window;
  }

  /** Units withheld by this rule now. */
  get held(): number {
    return this.#start + this.#window.length - this.#decided;
  }

  /**
   * Takes the next piece of the channel's text (`final` when none follows).
   * @returns redactions that became certain; also advances `decided`.
   */
  *push(text: string, final: boolean): Steps<readonly Redaction[]> {
    this.#window += text;
    if (this.#failed) {
      // What could not be checked is decided by on-failure alone; the check is not tried again on this channel.
      this.#decided = this.#start + this.#window.length;
      return [];
    }
    const streaming = this.rule.inspector.streaming;
    if (streaming === undefined && !final) {
      if (this.rule.mode === 'shadow') this.#shadow(null);
      return this.#checkLength();
    }

    const began = performance.now();
    const { outcome: answer, holdFrom } =
      final || streaming === undefined
        ? { outcome: inspectText(this.rule, this.#window, this.#subject), holdFrom: this.#window.length }
        : followText(this.rule, streaming, this.#window, this.#subject);
    const outcome = isPromise(answer) ? yield* wait(answer) : answer;
    if (outcome.status === 'failed') return this.#fail(outcome.reason, began);
    const findings = outcome.status === 'found' ? outcome.findings : NO_FINDINGS;

    let hold = holdFrom;
    if (streaming !== undefined && this.#window.length - hold > streaming.maxHold) {
      const overdue = streaming.overdue(this.#window, hold);
      if (overdue !== null) {
        this.#report([overdue], Number.POSITIVE_INFINITY);
        // A match whose end is not known cannot be replaced, and its rest must not leave.
        if (this.rule.action === 'redact')
          this.#log.escalate(this.rule, 'output', 'a match grew longer than may be held back');
      }
      hold = this.#window.length;
    }

    const redactions = this.#report(findings, hold);
    this.#decided = Math.max(this.#decided, this.#start + hold);
    if (this.rule.mode === 'shadow') this.#shadow(null);
    const keep = Math.max(0, hold - (streaming?.lookBehind ?? 0));
    if (keep > 0) {
      this.#window = this.#window.slice(keep);
      this.#start += keep;
    }
    this.#log.ran(this.rule, 'output', performance.now() - began);
    return redactions;
  }

  /** Writes down the findings that begin before `limit` (relative to the window): those beyond may still change. */
  #report(findings: readonly Finding[], limit: number): readonly Redaction[] {
    if (findings.length === 0) return NO_REDACTIONS;
    const redactions: Redaction[] = [];
    for (const finding of findings) {
      if (finding.span.start >= limit) continue;
      const start = this.#start + finding.span.start;
      const end = this.#start + finding.span.end;
      if (end <= this.#decided) continue;
      this.#log.found(this.rule, 'output', { ...finding, span: { start: Math.max(start, 0), end } }, this.#place);
      if (finding.allowed !== undefined) continue;
      if (this.rule.mode === 'shadow' && STOPS.has(this.rule.action)) this.#shadow(Math.max(this.#decided, 0));
      if (this.rule.mode === 'enforce' && this.rule.action === 'redact') {
        redactions.push({ ...toRedaction(finding, this.#start), start: Math.max(start, this.#decided) });
      }
    }
    return redactions;
  }

  /** Writes down what an enforced rule would have done here. */
  #shadow(stoppedAt: number | null): void {
    this.#log.shadowed(this.rule, this.held, stoppedAt);
  }

  #checkLength(): readonly Redaction[] {
    if (this.#window.length > this.rule.maxText)
      return this.#fail(`text is longer than the rule's maxText ${this.rule.maxText}`, performance.now());
    return [];
  }

  #fail(reason: string, began: number): readonly Redaction[] {
    this.#failed = true;
    this.#decided = this.#start + this.#window.length;
    this.#log.outcome(this.rule, 'output', { status: 'failed', reason }, this.#place);
    this.#log.ran(this.rule, 'output', performance.now() - began);
    return [];
  }
}
