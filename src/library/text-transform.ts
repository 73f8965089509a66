import { drive, type Steps } from '../core/drive.ts';
import { Fault } from '../core/fault.ts';
import { ChannelScan } from '../guard/channel-scan.ts';
import { DecisionLog } from '../guard/decision-log.ts';
import { mergeRedactions, redact, type Redaction } from '../guard/redaction.ts';
import { reads, type Rule } from '../guard/rule.ts';
import { stopFault } from '../guard/stop-fault.ts';
import type { Subject } from '../detect/detector.ts';
import { toVerdict, type Verdict } from './verdict.ts';

/** A plain text on its way from a model to a reader. */
export interface TextTransform extends TransformStream<string, string> {
  /** What was decided so far. */
  readonly verdict: Verdict;
}

/** Units of one text that may wait for a check: as many as a rule inspects by default. */
const MAX_HELD = 4 * 1024 * 1024;

/**
 * Lets a text through piece by piece, held back only where a rule may still find something, with redactions made.
 * The stream errors with `ERR_BLOCKED`, `ERR_REVIEW` or `ERR_CHECK_FAILED` when a rule says stop; nothing that the rule
 * forbids has left by then.
 */
export function transformText(allRules: readonly Rule[], subject: Subject): TextTransform {
  const rules = allRules.filter((rule) => reads(rule, 'output', subject));
  const log = new DecisionLog();
  const place = { segment: 'text', role: subject.role, origin: subject.origin };
  const scans = rules.map((rule) => new ChannelScan(rule, log, subject, place));
  let text = '';
  /** Where `text` begins, in units of the whole. */
  let start = 0;
  let redactions: readonly Redaction[] = [];

  function* take(piece: string, final: boolean): Steps<string> {
    text += piece;
    let decided = start + text.length;
    for (const scan of scans) {
      const found = yield* scan.push(piece, final);
      if (found.length > 0) redactions = mergeRedactions([...redactions, ...found]);
      if (scan.rule.mode === 'enforce') decided = Math.min(decided, scan.decided);
    }
    const stop = stopFault(log, 'text');
    if (stop !== null) throw stop;
    if (text.length - (decided - start) > MAX_HELD) {
      throw new Fault('ERR_CHECK_FAILED', `More than ${MAX_HELD} units of the text would have to be held back.`);
    }
    // A match that begins in what may leave and ends beyond it leaves as its placeholder, and its rest goes later.
    const out = redact(text.slice(0, decided - start), redactions, start);
    text = text.slice(decided - start);
    start = decided;
    redactions = redactions.filter(({ end }) => end > start);
    return out;
  }

  const stream = new TransformStream<string, string>({
    async transform(piece, controller) {
      const out = await drive(take(piece, false));
      if (out !== '') controller.enqueue(out);
    },
    async flush(controller) {
      const out = await drive(take('', true));
      if (out !== '') controller.enqueue(out);
    },
  });
  return Object.defineProperty(stream, 'verdict', { get: () => toVerdict(log) }) as TextTransform;
}
