import { Fault } from '../../core/fault.ts';
import { type Decision, type Evidence, STAGES, type Stage } from '../../core/verdict.ts';
import type { KeptSegment } from '../../core/exchange.ts';
import { isMasked } from '../replay.ts';
import type { Runtime } from '../runtime.ts';
import { readCount, readText } from './read-json.ts';

/** A finding of a recorded exchange. */
export interface RecordedFinding {
  readonly decision: Decision;
  readonly evidence: Evidence;
  /** The text that it was found in, as it came; null when that was not kept. */
  readonly text: string | null;
}

/**
 * Finds what `{exchange, rule, stage, index}` names.
 * @throws Fault `ERR_REQUEST_INVALID`, `ERR_NOT_FOUND`, `ERR_STORE`.
 */
export async function findRecorded(
  runtime: Runtime,
  place: Readonly<Record<string, unknown>>,
): Promise<RecordedFinding> {
  const id = readText(place, 'exchange');
  const rule = readText(place, 'rule');
  const stage = readStage(place);
  const index = readCount(place, 'index', { least: 0, most: 1000 });
  const stored = await runtime.store.exchange(id);
  const decision = stored?.exchange.decisions.find((one) => one.rule === rule && one.stage === stage);
  const evidence = decision?.evidence[index];
  if (stored === null || decision === undefined || evidence === undefined) {
    throw new Fault('ERR_NOT_FOUND', 'There is no such finding in a recorded exchange.');
  }
  const content = stored.exchange.contentDigest === null ? null : await runtime.store.content(id);
  const segments = content?.segments.filter((kept) => kept.stage === stage && kept.segment === evidence.segment) ?? [];
  return { decision, evidence, text: textOf(segments, evidence) };
}

function textOf(segments: readonly KeptSegment[], { span }: Evidence): string | null {
  const [kept] = segments;
  if (kept === undefined || isMasked([kept]) || span.end > kept.text.length) return null;
  return kept.text;
}

function readStage(place: Readonly<Record<string, unknown>>): Stage {
  const stage = STAGES.find((candidate) => candidate === place['stage']);
  if (stage !== undefined) return stage;
  throw new Fault('ERR_REQUEST_INVALID', `This must be one of ${STAGES.join(', ')}.`, { where: 'stage' });
}
