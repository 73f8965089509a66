import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyLedger } from '../ledger/verify.ts';
import { openAuditLedger } from './audit-trail.ts';
import { temporaryFolder } from '../core/testing/temporary-folder.ts';

test('with audit: ledger, records are leaves of a signed log that is verified as any other', async () => {
  const directory = join(temporaryFolder('parapet-mcp-ledger'), 'ledger');
  const trail = await openAuditLedger(directory, () => 0);
  for (const event of ['call', 'result'] as const)
    await trail.record({ event, server: 's', principal: 'p', session: 'x', detail: { tool: 'get_note' } });
  await assert.rejects(
    openAuditLedger(directory, () => 0),
    'one process at a time',
  );
  await trail.close();
  const report = await verifyLedger({ directory });
  assert.deepEqual([report.ok, report.size], [true, 2]);
});
