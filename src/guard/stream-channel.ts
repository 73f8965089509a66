import type { SegmentKind } from '../conversation/segment.ts';
import type { Subject } from '../detect/detector.ts';
import { ChannelScan } from './channel-scan.ts';
import { type Redaction, mergeRedactions } from './redaction.ts';
import type { Restorer } from './restorer.ts';
import type { Rule } from './rule.ts';
import { WindowedScan } from './windowed-scan.ts';

/** A text of a streamed answer as it comes in pieces: one block, one part, one tool call's arguments. */
export interface Channel {
  readonly key: string;
  readonly kind: SegmentKind;
  readonly message: number;
  readonly tool: string | undefined;
  readonly subject: Subject;
  readonly scans: readonly (ChannelScan | WindowedScan)[];
  /** Some rule follows it in windows, beside the stream. */
  readonly windowed: boolean;
  /** Units received. */
  length: number;
  /** Units that every enforced rule has decided. */
  decided: number;
  redactions: Redaction[];
  redacted: boolean;
  /** Decided whole: nothing more is expected. */
  closed: boolean;
  /** The provider itself said that it is over. */
  ended: boolean;
  /** Whole text as received, kept only where somebody needs it. */
  original: string;
  /** Puts values back in the place of their placeholders; null where there are none. */
  readonly restorer: Restorer | null;
  /** Arguments of a tool, whole, with values back in place. */
  restored: string | null;
}

/** What one name of a channel (one block, one part) holds of its text. */
export interface Place {
  readonly channel: Channel;
  readonly start: number;
  end: number;
}

export function addRedactions(channel: Channel, redactions: readonly Redaction[]): void {
  if (redactions.length === 0) return;
  // Rules see the text with its values back in place; frames hold it as the model wrote it.
  const restorer = isArguments(channel) ? null : channel.restorer;
  const own = restorer === null ? redactions : redactions.map((range) => restorer.redactionToModel(range));
  channel.redactions = [...mergeRedactions([...channel.redactions, ...own])];
  channel.redacted = true;
}

/** The last words that the rules have read of it. */
export function tailsOf({ scans }: Channel): ReadonlyMap<Rule, string> {
  return new Map(scans.flatMap((scan) => (scan instanceof ChannelScan ? [[scan.rule, scan.tail] as const] : [])));
}

export function holds({ channel, start, end }: Place, text: string): boolean {
  return channel.original.slice(start, end) === text;
}

export function isArguments({ kind }: Channel): boolean {
  return kind === 'tool-arguments';
}

/** What is to be replaced between two offsets. What a rule takes out is not put back. */
export function rangesIn({ redactions, restorer }: Channel, start: number, end: number): readonly Redaction[] {
  const overlapping = redactions.filter((range) => range.start < end && range.end > start);
  const restored = restorer?.between(start, end) ?? [];
  return restored.length === 0 ? overlapping : mergeRedactions([...overlapping, ...restored]);
}

/** True while a rule that may end the stream still looks at what the channel said, even where that has left. */
export function isPending({ scans }: Channel): boolean {
  return scans.some((scan) => scan instanceof WindowedScan && scan.rule.mode === 'enforce' && scan.pending);
}
