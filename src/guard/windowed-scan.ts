import { isPromise, type Steps, wait } from '../core/drive.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Subject } from '../detect/detector.ts';
import type { DecisionLog, Place } from './decision-log.ts';
import { inspectText } from './inspect-text.ts';
import { type Redaction, toRedaction } from './redaction.ts';
import type { Rule } from './rule.ts';

/** Units before a window that are shown with it: what lies within this of a border is never seen only in halves. */
export const LOOK_BEHIND = 512;
/** Units from which a window ends with a sentence, and units at which it ends wherever that is. */
const LEAST_WINDOW = 256;
const MOST_WINDOW = 1024;
/** Windows of one channel that are looked at at once; the stream waits before there are more. */
const MOST_CHECKS = 4;

const NO_REDACTIONS: readonly Redaction[] = Object.freeze([]);

/** One window on its way through the detector. Offsets are absolute. */
interface Check {
  readonly start: number;
  readonly end: number;
  /** No text follows it. */
  final: boolean;
  /** Null while it runs. */
  outcome: Outcome | null;
  readonly settled: Promise<void> | null;
}

/**
 * One rule whose detector is slow, following one channel of a stream in windows: at the end of a sentence, or after
 * `MOST_WINDOW` units, the window goes to the detector with the `LOOK_BEHIND` units before it, while the stream goes on.
 *
 * - `release: lag`: text leaves once its window, and every window that still has it in view, was looked at. So nothing leaves
 *   of what the detector finds in any window with its look-behind.
 * - `release: immediate`: text does not wait; what is found later ends the stream and is recorded as late.
 *
 * What is held in memory is bounded by `MOST_CHECKS` windows. Offsets are absolute: UTF-16 units from the channel's beginning.
 */
export class WindowedScan {
  readonly rule: Rule;
  readonly #log: DecisionLog;
  readonly #subject: Subject;
  readonly #place: Place;
  readonly #wake: () => void;
  readonly #signal: AbortSignal;
  readonly #lags: boolean;
  /** Text that is in no window yet, with look-behind before it. */
  #text = '';
  /** Absolute offset of its first unit. */
  #start = 0;
  /** Absolute offset where the next window begins. */
  #cut = 0;
  /** Absolute offset up to which everything is decided. */
  #decided = 0;
  /** Absolute offset up to which findings were reported: what two windows see is one finding. */
  #reported = 0;
  #checks: Check[] = [];
  #over = false;

  /** @param wake called whenever a check is done, so that what waited for it can leave. */
  constructor(
    rule: Rule,
    log: DecisionLog,
    subject: Subject,
    place: Place,
    on: { readonly wake: () => void; readonly signal: AbortSignal },
  ) {
    this.rule = rule;
    this.#log = log;
    this.#subject = subject;
    this.#place = place;
    this.#wake = on.wake;
    this.#signal = on.signal;
    this.#lags = rule.release !== 'immediate';
    log.outcome(rule, 'output', { status: 'clean' }, place);
  }

  get decided(): number {
    return this.#lags ? this.#decided : this.#end;
  }

  /** True while a window is being looked at. */
  get pending(): boolean {
    return this.#checks.length > 0;
  }

