import type { Answer } from './answer.ts';
import type { Asked } from './asked.ts';
import type { Frame } from './frame.ts';
import type { Scenario } from './scenario.ts';

/** What a writer puts a provider's format around. */
export interface Saying {
  readonly asked: Asked;
  readonly scenario: Scenario;
  readonly answer: Answer;
  /** Unique on this server: the number in every id of this answer. */
  readonly serial: number;
  /** Seconds since the epoch. */
  readonly created: number;
}

/** One answer in one provider's format, whole and as a stream. */
export interface Wire {
  readonly body: object;
  readonly frames: readonly Frame[];
  /** The frame that reports an error in the middle of a stream, after `sent` frames. */
  errorFrame(sent: number): Frame;
}

export const serialId = (prefix: string, serial: number): string => `${prefix}${String(serial).padStart(24, '0')}`;

/** Takes one item from each list in turn, as a provider does with several choices. */
export function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
