import type { Segment } from '../../conversation/segment.ts';
import type { Stage } from '../../core/verdict.ts';
import type { Gap, Reading } from '../../formats/extraction.ts';
import type { DecisionLog } from '../decision-log.ts';
import { type Rule, reads } from '../rule.ts';
import type { FileReader } from './file-reader.ts';
import type { FileSettings } from './file-settings.ts';
import { inlineBytes } from './inline-bytes.ts';

const STAND_IN = {
  detector: 'files',
  on: ['input', 'output'],
  action: 'allow',
  mode: 'enforce',
  onFailure: 'block',
  timeout: 0,
  maxText: 0,
  inspector: { inspect: () => [] },
} as const satisfies Omit<Rule, 'id'>;

/** Stands for `guard.uninspectable` among the rules whose decisions are recorded. */
export const UNINSPECTABLE: Rule = { id: 'uninspectable', ...STAND_IN };

/** The same where every rule that looks is in shadow and the operator chose nothing: it is recorded, and changes nothing. */
const UNINSPECTABLE_SHADOW: Rule = { ...UNINSPECTABLE, mode: 'shadow' };

/** Under this name the record says which files were read, and what else they have: scripts, macros, hidden text. */
const FILES: Rule = { id: 'files', ...STAND_IN };

/** Characters of the remark about what was read. */
const MAX_REMARK = 400;

/** Files of one message body that are looked at; more are not read. */
const MAX_FILES = 200;

export interface FileReading {
  readonly reader: FileReader;
  readonly settings: FileSettings;
  readonly rules: readonly Rule[];
  readonly log: DecisionLog;
}

/**
 * Takes the text out of the images and files of a request or an answer, as segments of origin `document` for the rules to look at, and
 * writes to the log what could not be read: a decision of its own that says what happens then, and `skipped` in
 * every rule that would have looked.
 * @param body the parsed body that the segments were read from.
 */
export async function readFiles(
  stage: Stage,
  body: unknown,
  segments: readonly Segment[],
  { reader, settings, rules, log }: FileReading,
): Promise<readonly Segment[]> {
  const texts: Segment[] = [];
  const deadline = performance.now() + settings.timeout;
  let room = settings.limits.text;
  let files = 0;
  let millis = 0;
  const formats = new Set<string>();
  const notes = new Set<string>();
  for (const segment of segments) {
    if (segment.kind !== 'media') continue;
    const looking = rules.filter((rule) => reads(rule, stage, { ...segment, origin: 'document', kind: 'text' }));
    if (looking.length === 0 && !settings.explicit) continue;
    files += 1;
    const began = performance.now();
    const reading = await readOne(body, segment, files, room, deadline, reader, settings);
    millis += performance.now() - began;
    for (const format of reading.formats) formats.add(format);
    for (const one of reading.notes) notes.add(one);
    for (const { part, text, hidden } of reading.pieces) {
      room -= text.length;
      texts.push(toText(segment, part, text, hidden));
    }
    const missing = decisive(reading.gaps);
    for (const gap of missing) note(gap, stage, segment, looking, settings, log);
  }
  if (formats.size > 0) {
    const also = notes.size === 0 ? '' : `; also: ${[...notes].join(', ')}`;
    log.remark(
      FILES,
      stage,
      `Read ${[...formats].join(', ')}: ${texts.length} texts${also}`.slice(0, MAX_REMARK),
      millis,
    );
  }
  return texts;
}

async function readOne(
  body: unknown,
  segment: Segment,
  number: number,
  room: number,
  deadline: number,
  reader: FileReader,
  { limits }: FileSettings,
): Promise<Reading> {
  if (number > MAX_FILES) return gapOnly({ reason: 'limit', part: '', what: `one of more than ${MAX_FILES} files` });
  const inline = inlineBytes(body, segment, limits.bytes);
  if (inline.kind === 'gap') return gapOnly(inline.gap);
  // No text of its own is left for it, but whether it has any is not known before it is read.
  return reader.read(inline.bytes, { ...limits, text: Math.max(0, room) }, deadline - performance.now());
}

function gapOnly(gap: Gap): Reading {
  return { formats: [], pieces: [], gaps: [gap], notes: [] };
}

/** What a file's gaps come to: one of each reason, the whole file's first. */
function decisive(gaps: readonly Gap[]): readonly Gap[] {
  const byReason = new Map<string, Gap>();
  for (const gap of gaps) {
    const known = byReason.get(gap.reason);
    if (known === undefined || (known.part !== '' && gap.part === '')) byReason.set(gap.reason, gap);
  }
  return [...byReason.values()];
}

function note(
  { reason, part, what }: Gap,
  stage: Stage,
  segment: Segment,
  looking: readonly Rule[],
  settings: FileSettings,
  log: DecisionLog,
): void {
  const id = part === '' ? segment.id : `${segment.id}#${part}`;
  const place = { segment: id, role: segment.role, origin: 'document' };
  const message = `Not inspected (${reason}): ${what}.`.replace(/\.\.$/, '.');
  const enforced = settings.explicit || looking.some(({ mode }) => mode === 'enforce');
  log.notRun(
    enforced ? UNINSPECTABLE : UNINSPECTABLE_SHADOW,
    stage,
    settings.actionFor(reason),
    { rule: `uninspectable/${reason}`, message },
    place,
  );
  for (const rule of looking)
    log.outcome(rule, stage, { status: 'skipped', reason: `not run on ${id} (${reason})` }, place);
}

function toText(segment: Segment, part: string, text: string, hidden: boolean): Segment {
  const { id, path, role, message, tool, call } = segment;
  return {
    id: `${id}#${part}`,
    path,
    role,
    origin: 'document',
    kind: 'text',
    text,
    message,
    file: { hidden },
    ...(tool === undefined ? {} : { tool }),
    ...(call === undefined ? {} : { call }),
  };
}
