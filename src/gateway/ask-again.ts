import type { Answer } from './answer.ts';
import type { CallStops } from '../conversation/call-stops.ts';

/** Asks the model again behind its own answer; null where that cannot be done. */
export type AskAgain = (stops: CallStops, said: unknown, errors: ReadonlyMap<string, string>) => Promise<Answer | null>;
