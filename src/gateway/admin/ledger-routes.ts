import { Hono } from 'hono';
import { Fault } from '../../core/fault.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';
import type { AdminAudit } from './admin-audit.ts';
import type { LedgerReport, ReadToken } from './api.ts';
import type { LedgerReadToken } from './ledger-read-token.ts';

/** The ledger's state, and what somebody needs to check one record without trusting this server. */
export function ledgerRoutes(runtime: Runtime, readToken: LedgerReadToken, audit: AdminAudit): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();

  app.get('/', async (c) => {
    const { ledger } = runtime;
    const checkpoint = ledger.checkpoint();
    return c.json<LedgerReport>({
      origin: ledger.origin,
      verifierKey: ledger.verifierKey,
      size: ledger.size,
      checkpoint: {
        size: checkpoint.size,
        root: Buffer.from(checkpoint.root).toString('hex'),
        note: checkpoint.note,
      },
      sync: runtime.generation.loaded.config.ledger.sync,
      storeKind: runtime.store.kind,
      indexedTo: await runtime.store.lastIndex(),
    });
  });

  app.get('/proof/:index', async (c) => {
    const index = readIndex(c.req.param('index'), runtime.ledger.size);
    const { text } = await runtime.ledger.inclusionProof(index);
    c.header('content-disposition', `attachment; filename="entry-${index}.tlog-proof"`);
    return c.text(text);
  });

  // The entry's own bytes: what the leaf hash is over. Re-serialising the JSON would change them.
  app.get('/entry/:index', async (c) => {
    const index = readIndex(c.req.param('index'), runtime.ledger.size);
    const entry = await runtime.ledger.entry(index);
    c.header('content-disposition', `attachment; filename="entry-${index}.json"`);
    c.header('content-type', 'application/json');
    return c.body(new Uint8Array(entry));
  });

  app.get('/checkpoint', (c) => {
    c.header('content-disposition', 'attachment; filename="checkpoint"');
    return c.text(runtime.ledger.checkpoint().note);
  });

  app.get('/read-token', async (c) => c.json<ReadToken>({ token: await readToken.get() }));
  app.post('/read-token', async (c) =>
    c.json<ReadToken>({ token: await audit.act(c, 'read-token-rotate', null, () => readToken.rotate()) }),
  );
  return app;
}

function readIndex(text: string, size: number): number {
  const index = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (index < 0 || index >= size) {
    throw new Fault('ERR_NOT_FOUND', 'The ledger has no entry with this index.', {
      where: 'index',
      hint: size === 0 ? 'It is empty.' : `Entries are numbered 0 to ${size - 1}.`,
    });
  }
  return index;
}
