import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Store } from '../store/store.ts';
import { approvalMessage } from './approval-message.ts';
import { ApprovalQueue } from './approval-queue.ts';
import { ApprovalWebhook } from './approval-webhook.ts';

/** Between two looks for requests that are past their time, and for what other gateways did. */
const SWEEP_MILLIS = 2000;

/** The queue of one gateway, with its webhook and its timer. */
export function openApprovals(parts: {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly key: Uint8Array;
  readonly clock: Clock;
  /** The configuration that holds now. */
  readonly config: () => Config;
  readonly onError: (message: string, error: unknown) => void;
}): { readonly queue: ApprovalQueue; close(): Promise<void> } {
  const { store, ledger, key, clock, config, onError } = parts;
  const encoder = new TextEncoder();
  const webhook = new ApprovalWebhook(onError);
  const queue = new ApprovalQueue({
    table: store.approvals,
    key,
    clock,
    settings: () => config().approvals,
    prefixes: () => config().access.jwt.map(({ principalPrefix }) => principalPrefix),
    console: () => consoleAddress(config()),
    record: async (entry) => {
      await ledger.append(encoder.encode(JSON.stringify(entry)));
    },
    notify(row, content, link) {
      const settings = config().approvals.webhook;
      if (settings !== undefined) webhook.send(settings, row.id, approvalMessage(row, content, link), clock);
    },
    onError,
  });
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= queue
      .sweep()
      .catch((error: unknown) => onError('requests for consent could not be looked through', error))
      .finally(() => (running = null));
  }, SWEEP_MILLIS);
  timer.unref();
  return {
    queue,
    async close() {
      clearInterval(timer);
      await running;
      await webhook.close();
    },
  };
}

/** Where people reach the console: what the configuration says, or where the admin plane listens. */
export function consoleAddress({
  approvals,
  admin,
}: {
  readonly approvals: Pick<Config['approvals'], 'console'>;
  readonly admin: Pick<Config['admin'], 'host' | 'port'>;
}): string {
  if (approvals.console !== undefined) return approvals.console.replace(/\/+$/, '');
  const host = admin.host === '0.0.0.0' || admin.host === '::' ? 'localhost' : admin.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${admin.port}`;
}
