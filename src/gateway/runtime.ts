import type { Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { AccessPolicy, Authenticator } from '../access/access.ts';
import type { Budgets } from '../access/budget.ts';
import type { LoadedConfig } from '../config/loaded-config.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LiveFeed } from '../monitor/live-feed.ts';
import type { KeyService } from '../access/virtual-keys.ts';
import type { Counters } from '../store/counters.ts';
import type { Store } from '../store/store.ts';
import type { AllowBook } from './allow-book.ts';
import type { ApprovalQueue } from '../approvals/approval-queue.ts';
import type { DetectorResources } from '../resources/detector-resources.ts';
import type { RuleSets } from './rule-sets.ts';

/** Everything that a configuration decides, built once and swapped whole on reload. */
export interface Generation {
  readonly loaded: LoadedConfig;
  readonly since: number;
  readonly authenticator: Authenticator;
  readonly policy: AccessPolicy;
  readonly budgets: Budgets;
  readonly rules: RuleSets;
}

/** How the last attempt to load the configuration went. */
export interface ReloadState {
  readonly attempts: number;
  readonly failures: number;
  readonly lastAttemptAt: number;
  /** Why the last attempt failed; null when the running configuration is the newest. */
  readonly error: string | null;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

/** The parts that live as long as the process, shared by the data plane and the admin plane. */
export interface Runtime {
  readonly startedAt: number;
  readonly version: string;
  readonly store: Store;
  readonly counters: Counters;
  /** One service for the process, so that a revocation here holds here at once. */
  readonly keys: KeyService;
  readonly ledger: Ledger;
  readonly live: LiveFeed;
  readonly allowBook: AllowBook;
  /** What waits for a person's consent. */
  readonly approvals: ApprovalQueue;
  /** What detectors may use of the outside world. */
  readonly resources: DetectorResources;
  readonly metrics: Registry;
  readonly log: Logger;
  /** Where callers reach the data plane: `http://127.0.0.1:8787`. */
  readonly dataUrl: string;
  /** Directory of the state: ledger, database, keys. Absolute. */
  readonly stateDirectory: string;
  readonly generation: Generation;
  readonly reloadState: ReloadState;
  /** Loads the configuration again; on failure the running one stays and `reloadState` says why. */
  reload(): Promise<ReloadState>;
  readiness(): Promise<Readiness>;
}
