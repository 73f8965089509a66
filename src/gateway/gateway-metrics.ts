import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Asked } from '../resources/detector-resources.ts';
import type { ExchangeDraft } from './exchange-draft.ts';
import type { GuardMemory } from './guard-memory.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** What Prometheus sees of the gateway. Labels are bounded: no principal, no model name that a caller made up. */
export function createGatewayMetrics(registry: Registry, memory: GuardMemory) {
  const registers = [registry];
  const requests = new Counter({
    name: 'parapet_requests_total',
    help: 'Requests by surface, outcome and status.',
    labelNames: ['surface', 'outcome', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'parapet_request_seconds',
    help: 'From the first byte of the request to the last of the answer.',
    labelNames: ['surface'],
    buckets: SECONDS,
    registers,
  });
  const firstByte = new Histogram({
    name: 'parapet_first_byte_seconds',
    help: 'From the first byte of the request to the first of the answer.',
    labelNames: ['surface'],
    buckets: SECONDS,
    registers,
  });
  const upstream = new Histogram({
    name: 'parapet_upstream_seconds',
    help: 'Until the upstream began to answer.',
    labelNames: ['upstream'],
    buckets: SECONDS,
    registers,
  });
  const tokens = new Counter({
    name: 'parapet_tokens_total',
    help: 'Tokens by direction.',
    labelNames: ['surface', 'direction'],
    registers,
  });
  const cost = new Counter({
    name: 'parapet_cost_usd_total',
    help: 'Cost in US dollars.',
    labelNames: ['upstream'],
    registers,
  });
  const decisions = new Counter({
    name: 'parapet_decisions_total',
    help: 'Decisions of rules that found something or failed.',
    labelNames: ['rule', 'stage', 'status', 'action', 'mode'],
    registers,
  });
  const held = new Histogram({
    name: 'parapet_held_characters',
    help: 'Most characters of a stream that were held back at once.',
    buckets: [0, 1, 4, 16, 64, 256, 1024, 4096, 16_384],
    registers,
  });
  const classified = new Histogram({
    name: 'parapet_encoder_seconds',
    help: 'Until an encoder had classified a text, or failed on it.',
    labelNames: ['outcome'],
    buckets: SECONDS,
    registers,
  });
  const judged = new Histogram({
    name: 'parapet_judge_seconds',
    help: 'Until a judge had answered about a text; remembered answers asked nobody.',
    labelNames: ['model', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const judgeTokens = new Counter({
    name: 'parapet_judge_tokens_total',
    help: 'Tokens that judges read and wrote.',
    labelNames: ['model', 'direction'],
    registers,
  });
  const turnedAway = new Counter({
    name: 'parapet_turned_away_total',
    help: 'Requests turned away without a record: throttled authentication, load shedding.',
    labelNames: ['reason'],
    registers,
  });
  const inFlight = new Gauge({ name: 'parapet_in_flight', help: 'Requests in flight.', registers });
  const reloads = new Counter({
    name: 'parapet_config_reloads_total',
    help: 'Attempts to load the configuration.',
    labelNames: ['ok'],
    registers,
  });
  const configOk = new Gauge({
    name: 'parapet_config_ok',
    help: '1 when the running configuration is the newest.',
    registers,
  });

  const shadowHeld = new Histogram({
    name: 'parapet_shadow_held_characters',
    help: 'Most characters of a stream that a rule in shadow mode would have held back at once.',
    labelNames: ['rule'],
    buckets: [0, 1, 4, 16, 64, 256, 1024, 4096, 16_384],
    registers,
  });
  const shadowStop = new Histogram({
    name: 'parapet_shadow_stop_character',
    help: 'Characters of a text that would have left before a rule in shadow mode had stopped the stream.',
    labelNames: ['rule'],
    buckets: [0, 16, 64, 256, 1024, 4096, 16_384, 65_536],
    registers,
  });
  const verdicts = new Counter({
    name: 'parapet_verdicts_total',
    help: 'Verdicts of rules on texts of requests: taken from memory (`hit`) or made (`miss`).',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      this.inc({ result: 'hit' }, memory.verdicts.hits);
      this.inc({ result: 'miss' }, memory.verdicts.misses);
    },
  });
  const remembered = new Gauge({
    name: 'parapet_remembered',
    help: 'What is remembered of requests: texts with verdicts, messages that passed or were stopped, threads.',
    labelNames: ['what'],
    registers,
    collect() {
      this.set({ what: 'texts' }, memory.verdicts.size);
      this.set({ what: 'messages' }, memory.messages.size);
      this.set({ what: 'threads' }, memory.threads.size);
    },
  });

  return {
    verdicts,
    remembered,
    turnedAway,
    inFlight,
    reloads,
    configOk,
    held,
    classified(outcome: 'classified' | 'failed', millis: number): void {
      classified.observe({ outcome }, millis / 1000);
    },
    judged(model: string, { outcome, millis, inputTokens, outputTokens }: Asked): void {
      judged.observe({ model, outcome }, millis / 1000);
      judgeTokens.inc({ model, direction: 'input' }, inputTokens);
      judgeTokens.inc({ model, direction: 'output' }, outputTokens);
    },
    observe(draft: ExchangeDraft): void {
      const { surface } = draft;
      requests.inc({ surface, outcome: draft.outcome, status: draft.status });
      duration.observe({ surface }, draft.age / 1000);
      if (draft.firstByteMillis !== null) firstByte.observe({ surface }, draft.firstByteMillis / 1000);
      if (draft.upstream !== null && draft.upstreamMillis !== null) {
        upstream.observe({ upstream: draft.upstream }, draft.upstreamMillis / 1000);
      }
      if (draft.usage !== null) {
        tokens.inc({ surface, direction: 'input' }, draft.usage.inputTokens);
        tokens.inc({ surface, direction: 'output' }, draft.usage.outputTokens);
      }
      if (draft.microUsd !== null && draft.upstream !== null)
        cost.inc({ upstream: draft.upstream }, draft.microUsd / 1e6);
      for (const { rule, stage, status, action, mode, shadow } of draft.log.decisions()) {
        if (shadow !== undefined) {
          shadowHeld.observe({ rule }, shadow.held);
          if (shadow.stoppedAt !== null) shadowStop.observe({ rule }, shadow.stoppedAt);
        }
        if (status === 'found' || status === 'failed') decisions.inc({ rule, stage, status, action, mode });
      }
    },
  };
}

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;
