import type { Exchange, ExchangeOutcome, KeptSegment } from '../../core/exchange.ts';
import type { Severity } from '../../core/severity.ts';
import type { Action, Mode, Stage } from '../../core/verdict.ts';
import type { ApprovalSummary } from '../../approvals/approval-view.ts';
import type { SimulationReport } from '../simulate.ts';

export type { Origin, Role } from '../../conversation/segment.ts';
export type { SurfaceId } from '../../conversation/surface.ts';
export type { ChangedExchange, RuleDifference, RuleTally, SimulationReport } from '../simulate.ts';

/**
 * What the admin API says, shared with the console. Types only: the browser gets none of the server's code.
 * Times are milliseconds since the Unix epoch, durations milliseconds, money millionths of a US dollar.
 */

/** Every error of the admin API has this body. */
export interface ApiError {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly retryAfter: number | null;
  };
}

export interface SignedIn {
  readonly name: string;
  readonly method: 'password' | 'oidc';
  readonly expiresAt: number;
}

/** `GET /api/session`: answered without a session too, so that the console knows what to show. */
export interface SessionState {
  readonly admin: SignedIn | null;
  /** Whether single sign-on is configured. */
  readonly oidc: boolean;
  readonly version: string;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `GET /api/status`: what the frame around every page shows. */
export interface Status {
  readonly version: string;
  readonly startedAt: number;
  readonly now: number;
  readonly dataUrl: string;
  readonly ready: boolean;
  readonly checks: readonly Check[];
  readonly reloadError: string | null;
  readonly inFlight: number;
  /** Requests for consent that wait. */
  readonly approvalsWaiting: number;
}

export type Range = '1h' | '6h' | '24h' | '7d';

export interface Latency {
  readonly count: number;
  /** Milliseconds; null when nothing was served. */
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface OverviewPoint {
  readonly at: number;
  readonly requests: number;
  readonly byOutcome: Readonly<Record<ExchangeOutcome, number>>;
  readonly tokens: number;
  readonly microUsd: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface UsageRow {
  readonly name: string;
  readonly team: string | null;
  readonly requests: number;
  readonly tokens: number;
  readonly microUsd: number;
}

/** Counts of one rule over the span that the gateway remembers (`RuleReport.since`). */
export interface RuleCounts {
  /** Exchanges in which the rule looked at something. */
  readonly checked: number;
  /** Exchanges in which it matched and was enforced. */
  readonly found: number;
  /** Exchanges that it stopped. */
  readonly blocked: number;
  /** Exchanges in which it matched in shadow mode. */
  readonly shadow: number;
  /** Exchanges in which the check itself failed. */
  readonly failed: number;
}

export interface RecentBlock {
  readonly index: number;
  readonly id: string;
  readonly at: number;
  readonly principal: string | null;
  readonly model: string | null;
  readonly stage: Stage;
  readonly rule: string;
  readonly message: string;
  readonly severity: Severity | null;
  readonly mask: string | null;
}

export interface Overview {
  readonly range: Range;
  readonly from: number;
  readonly to: number;
  readonly bucketMillis: number;
  readonly points: readonly OverviewPoint[];
  readonly totals: {
    readonly requests: number;
    readonly byOutcome: Readonly<Record<ExchangeOutcome, number>>;
    readonly tokens: number;
    readonly microUsd: number;
  };
  readonly latency: Latency;
  /** Latency and rules are remembered in this process only, and at most for a day: the earliest time they cover. */
  readonly detailSince: number;
  readonly principals: readonly UsageRow[];
  readonly models: readonly UsageRow[];
  readonly blockedByRule: readonly { readonly rule: string; readonly blocked: number }[];
  readonly recentBlocks: readonly RecentBlock[];
  readonly inFlight: number;
}

export interface ExchangeRow {
  readonly index: number;
  /** RFC 6962 leaf hash, hex. */
  readonly leaf: string;
  readonly exchange: Exchange;
}

export interface ExchangePage {
  readonly rows: readonly ExchangeRow[];
  /** `before` of the next, older page; null at the end. */
  readonly next: number | null;
}

export type ExchangeContent =
  | { readonly state: 'kept'; readonly mode: 'redacted' | 'full'; readonly segments: readonly KeptSegment[] }
  /** `gone`: it was kept and its retention is over. `never`: the configuration did not keep it. */
  | { readonly state: 'gone' | 'never' };

export interface ExchangeDetail extends ExchangeRow {
  readonly content: ExchangeContent;
  readonly ledger: { readonly origin: string; readonly size: number; readonly integrated: boolean };
}

/** Server-sent events of `GET /api/live`: `exchange` carries an ExchangeRow (its id is the index), `flight` this. */
export interface LiveFlight {
  readonly total: number;
  readonly byPrincipal: Readonly<Record<string, number>>;
}

/** `event: gap`: more was missed than is sent again. */
export interface LiveGap {
  readonly missed: number;
}

export interface BudgetLine {
  readonly budget: string;
  readonly subject: string;
  readonly unit: 'requests' | 'tokens' | 'microUsd';
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly resetAt: number;
  readonly window: 'minute' | 'hour' | 'day' | 'month';
}

export interface PrincipalRow {
  readonly id: string;
  readonly team: string | null;
  readonly requests: number;
  readonly tokens: number;
  readonly microUsd: number;
  readonly inFlight: number;
  /** Keys that are valid now. */
  readonly keys: number;
  readonly models: readonly string[];
  readonly budgets: readonly BudgetLine[];
}

export interface TeamRow {
  readonly id: string;
  readonly requests: number;
  readonly tokens: number;
  readonly microUsd: number;
  readonly members: number;
  readonly budgets: readonly BudgetLine[];
}

export interface PrincipalReport {
  /** Start of the span that `requests`, `tokens` and `microUsd` sum over: the current month, UTC. */
  readonly since: number;
  readonly principals: readonly PrincipalRow[];
  readonly teams: readonly TeamRow[];
  readonly budgetsConfigured: number;
}

export interface KeyView {
  readonly id: string;
  readonly principal: string;
  readonly team: string | null;
  readonly note: string | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly rotatedTo: string | null;
  readonly lastUsedAt: number | null;
  readonly state: 'active' | 'rotated' | 'expired' | 'revoked';
}

export interface NewKey {
  readonly principal: string;
  readonly team?: string;
  readonly note?: string;
  /** Days from now; absent: does not expire. */
  readonly expiresInDays?: number;
}

/** The only answer that ever holds a key's secret. */
export interface KeyOnce {
  readonly key: KeyView;
  readonly secret: string;
  /** Rotation: the old key works until then. */
  readonly oldWorksUntil: number | null;
}

export interface ConfigValue {
  readonly key: string;
  /** As it would be written in the file; secrets are `••••••`. */
  readonly value: string;
  readonly secret: boolean;
  readonly from: 'default' | 'file' | 'env';
  readonly where: string;
}

export interface ConfigWarning {
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

export interface ConfigReport {
  readonly path: string;
  readonly hash: string;
  readonly since: number;
  readonly reload: {
    readonly attempts: number;
    readonly failures: number;
    readonly lastAttemptAt: number;
    readonly error: string | null;
  };
  readonly values: readonly ConfigValue[];
  readonly warnings: readonly ConfigWarning[];
}

export interface LedgerReport {
  readonly origin: string;
  readonly verifierKey: string;
  /** Entries, whether a signed checkpoint covers them yet or not. */
  readonly size: number;
  readonly checkpoint: {
    readonly size: number;
    /** Hex. */
    readonly root: string;
    readonly note: string;
  };
  readonly sync: 'batch' | 'always';
  readonly storeKind: 'sqlite' | 'postgres';
  /** Exchanges that the store has not indexed yet. */
  readonly indexedTo: number;
}

export interface ReadToken {
  readonly token: string;
}

export type AllowState = 'active' | 'expired' | 'removed';

/** One entry of the allow-list. What it covers is in the keys of `allow` in the configuration. */
export interface AllowView {
  readonly id: string;
  /** `config`: in the configuration file, and changed there. */
  readonly source: 'config' | 'console';
  readonly covers: Readonly<Record<string, unknown>>;
  readonly owner: string;
  readonly reason: string;
  readonly createdBy: string | null;
  readonly createdAt: number | null;
  readonly expiresAt: number;
  readonly state: AllowState;
}

/** A finding in a recorded exchange: `decisions` of this rule and stage, `evidence[index]`. */
export interface FindingPlace {
  readonly exchange: string;
  readonly rule: string;
  readonly stage: Stage;
  readonly index: number;
}

/**
 * `POST /api/allow`. What is allowed is one of: `from` (the value is taken from the kept texts), `value`, `text`, `pattern`,
 * or only `findings`, `labels` and `origins`. A value is kept as a keyed hash only.
 */
export interface NewAllow {
  readonly from?: FindingPlace;
  readonly value?: string;
  readonly text?: string;
  readonly pattern?: string;
  readonly rules?: readonly string[];
  readonly detectors?: readonly string[];
  readonly findings?: readonly string[];
  readonly labels?: readonly string[];
  readonly origins?: readonly string[];
  readonly principals?: readonly string[];
  readonly teams?: readonly string[];
  readonly models?: readonly string[];
  readonly surfaces?: readonly string[];
  readonly owner: string;
  readonly reason: string;
  /** 1 to 366. */
  readonly expiresInDays: number;
}

/** Changed rules to try: an object with `rules`, `without`, `overrides` and `allow`, or YAML of one. */
export type RuleChanges =
  | string
  | {
      readonly rules?: readonly unknown[];
      readonly without?: readonly string[];
      readonly overrides?: readonly unknown[];
      readonly allow?: readonly unknown[];
    };

/** `POST /api/playground`: one of `text`, `messages` and `request`. */
export interface PlaygroundRequest {
  readonly text?: string;
  readonly role?: string;
  readonly origin?: string;
  readonly messages?: readonly { readonly role?: string; readonly origin?: string; readonly text: string }[];
  /** A request body of `surface`, as an object or as JSON. */
  readonly request?: unknown;
  readonly surface?: string;
  readonly stage?: Stage;
  readonly model?: string;
  readonly principal?: string;
  readonly team?: string;
  readonly changes?: RuleChanges;
}

export type { PlaygroundAnswer, PlaygroundRule, PlaygroundText, PlaygroundView } from '../playground.ts';

/** `POST /api/simulate`. */
export interface SimulateRequest {
  /** Days back from now, 1 to 90. */
  readonly days?: number;
  /** Exchanges that are replayed at most, the newest; up to 5000. */
  readonly limit?: number;
  readonly rule?: string;
  readonly changes: RuleChanges;
}

/** `GET /api/simulate/:id`, and the answer to `POST`. */
export interface SimulateJob {
  readonly id: string;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  readonly done: number;
  readonly total: number;
  /** Why it failed. */
  readonly error: string | null;
  /** What there is of it; whole when the state is `done`. */
  readonly report: SimulationReport | null;
}

export type { ApprovalArgument, ApprovalSummary, ApprovalView } from '../../approvals/approval-view.ts';
export type { RevealedPiece } from '../../text/reveal.ts';

/** `GET /api/approvals`: those that wait first, then those that are over. */
export interface ApprovalList {
  /** The server's clock: times to expiry are counted from it. */
  readonly now: number;
  readonly waiting: number;
  readonly rows: readonly ApprovalSummary[];
}

/** `POST /api/approvals/:id/approve` and `/deny`. */
export interface ApprovalDecisionRequest {
  readonly reason?: string;
}

/** Event `approvals` of `GET /api/live`: something about them changed. */
export interface LiveApprovals {
  readonly waiting: number;
  readonly changes: number;
}

export interface RuleRow extends RuleCounts {
  readonly id: string;
  readonly detector: string;
  readonly title: string;
  readonly summary: string;
  readonly on: readonly Stage[];
  readonly roles: readonly string[] | null;
  readonly origins: readonly string[] | null;
  readonly kinds: readonly string[] | null;
  readonly tools: readonly string[] | null;
  readonly messages: 'new' | 'all';
  /** Indices in `overrides` that change it for somebody. */
  readonly changedBy: readonly number[];
  /** The rule as the configuration file writes it, with every default. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly action: Action;
  readonly mode: Mode;
  readonly onFailure: 'block' | 'flag' | 'allow';
  readonly lastFoundAt: number | null;
}

export interface RuleReport {
  readonly since: number;
  readonly rules: readonly RuleRow[];
  /** As the configuration file writes them. */
  readonly overrides: readonly OverrideView[];
  /** What a rule can name as its detector. */
  readonly detectors: readonly { readonly id: string; readonly title: string; readonly summary: string }[];
}

export interface OverrideView {
  readonly match: Readonly<Record<string, readonly string[]>>;
  /** By the id of the rule. */
  readonly rules: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `GET /api/rules/schema/:detector`: what a rule with this detector may say, for forms. */
export interface RuleForm {
  readonly detector: string;
  readonly summary: string;
  /** JSON Schema of the whole rule, its `options` included. */
  readonly schema: unknown;
  readonly defaults: unknown;
}
