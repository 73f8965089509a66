import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { migrate } from './migrate.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { openSqlite } from './sqlite-database.ts';

const step = (name: string, text: string): Migration => ({
  name,
  async up(db) {
    await sql.raw(text).execute(db);
  },
});

describe('migrate', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-migrate-'));
  });
  after(() => rm(directory, { recursive: true }));

  async function rowsOf(text: string, file: string): Promise<readonly unknown[]> {
    const { database } = openSqlite(file, directory);
    const { rows } = await sql.raw<Record<string, unknown>>(text).execute(database.db);
    await database.close();
    return rows.map((row) => ({ ...row }));
  }

  it('applies only what is missing and notes when', async () => {
    const first = step('one', 'create table one (x integer)');
    const second = step('two', 'create table two (x integer)');
    for (const [steps, now] of [
      [[first], 1],
      [[first, second], 2],
      [[first, second], 3],
    ] as const) {
      const { database } = openSqlite('steps.db', directory);
      await migrate(database, now, steps);
      await database.close();
    }
    assert.deepEqual(
      await rowsOf('select version, name, applied_at from parapet_schema order by version', 'steps.db'),
      [
        { version: 1, name: 'one', applied_at: 1 },
        { version: 2, name: 'two', applied_at: 2 },
      ],
    );
  });

  it('leaves nothing behind when a step fails', async () => {
    const { database } = openSqlite('failed.db', directory);
    const steps = [step('one', 'create table one (x integer)'), step('two', 'create tabel two (x integer)')];
    await assert.rejects(migrate(database, 1, steps));
    await database.close();
    assert.deepEqual(await rowsOf("select name from sqlite_master where name not like 'sqlite_%'", 'failed.db'), []);
  });

  it('has steps with distinct names', () => {
    assert.equal(new Set(MIGRATIONS.map((migration) => migration.name)).size, MIGRATIONS.length);
  });
});
