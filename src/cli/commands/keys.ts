import type { KeyRow } from '../../store/store.ts';
import type { RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';

interface KeysOptions {
  readonly config: string;
  readonly json?: true;
}
interface CreateOptions extends KeysOptions {
  readonly principal: string;
  readonly team?: string;
  readonly note?: string;
  readonly expires?: string;
}
interface RotateOptions extends KeysOptions {
  readonly grace: string;
}

/** `parapet keys create|list|rotate|revoke`. */
export const register: RegisterCommand = (program, io) => {
  const keys = program.command('keys').description('create, list, rotate and revoke virtual keys');

  keys
    .command('create')
    .description('create a key for a caller; it is shown once and cannot be shown again')
    .requiredOption('-p, --principal <id>', 'who the key speaks for')
    .option('-t, --team <id>', 'team whose budgets and rights apply too')
    .option('-n, --note <text>', 'what the key is for')
    .option('-e, --expires <duration>', 'how long it is valid, for example 90d (default: until it is revoked)')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (options: CreateOptions) => {
      const { withKeys } = await import('../open-keys.ts');
      const { parseDuration } = await import('../parse-duration.ts');
      const lifetime = options.expires === undefined ? undefined : parseDuration(options.expires, '--expires');
      const issued = await withKeys(options.config, io, (service) =>
        service.create({
          principal: options.principal,
          team: options.team,
          note: options.note,
          expiresAt: lifetime === undefined ? undefined : Date.now() + lifetime,
        }),
      );
      show(issued.row, issued.key, options);
    });

  keys
    .command('list')
    .description('list the keys, newest first; secrets are not stored and so not listed')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (options: KeysOptions) => {
      const { withKeys } = await import('../open-keys.ts');
      const rows = await withKeys(options.config, io, (service) => service.list());
      const now = Date.now();
      if (options.json) {
        io.out(
          JSON.stringify(
            rows.map((row) => publicView(row, now)),
            null,
            2,
          ),
        );
        return;
      }
      if (rows.length === 0) {
        io.out('There are no keys yet. Create one: parapet keys create --principal NAME');
        return;
      }
      io.out(
        formatTable(
          ['id', 'principal', 'team', 'state', 'created', 'expires', 'last used', 'note'],
          rows.map((row) => [
            row.id,
            row.principal,
            row.team ?? '-',
            stateOf(row, now),
            day(row.createdAt),
            row.expiresAt === null ? 'never' : minute(row.expiresAt),
            row.lastUsedAt === null ? 'never' : minute(row.lastUsedAt),
            row.note ?? '',
          ]),
        ),
      );
    });

  keys
    .command('rotate')
    .description('replace a key: prints its successor, and lets the old one end after a grace time')
    .argument('<id>', 'public id of the key: pk_<id>_…')
    .option('-g, --grace <duration>', 'how long the old key stays valid', '24h')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (id: string, options: RotateOptions) => {
      const { withKeys } = await import('../open-keys.ts');
      const { parseDuration } = await import('../parse-duration.ts');
      const grace = parseDuration(options.grace, '--grace');
      const issued = await withKeys(options.config, io, (service) => service.rotate(id, { grace }));
      show(issued.row, issued.key, options);
      if (!options.json) {
        io.err(
          grace === 0 ? `The old key ${id} has ended.` : `The old key ${id} ends after ${options.grace} at the latest.`,
        );
      }
    });

  keys
    .command('revoke')
    .description('end a key now; a running gateway refuses it within a second')
    .argument('<id>', 'public id of the key: pk_<id>_…')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (id: string, options: KeysOptions) => {
      const { withKeys } = await import('../open-keys.ts');
      const row = await withKeys(options.config, io, (service) => service.revoke(id));
      if (options.json) {
        io.out(JSON.stringify(publicView(row, Date.now()), null, 2));
        return;
      }
      io.out(`The key ${row.id} of ${row.principal} is revoked since ${minute(row.revokedAt!)}.`);
      if (row.rotatedTo !== null) io.out(`Its successor ${row.rotatedTo} is another key and stays as it is.`);
    });

  /** The key alone goes to stdout, so that a script can take it; what is about it goes to stderr. */
  function show(row: KeyRow, key: string, { json }: KeysOptions): void {
    if (json) {
      io.out(JSON.stringify({ ...publicView(row, Date.now()), key }, null, 2));
      return;
    }
    const team = row.team === null ? '' : ` in team ${row.team}`;
    const end = row.expiresAt === null ? 'until it is revoked' : `until ${minute(row.expiresAt)}`;
    io.err(`Key ${row.id} for ${row.principal}${team}, valid ${end}. Keep it now: it is not shown again.`);
    io.out(key);
  }
};

type KeyState = 'active' | 'rotated' | 'expired' | 'revoked';

function stateOf(row: KeyRow, now: number): KeyState {
  if (row.revokedAt !== null) return 'revoked';
  if (row.expiresAt !== null && row.expiresAt <= now) return 'expired';
  return row.rotatedTo === null ? 'active' : 'rotated';
}

/** A row as programs read it: times in RFC 3339, no hash. */
function publicView(row: KeyRow, now: number) {
  return {
    id: row.id,
    principal: row.principal,
    team: row.team,
    note: row.note,
    state: stateOf(row, now),
    createdAt: new Date(row.createdAt).toISOString(),
    expiresAt: iso(row.expiresAt),
    revokedAt: iso(row.revokedAt),
    rotatedTo: row.rotatedTo,
    lastUsedAt: iso(row.lastUsedAt),
  };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
