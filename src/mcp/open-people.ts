import { approvalMessage } from '../approvals/approval-message.ts';
import { ApprovalQueue } from '../approvals/approval-queue.ts';
import { ApprovalWebhook } from '../approvals/approval-webhook.ts';
import type { Approvals } from '../approvals/approvals.ts';
import { createCallApprovals } from '../approvals/flow-approvals.ts';
import { consoleAddress } from '../approvals/open-approvals.ts';
import { loadSecretFile } from '../access/secret-file.ts';
import type { McpQueueConfig } from '../config/load-mcp.ts';
import type { McpConfig } from '../config/mcp-schema.ts';
import type { Clock } from '../core/clock.ts';
import { wildcard } from '../core/wildcard.ts';
import { openStore } from '../store/open-store.ts';
import type { AuditTrail } from './audit-trail.ts';

/** People beside the client's user who can be asked whether a call may be made. */
export interface People extends Approvals {
  /** The configuration wants two people to agree to calls of this tool. */
  needsTwo(tool: string): boolean;
}

/**
 * The queue of approvals that the console of the gateway shows: both stand on one store and one state directory. Each step is in
 * the proxy's own record before it has an effect, since a ledger has one writer.
 * @throws Fault `ERR_STORE`, `ERR_CONFIG` when the store or the key of the state directory cannot be used.
 */
export async function openPeople(parts: {
  readonly config: McpConfig;
  readonly queue: McpQueueConfig;
  /** Absolute path of the gateway's state directory. */
  readonly state: string;
  readonly directory: string;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly note: (line: string) => void;
}): Promise<{ readonly people: People; close(): Promise<void> }> {
  const { config, queue: shared, state, directory, audit, clock, note } = parts;
  const key = await loadSecretFile(state, {
    name: 'vault-key',
    title: 'The key of the vault',
    loss: 'Without it requests for consent cannot be shown at the console.',
  });
  const store = await openStore(shared.storeUrl, { directory });
  const onError = (message: string): void => note(`${message}.`);
  const webhook = new ApprovalWebhook(onError);
  const { webhook: told } = shared.approvals;
  const two = shared.approvals.twoPerson.map(wildcard);
  const queue = new ApprovalQueue({
    table: store.approvals,
    key,
    clock,
    settings: () => shared.approvals,
    prefixes: () => config.listen.jwt.map(({ principalPrefix }) => principalPrefix),
    console: () => consoleAddress(shared),
    record: async ({ action, target, detail, result }) => {
      await audit.record({
        event: 'consent',
        server: '',
        principal: detail?.['principal'] ?? '',
        session: '',
        detail: { action, request: target, result, ...detail },
      });
    },
    notify(row, content, link) {
      if (told !== undefined) webhook.send(told, row.id, approvalMessage(row, content, link), clock);
    },
    onError,
  });
  const approvals = createCallApprovals(queue, () => config.approvalTimeout);
  return {
    people: {
      request: (decision, call, principal, place) => approvals.request(decision, call, principal, place),
      needsTwo: (tool) => two.some((matches) => matches(tool)),
    },
    async close() {
      await webhook.close();
      await store.close();
    },
  };
}