  get #end(): number {
    return this.#start + this.#text.length;
  }

  /**
   * Takes the next piece of the channel's text (`final` when none follows). Waits only while `MOST_CHECKS` windows are
   * being looked at.
   * @returns redactions that became certain.
   */
  *push(text: string, final: boolean): Steps<readonly Redaction[]> {
    // Text after the end is checked at once: no more of it may come, and an end does not come twice.
    const last = final || this.#over;
    this.#over = last;
    this.#text += text;
    let redactions = NO_REDACTIONS;
    for (;;) {
      const end = last && this.#end - this.#cut <= MOST_WINDOW ? this.#end : this.#windowEnd();
      if (end === null || end === this.#cut) break;
      redactions = joined(redactions, this.collect());
      const oldest = this.#checks.length < MOST_CHECKS ? null : this.#checks[0]!.settled;
      if (oldest !== null) {
        yield* wait(oldest);
        continue;
      }
      this.#look(end);
    }
    redactions = joined(redactions, this.collect());
    if (last) {
      // The end may come after the last window was cut.
      const check = this.#checks.at(-1);
      if (check === undefined) this.#decided = this.#end;
      else check.final = true;
    }
    return redactions;
  }

  /** What has been found since, in order. */
  collect(): readonly Redaction[] {
    let redactions = NO_REDACTIONS;
    for (let check = this.#checks[0]; check?.outcome != null; check = this.#checks[0]) {
      this.#checks.shift();
      redactions = joined(redactions, this.#take(check, check.outcome));
    }
    return redactions;
  }

  /** Waits until every window was looked at. */
  *settle(): Steps<readonly Redaction[]> {
    let redactions = this.collect();
    while (this.#checks.length > 0) {
      const { settled } = this.#checks[0]!;
      if (settled !== null) yield* wait(settled);
      redactions = joined(redactions, this.collect());
    }
    return redactions;
  }

  /** The stream ends before its time. What has left and was not looked at is recorded as that. */
  giveUp(): void {
    const unchecked = this.#checks.length > 0 || this.#cut < this.#end;
    this.#checks = [];
    this.#over = true;
    if (this.#lags || !unchecked) return;
    const reason = 'the stream ended before everything that had left was checked';
    this.#log.outcome(this.rule, 'output', { status: 'skipped', reason }, this.#place);
  }

  /** Where the next window ends; null when it has to grow. Of a long piece, at the last sentence or space that fits. */
  #windowEnd(): number | null {
    const from = this.#cut - this.#start;
    const length = this.#text.length - from;
    if (length < LEAST_WINDOW) return null;
    const most = Math.min(length, MOST_WINDOW);
    let space = -1;
    for (let at = from + most - 1; at >= from + LEAST_WINDOW - 1; at -= 1) {
      const unit = this.#text.charCodeAt(at);
      if (isSentenceEnd(unit, this.#text.charCodeAt(at - 1))) return this.#start + at + 1;
      if (space === -1 && isSpace(unit)) space = at + 1;
    }
    if (length < MOST_WINDOW) return null;
    if (space !== -1) return this.#start + space;
    // Both halves of a surrogate pair stay together.
    const last = this.#text.charCodeAt(from + most - 1);
    return this.#start + from + most - (last >= 0xd800 && last <= 0xdbff ? 1 : 0);
  }

  #look(end: number): void {
    const began = performance.now();
    const start = this.#start;
    const text = this.#text.slice(0, end - start);
    const outcome = inspectText(this.rule, text, this.#subject, this.#signal);
    const count = (): void => this.#log.ran(this.rule, 'output', performance.now() - began);
    if (isPromise(outcome)) {
      const check: Check = {
        start,
        end,
        final: false,
        outcome: null,
        settled: outcome.then((settled) => {
          check.outcome = settled;
          count();
          this.#wake();
        }),
      };
      this.#checks.push(check);
    } else {
      count();
      this.#checks.push({ start, end, final: false, outcome, settled: null });
    }
    this.#cut = end;
    const keep = Math.max(0, end - LOOK_BEHIND - start);
    this.#text = this.#text.slice(keep);
    this.#start += keep;
  }

  #take(check: Check, outcome: Outcome): readonly Redaction[] {
    const redactions: Redaction[] = [];
    if (outcome.status === 'found') {
      for (const finding of outcome.findings) {
        const start = check.start + finding.span.start;
        const end = check.start + finding.span.end;
        if (this.rule.mode === 'enforce' && this.rule.action === 'redact' && end > this.#decided) {
          redactions.push({ ...toRedaction(finding, check.start), start: Math.max(start, this.#decided) });
        }
        if (end <= this.#reported) continue;
        this.#reported = end;
        this.#log.found(this.rule, 'output', { ...finding, span: { start, end } }, this.#place);
        if (!this.#lags) this.#log.remark(this.rule, 'output', 'late: the text had left before it was checked');
      }
    } else if (outcome.status !== 'clean') {
      this.#log.outcome(this.rule, 'output', outcome, this.#place);
    }
    // What this window ends with may be the beginning of what the next one shows.
    this.#decided = check.final ? check.end : Math.max(this.#decided, check.end - LOOK_BEHIND);
    return redactions;
  }
}

/** A full stop, question or exclamation mark with white space behind it; a line's end; the full stops of CJK scripts. */
function isSentenceEnd(unit: number, before: number): boolean {
  if (unit === 0x0a || unit === 0x3002 || unit === 0xff01 || unit === 0xff1f) return true;
  return isSpace(unit) && (before === 0x2e || before === 0x21 || before === 0x3f);
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0x3000;
}

function joined(a: readonly Redaction[], b: readonly Redaction[]): readonly Redaction[] {
  if (a.length === 0) return b;
  return b.length === 0 ? a : [...a, ...b];
}
