import type { IncomingMessage } from 'node:http';
import type { Exchange, ExchangeOutcome, KeptSegment } from '../core/exchange.ts';
import type { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { Usage } from '../core/usage.ts';
import type { Decision } from '../core/verdict.ts';
import { DecisionLog } from '../guard/decision-log.ts';

/** The record of one exchange while it goes on. Each step of the way writes its part; `seal` makes the record. */
export class ExchangeDraft {
  readonly id: string;
  readonly startedAt: number;
  readonly log = new DecisionLog();
  /** Decisions on tool calls. */
  readonly flow: Decision[] = [];
  readonly #began = performance.now();
  readonly #method: string;
  readonly #path: string;
  readonly #address: string;
  readonly #agent: string | null;
  readonly #config: string;

  surface = 'unknown';
  stream = false;
  model: string | null = null;
  upstream: string | null = null;
  upstreamRequestId: string | null = null;
  principal: Principal | null = null;
  status = 0;
  outcome: ExchangeOutcome = 'failed';
  fault: Fault | null = null;
  requestBytes = 0;
  responseBytes = 0;
  usage: Usage | null = null;
  microUsd: number | null = null;
  kept: KeptSegment[] = [];
  #firstByte: number | null = null;
  #sentAt: number | null = null;
  #upstreamMillis: number | null = null;

  constructor(id: string, startedAt: number, request: IncomingMessage, path: string, config: string) {
    this.id = id;
    this.startedAt = startedAt;
    this.#method = request.method ?? 'GET';
    this.#path = path.slice(0, 256);
    this.#address = request.socket.remoteAddress ?? '';
    this.#agent = request.headers['user-agent']?.slice(0, 128) ?? null;
    this.#config = config;
  }

  /** The request goes to the upstream now. */
  sent(): void {
    this.#sentAt = performance.now();
  }

  /** The upstream began to answer. */
  answered(): void {
    if (this.#sentAt !== null) this.#upstreamMillis = performance.now() - this.#sentAt;
  }

  firstByte(): void {
    this.#firstByte ??= performance.now() - this.#began;
  }

  /** Milliseconds since the request began. */
  get age(): number {
    return performance.now() - this.#began;
  }

  get upstreamMillis(): number | null {
    return this.#upstreamMillis;
  }

  get firstByteMillis(): number | null {
    return this.#firstByte;
  }

  decisions(): readonly Decision[] {
    return this.flow.length === 0 ? this.log.decisions() : [...this.log.decisions(), ...this.flow];
  }

  seal(contentDigest: string | null): Exchange {
    const { principal } = this;
    return {
      v: 1,
      id: this.id,
      time: new Date(this.startedAt).toISOString(),
      surface: this.surface,
      method: this.#method,
      path: this.#path,
      stream: this.stream,
      model: this.model === null ? null : this.model.slice(0, 256),
      upstream: this.upstream,
      upstreamRequestId: this.upstreamRequestId === null ? null : this.upstreamRequestId.slice(0, 128),
      principal:
        principal === null
          ? null
          : { id: principal.id, kind: principal.kind, team: principal.team ?? null, keyId: principal.keyId ?? null },
      client: { address: this.#address, agent: this.#agent },
      status: this.status,
      outcome: this.outcome,
      fault: this.fault === null ? null : { code: this.fault.code, message: this.fault.message.slice(0, 512) },
      timings: {
        total: round(performance.now() - this.#began),
        firstByte: this.#firstByte === null ? null : round(this.#firstByte),
        upstream: this.#upstreamMillis === null ? null : round(this.#upstreamMillis),
      },
      bytes: { request: this.requestBytes, response: this.responseBytes },
      usage: this.usage,
      microUsd: this.microUsd,
      decisions: this.decisions(),
      config: this.#config,
      contentDigest,
    };
  }
}

function round(millis: number): number {
  return Math.round(millis * 1000) / 1000;
}
