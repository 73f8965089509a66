import { Fault } from '../../core/fault.ts';
import { readJson } from '../../text/json/read-json.ts';
import type { EndpointAnswer, EndpointRequest } from './http-endpoint.ts';
import { MOST_ANSWER_BYTES } from './http-endpoint.ts';
import type { Sample } from './query-log.ts';

/** How samples are written into a request and scores are read from its answer. */
export interface WireProtocol {
  /** Samples that one request can hold. */
  readonly most: number;
  request(samples: readonly Sample[]): EndpointRequest;
  /**
   * Scores of n samples, [n, classes], all of them finite.
   * @throws Fault `ERR_TARGET` that says where the answer is not what was declared
   */
  scores(answer: EndpointAnswer, n: number): Float32Array;
}

/** The target answered, and not what it has to. Never quotes the answer. */
export function wrongAnswer(what: string, where: string, hint?: string): Fault {
  return new Fault('ERR_TARGET', `The target's answer is not what was declared: ${what}.`, {
    where,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** @throws Fault `ERR_TARGET` */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return readJson(bytes, { bytes: MOST_ANSWER_BYTES, depth: 64, items: 16_000_000 });
  } catch (cause) {
    throw new Fault('ERR_TARGET', "The target's answer is not JSON as it is standardised (which has no NaN).", {
      where: 'body of the answer',
      cause,
    });
  }
}

/** One-hot row of a class, given by number or name. @throws Fault `ERR_TARGET` */
export function classIndex(
  value: unknown,
  classes: number,
  names: ReadonlyMap<string, number> | undefined,
  where: string,
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < classes) return value;
  if (typeof value === 'bigint' && value >= 0n && value < BigInt(classes)) return Number(value);
  if (typeof value === 'string') {
    const found = names?.get(value);
    if (found !== undefined) return found;
    throw wrongAnswer('it names a class that is not declared', where, 'Declare all names under classes.');
  }
  throw wrongAnswer('it names no class', where);
}

/** @throws Fault `ERR_TARGET` where a number is none, or is not finite */
export function finite(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return value;
  throw wrongAnswer('a score is not a finite number', where);
}
