import { Hono } from 'hono';
import type { Clock } from '../../core/clock.ts';
import { Fault } from '../../core/fault.ts';
import type { ApprovalRow } from '../../store/approval-table.ts';
import { summaryOf, viewOf } from '../../approvals/approval-view.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminAudit } from './admin-audit.ts';
import type { AdminEnv } from './admin-context.ts';
import type { ApprovalList, ApprovalView } from './api.ts';
import { readJsonObject, readOptionalText } from './read-json.ts';

const LONGEST_REASON = 512;

/** `GET /api/approvals`, `GET /api/approvals/:id`, `POST /api/approvals/:id/approve` and `/deny`. */
export function approvalRoutes(runtime: Runtime, audit: AdminAudit, clock: Clock): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const { approvals } = runtime;

  app.get('/', async (c) => {
    await approvals.sweep();
    const { name } = c.get('admin');
    const rows = await approvals.list();
    return c.json<ApprovalList>({
      now: clock(),
      waiting: approvals.waiting,
      rows: rows.map((row) => summaryOf(row, approvals.forbids(name, row))),
    });
  });

  const known = async (id: string): Promise<ApprovalRow> => {
    const row = await approvals.find(id);
    if (row === null) throw new Fault('ERR_NOT_FOUND', 'There is no such request for consent.');
    return row;
  };
  const view = (row: ApprovalRow, admin: string): ApprovalView =>
    viewOf(row, approvals.contentOf(row), approvals.forbids(admin, row));

  app.get('/:id', async (c) => {
    await approvals.sweep();
    return c.json<ApprovalView>(view(await known(c.req.param('id')), c.get('admin').name));
  });

  for (const verdict of ['approve', 'deny'] as const) {
    app.post(`/:id/${verdict}`, async (c) => {
      const reason = readOptionalText(await readJsonObject(c), 'reason', LONGEST_REASON) ?? null;
      const { name } = c.get('admin');
      const { id, hash, tool, principal } = await known(c.req.param('id'));
      // What may not be is refused before there is anything to record.
      const forbidden = approvals.forbids(name, await known(id));
      if (forbidden !== null) throw new Fault('ERR_FORBIDDEN', forbidden);
      const row = await audit.act(
        c,
        verdict === 'approve' ? 'approval-approve' : 'approval-deny',
        id,
        () => approvals.decide(id, name, verdict, reason),
        undefined,
        { tool, principal, hash, ...(reason === null ? {} : { reason }) },
      );
      return c.json<ApprovalView>(view(row, name));
    });
  }
  return app;
}
