import { Hono } from 'hono';
import type { Clock } from '../../core/clock.ts';
import { Fault } from '../../core/fault.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminAudit } from './admin-audit.ts';
import type { AdminEnv } from './admin-context.ts';
import type { KeyOnce, KeyView } from './api.ts';
import { keyView } from './key-view.ts';
import { readJsonObject, readOptionalText, readText } from './read-json.ts';

const DAY = 86_400_000;
/** How long a rotated key still works when the console does not say. */
const GRACE = DAY;
const LONGEST_DAYS = 3650;

/** Virtual keys: list, create (the secret is in the answer once), rotate, revoke. */
export function keyRoutes(runtime: Runtime, audit: AdminAudit, clock: Clock): Hono<AdminEnv> {
  const { keys } = runtime;
  const app = new Hono<AdminEnv>();

  app.get('/', async (c) => {
    const now = clock();
    return c.json<readonly KeyView[]>((await keys.list()).map((row) => keyView(row, now)));
  });

  app.post('/', async (c) => {
    const body = await readJsonObject(c);
    const principal = readText(body, 'principal');
    const days = readDays(body, 'expiresInDays');
    const ask = {
      principal,
      team: readOptionalText(body, 'team'),
      note: readOptionalText(body, 'note'),
      expiresAt: days === undefined ? undefined : clock() + days * DAY,
    };
    const work = () => keys.create(ask);
    const issued = await audit.act(c, 'key-create', principal, work, ({ row }) => row.id);
    const answer: KeyOnce = { key: keyView(issued.row, clock()), secret: issued.key, oldWorksUntil: null };
    return c.json(answer, 201);
  });

  app.post('/:id/rotate', async (c) => {
    const id = c.req.param('id');
    const days = readDays(await readJsonObject(c), 'graceDays');
    const grace = days === undefined ? GRACE : days * DAY;
    const issued = await audit.act(c, 'key-rotate', id, () => keys.rotate(id, { grace }));
    const old = (await keys.list()).find((row) => row.id === id);
    const answer: KeyOnce = {
      key: keyView(issued.row, clock()),
      secret: issued.key,
      oldWorksUntil: old?.expiresAt ?? null,
    };
    return c.json(answer, 201);
  });

  app.post('/:id/revoke', async (c) => {
    const id = c.req.param('id');
    const row = await audit.act(c, 'key-revoke', id, () => keys.revoke(id));
    return c.json<KeyView>(keyView(row, clock()));
  });
  return app;
}

function readDays(body: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LONGEST_DAYS) return value;
  throw new Fault('ERR_REQUEST_INVALID', `This must be a whole number of days, at most ${LONGEST_DAYS}.`, {
    where: name,
  });
}
