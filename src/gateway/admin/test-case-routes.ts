import { Hono } from 'hono';
import { Fault } from '../../core/fault.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';
import { wholeNumber } from './exchange-routes.ts';
import { findRecorded } from './recorded-finding.ts';

/**
 * `GET /api/exchanges/:id/test-case?rule=&stage=&index=&expect=`: a finding as one row of JSONL, `{id, text, expect}`, where
 * `expect` says by detector whether it should find something. `parapet detect --jsonl` reads such rows.
 */
export function testCaseRoutes(runtime: Runtime): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.get('/:id/test-case', async (c) => {
    const query = c.req.query();
    const expect = query['expect'] ?? 'clean';
    if (expect !== 'clean' && expect !== 'found') {
      throw new Fault('ERR_REQUEST_INVALID', 'This must be clean or found.', { where: 'expect' });
    }
    const exchange = c.req.param('id');
    const index = wholeNumber(query, 'index') ?? 0;
    const place = { exchange, rule: query['rule'], stage: query['stage'], index };
    const { decision, evidence, text } = await findRecorded(runtime, place);
    if (text === null) {
      throw new Fault('ERR_NOT_FOUND', 'The text of this finding was not kept as it came.', {
        hint: 'Test cases need evidence.content: full.',
      });
    }
    const row = { id: `${exchange}/${evidence.segment}`, text, expect: { [decision.detector]: expect === 'found' } };
    c.header('content-type', 'application/jsonl; charset=utf-8');
    c.header('content-disposition', `attachment; filename="${exchange.replace(/\W/g, '')}.jsonl"`);
    return c.body(`${JSON.stringify(row)}\n`);
  });
  return app;
}
