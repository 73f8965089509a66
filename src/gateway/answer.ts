import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../core/fault.ts';
import type { AnswerSink, Call, Upstream, UpstreamRequest } from './upstream.ts';

export interface AnswerConsumer {
  data(chunk: Buffer): void;
  end(): void;
  failed(fault: Fault): void;
}

/**
 * An upstream's answer whose head has arrived. What comes before somebody consumes it waits here.
 */
export class Answer implements AnswerSink {
  status = 0;
  headers: IncomingHttpHeaders = {};
  readonly upstream: Upstream;
  #call: Call | null = null;
  #consumer: AnswerConsumer | null = null;
  #waiting: Buffer[] = [];
  #ended = false;
  #fault: Fault | null = null;
  #opened!: () => void;
  #refused!: (fault: Fault) => void;
  /** Resolves when the head has arrived; rejects with a Fault when there will be none. */
  readonly opened: Promise<void>;

  constructor(upstream: Upstream) {
    this.upstream = upstream;
    this.opened = new Promise((resolve, reject) => {
      this.#opened = resolve;
      this.#refused = reject;
    });
  }

  send(request: UpstreamRequest): void {
    this.#call = this.upstream.send(request, this);
  }

  attach(consumer: AnswerConsumer): void {
    this.#consumer = consumer;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const chunk of waiting) consumer.data(chunk);
    if (this.#fault !== null) consumer.failed(this.#fault);
    else if (this.#ended) consumer.end();
  }

  /**
   * The whole body.
   * @throws Fault `ERR_UPSTREAM_INVALID` when it is larger than `limit` bytes or breaks off.
   */
  collect(limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      this.attach({
        data: (chunk) => {
          size += chunk.length;
          if (size <= limit) {
            chunks.push(chunk);
            return;
          }
          this.abort();
          reject(
            new Fault(
              'ERR_UPSTREAM_INVALID',
              `The answer of upstream "${this.upstream.id}" is larger than ${limit} bytes.`,
              {
                hint: 'Raise limits.response, or stream.',
              },
            ),
          );
        },
        end: () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)),
        failed: reject,
      });
    });
  }

  pause(): void {
    this.#call?.pause();
  }
  resume(): void {
    this.#call?.resume();
  }
  abort(): void {
    this.#call?.abort();
  }

  head(status: number, headers: IncomingHttpHeaders): void {
    this.status = status;
    this.headers = headers;
    this.#opened();
  }
  data(chunk: Buffer): void {
    if (this.#consumer === null) this.#waiting.push(chunk);
    else this.#consumer.data(chunk);
  }
  end(): void {
    this.#ended = true;
    this.#consumer?.end();
  }
  failed(fault: Fault): void {
    this.#fault = fault;
    this.#refused(fault);
    this.#consumer?.failed(fault);
  }
}
