import { Fault } from '../../core/fault.ts';
import type { Target } from '../target.ts';
import type { HttpEndpoint } from './http-endpoint.ts';
import { digestOfSample, type QueryLog, type Sample } from './query-log.ts';
import type { WireProtocol } from './wire-protocol.ts';

export interface Price {
  readonly perQuery: number;
  readonly currency: string;
}

/** What a target behind HTTP was asked until now. A query is one sample; that it was sent again after a failure does not count. */
export interface Spending {
  readonly queries: number;
  /** Queries that were sent in all, by earlier runs with the same log, too. */
  readonly inAll: number;
  /** Queries that the log answered. */
  readonly remembered: number;
  readonly requests: number;
  /** Requests that were sent again. */
  readonly again: number;
}

/** What an `HttpTarget` can say beside answers. */
export interface HttpAccount {
  /** Samples that may be asked in all, those of earlier runs in the log included; null: no bound. */
  readonly budget: number | null;
  readonly price: Price | null;
  /** Samples in one round of requests: a good size of chunks for attacks. */
  readonly round: number;
  /** Samples that may still be asked; null: no bound. */
  left(): number | null;
  spending(): Spending;
  /** Carries out a call as if no more than so many samples might be sent in all. What the log answers counts as nothing. */
  within<Found>(inAll: number, call: () => Found): Found;
}

/** A model behind HTTP. */
export interface HttpTarget extends Target {
  readonly account: HttpAccount;
}

export function isHttpTarget(target: Target): target is HttpTarget {
  return 'account' in target;
}

export interface HttpModelOptions {
  readonly name: string;
  readonly endpoint: HttpEndpoint;
  readonly protocol: WireProtocol;
  readonly classes: number;
  readonly batch: number;
  readonly concurrent: number;
  readonly log: QueryLog;
  readonly budget: number | null;
  readonly price: Price | null;
}

/** Asks an endpoint about samples: in batches, several at once, within the budget, and what the log knows not again. */
export class HttpModel {
  readonly account: HttpAccount;
  readonly #options: HttpModelOptions;
  readonly #batch: number;
  #queries = 0;
  #remembered = 0;
  #requests = 0;
  #spent: number;
  #ceiling = Infinity;

  constructor(options: HttpModelOptions) {
    this.#options = options;
    this.#batch = Math.min(options.batch, options.protocol.most);
    this.#spent = options.log.recorded;
    this.account = {
      budget: options.budget,
      price: options.price,
      round: this.#batch * options.concurrent,
      left: () => (options.budget === null ? null : Math.max(0, options.budget - this.#spent)),
      spending: () => ({
        queries: this.#queries,
        inAll: this.#spent,
        remembered: this.#remembered,
        requests: this.#requests,
        again: options.endpoint.count.again,
      }),
      // `ask` looks at it before it waits for anything.
      within: (inAll, call) => {
        const before = this.#ceiling;
        this.#ceiling = Math.min(before, inAll);
        try {
          return call();
        } finally {
          this.#ceiling = before;
        }
      },
    };
  }

  /**
   * Scores of samples, [samples, classes].
   * @throws Fault `ERR_TARGET`, `ERR_BUDGET_EXHAUSTED` before anything of this call is sent
   */
  async ask(samples: readonly Sample[]): Promise<Float32Array> {
    const { classes, log, budget, name, concurrent } = this.#options;
    const scores = new Float32Array(samples.length * classes);
    const digests = samples.map(digestOfSample);
    const most = Math.min(budget ?? Infinity, this.#ceiling);
    const known = log.takeAll(digests, most - this.#spent);
    if (known === null) {
      const what = most === budget ? `budget of ${budget}` : 'share of the';
      throw new Fault('ERR_BUDGET_EXHAUSTED', `the ${what} queries is spent`, {
        where: name,
        hint: 'Raise the budget (--queries, http.queries), or attack fewer samples.',
      });
    }
    const open: number[] = [];
    known.forEach((answer, i) => {
      if (answer === undefined) open.push(i);
      else scores.set(answer, i * classes);
    });
    this.#remembered += samples.length - open.length;
    this.#spent += open.length;
    this.#queries += open.length;
    const parts: number[][] = [];
    for (let from = 0; from < open.length; from += this.#batch) parts.push(open.slice(from, from + this.#batch));
    let next = 0;
    let failed = false;
    const work = async (): Promise<void> => {
      while (next < parts.length && !failed) {
        const part = parts[next++]!;
        try {
          const found = await this.#send(part.map((i) => samples[i]!));
          part.forEach((i, at) => scores.set(found.subarray(at * classes, (at + 1) * classes), i * classes));
          log.append(
            part.map((i, at) => ({ digest: digests[i]!, scores: found.slice(at * classes, (at + 1) * classes) })),
          );
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    // Every request that is under way is waited for: its answers are paid for, and go to the log.
    const ends = await Promise.allSettled(Array.from({ length: Math.min(concurrent, parts.length) }, work));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return scores;
  }

  async close(): Promise<void> {
    await this.#options.endpoint.close();
  }

  async #send(samples: readonly Sample[]): Promise<Float32Array> {
    const { endpoint, protocol } = this.#options;
    this.#requests++;
    return protocol.scores(await endpoint.send(protocol.request(samples)), samples.length);
  }
}
