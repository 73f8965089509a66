import type { FaultCode } from './fault.ts';
import type { PrincipalKind } from './principal.ts';
import type { Usage } from './usage.ts';
import type { Decision } from './verdict.ts';

/** How an exchange ended. */
export const EXCHANGE_OUTCOMES = [
  'served', // the answer went out whole
  'blocked', // a rule, or a failed check, stopped it (input or output)
  'refused', // authentication, policy, budget, limits, unknown route or model
  'cut', // the stream was ended because the reservation was spent
  'failed', // upstream or internal failure
  'client-closed', // the client went away first
  'interrupted', // the process died in the middle; written at the next start
] as const;
export type ExchangeOutcome = (typeof EXCHANGE_OUTCOMES)[number];

/**
 * The record of one request: who asked what of which model, what it cost, what was decided and why.
 * It is the ledger's entry and the store's row. Content is not in it: evidence is masked, and where
 * content is kept by configuration it lives beside it, with a retention time, tied by `contentDigest`.
 */
export interface Exchange {
  readonly v: 1;
  /** `req_` and 26 characters, sortable by time; also the `x-request-id` that the client saw. */
  readonly id: string;
  /** Start, RFC 3339 with milliseconds, UTC. */
  readonly time: string;
  /** Surface id (`openai-chat`, …) or `unknown`. */
  readonly surface: string;
  readonly method: string;
  /** Path without the query string. At most 256 characters. */
  readonly path: string;
  readonly stream: boolean;
  readonly model: string | null;
  readonly upstream: string | null;
  readonly upstreamRequestId: string | null;
  readonly principal: {
    readonly id: string;
    readonly kind: PrincipalKind;
    readonly team: string | null;
    readonly keyId: string | null;
  } | null;
  readonly client: { readonly address: string; readonly agent: string | null };
  /** HTTP status that the client saw; for a stream that ended badly still the one it began with. */
  readonly status: number;
  readonly outcome: ExchangeOutcome;
  readonly fault: { readonly code: FaultCode; readonly message: string } | null;
  readonly timings: {
    /** Milliseconds from the first byte of the request to the last of the answer. */
    readonly total: number;
    /** Milliseconds to the first byte of the answer; null when there was none. */
    readonly firstByte: number | null;
    /** Milliseconds spent waiting for the upstream. */
    readonly upstream: number | null;
  };
  readonly bytes: { readonly request: number; readonly response: number };
  readonly usage: Usage | null;
  /** Cost in millionths of a US dollar; null when the price of the model is not known. */
  readonly microUsd: number | null;
  readonly decisions: readonly Decision[];
  /** First 16 hex digits of the SHA-256 of the effective configuration. */
  readonly config: string;
  /** HMAC-SHA-256 (hex) of the kept content under the content's own random key, which is deleted with it; null when none is kept. */
  readonly contentDigest: string | null;
}

/** One text of a kept conversation, for the console: what was said, by whom, and where evidence lies in it. */
export interface KeptSegment {
  readonly stage: 'input' | 'output';
  readonly segment: string;
  readonly role: string;
  readonly origin: string;
  readonly kind: string;
  readonly text: string;
  /** Evidence spans, relative to `text`. */
  readonly marks: readonly { readonly start: number; readonly end: number; readonly rule: string }[];
}
