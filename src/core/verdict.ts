import type { Severity } from './severity.ts';
import type { Span } from './span.ts';

/** What a rule asks for when it matches, mildest first; of several, the strictest enforced one wins. */
export const ACTIONS = ['allow', 'flag', 'redact', 'review', 'block'] as const;
export type Action = (typeof ACTIONS)[number];

/** `shadow` runs the same code and records what it would have done, and changes nothing. */
export const MODES = ['enforce', 'shadow'] as const;
export type Mode = (typeof MODES)[number];

export const STAGES = ['input', 'output'] as const;
export type Stage = (typeof STAGES)[number];

/** A finding with the place it was found in, as it is written to the store and the ledger. */
export interface Evidence {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly mask: string;
  /** The segment's id: its JSON path in the request, response or stream channel, for example `messages[1].content`. */
  readonly segment: string;
  readonly role: string;
  readonly origin: string;
  readonly span: Span;
  readonly score?: number;
  /** Id of the allow-list entry that covers it: nothing was done about it. */
  readonly allowed?: string;
}

/** What a rule in shadow mode would have done to a stream, in UTF-16 units of one of its texts. */
export interface StreamShadow {
  /** Most that it would have held back at once. */
  readonly held: number;
  /** Units of the text that would have left before it stopped the stream; null when it would not have. */
  readonly stoppedAt: number | null;
}

/** One rule's decision on one stage of one exchange. */
export interface Decision {
  /** The rule's id in the configuration. */
  readonly rule: string;
  readonly detector: string;
  readonly stage: Stage;
  readonly mode: Mode;
  readonly status: 'clean' | 'found' | 'failed' | 'skipped';
  /** What was done (or, in shadow mode, would have been). `allow` when nothing was found. */
  readonly action: Action;
  readonly reason?: string;
  readonly evidence: readonly Evidence[];
  /** Streams, rules in shadow mode. */
  readonly shadow?: StreamShadow;
  /** Time spent in the detector, in milliseconds. */
  readonly millis: number;
}

/** The stricter of two actions. */
export function stricter(a: Action, b: Action): Action {
  return ACTIONS.indexOf(a) >= ACTIONS.indexOf(b) ? a : b;
}
