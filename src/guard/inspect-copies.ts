import type { Steps } from '../core/drive.ts';
import type { Segment } from '../conversation/segment.ts';
import type { Copy } from '../conversation/surface.ts';
import type { JsonEdit } from '../text/json/splice-json.ts';
import { DecisionLog } from './decision-log.ts';
import type { Piece } from './held-frame.ts';
import { inspecting } from './inspect-segments.ts';
import { redact } from './redaction.ts';
import { Restorer, restoreText, type Restoring } from './restorer.ts';
import type { Rule } from './rule.ts';
import { holds, type Place } from './stream-channel.ts';

/** By what copies are inspected. */
export interface CopyInspection {
  readonly rules: readonly Rule[];
  /** Rules that do not follow streams in windows. */
  readonly wholeRules: readonly Rule[];
  readonly log: DecisionLog;
  readonly restoring: Restoring | null;
  readonly placeOf: (channel: string) => Place | undefined;
}

/**
 * Repeated whole copies of a channel's text are inspected as whole texts; what was redacted there is redacted here.
 * A copy whose text is still undecided waits for it: it becomes one of the frame's `pieces`.
 */
export function* inspectCopies(
  copies: readonly Copy[],
  pieces: Piece[],
  { rules: allRules, wholeRules, log: mainLog, restoring, placeOf }: CopyInspection,
): Steps<readonly JsonEdit[]> {
  const edits: JsonEdit[] = [];
  for (const copy of copies) {
    const place = placeOf(copy.channel);
    const repeated = place !== undefined && place.end - place.start === copy.text.length;
    const restorer = restoring === null ? null : new Restorer(restoring);
    const whole =
      restoring === null
        ? copy.text
        : copy.kind === 'tool-arguments'
          ? restoreText(restoring, copy.kind, copy.text)
          : restorer!.push(copy.text, true);
    const segment = toSegment({ id: copy.channel, kind: copy.kind, message: copy.message, text: whole });
    // What the deltas already showed is not evidence twice; what only the copy shows is.
    const log = repeated ? new DecisionLog() : mainLog;
    // What slow detectors saw in windows they need not see again: the very same text has the same findings.
    const seen = repeated && copy.kind === 'text' && place.channel.windowed && holds(place, copy.text);
    const rules = seen ? wholeRules : allRules;
    const redactions = (yield* inspecting(rules, 'output', [segment], log)).get(segment) ?? [];
    const text = redact(whole, redactions);
    if (repeated) mainLog.adoptIfStricter(log);
    if (repeated && copy.kind === 'text') {
      const { channel, start, end } = place;
      const own = redactions.map((range) => {
        const found = restorer?.redactionToModel(range) ?? range;
        return { ...found, start: found.start + start, end: found.end + start };
      });
      pieces.push({ channel, start, end, path: copy.path, text: copy.text, own });
    } else if (text !== copy.text) {
      edits.push({ path: copy.path, value: text });
    }
  }
  return edits;
}

function toSegment(from: Pick<Segment, 'id' | 'kind' | 'message' | 'text'>): Segment {
  return { ...from, path: [], role: 'assistant', origin: 'model' };
}
