import { Fault, isFault } from '../core/fault.ts';

const DAMAGED =
  'Move the file away, or set store.url to another: exchanges are brought back from the ledger at the next start, ' +
  'keys and admins from a backup of the file.';

/** SQLite's primary result codes that a person can do something about. https://sqlite.org/rescode.html */
const SQLITE: Readonly<Record<number, readonly [message: string, hint: string]>> = {
  5: ['Another program keeps the database locked.', 'Stop it, or wait until it is done.'],
  8: ['The database cannot be written.', 'Give the user that runs Parapet the right to write it and its directory.'],
  10: ['The disk failed while the database was read or written.', 'Look at the disk and its file system.'],
  11: ['The database file is damaged.', DAMAGED],
  13: ['The disk is full.', 'Make room; what was answered meanwhile is in the ledger and follows by itself.'],
  14: ['The database file cannot be opened.', 'See that the path is a file that the user who runs Parapet may open.'],
  26: ['The file is not a SQLite database.', DAMAGED],
};

/** What is wrong with PostgreSQL, by class of SQLSTATE. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const POSTGRES: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  '08': ['The connection to the database was lost.', 'See that PostgreSQL runs; Parapet connects again by itself.'],
  '22': ['The database cannot hold a value of this row.', 'Please report it.'],
  '28': ['The database refuses these credentials.', 'Correct user and password in store.url.'],
  '3D': ['There is no such database.', 'Create it, or correct its name in store.url.'],
  '42': [
    'The database does not let Parapet do this.',
    'Give the role of store.url the right to create and write tables.',
  ],
  '53': ['The database has no room for more.', 'Give PostgreSQL more connections, memory or disk.'],
  '57': [
    'The database is shutting down or gave up on a query.',
    'See that PostgreSQL runs; Parapet connects again by itself.',
  ],
};

/** Turns whatever a database threw into a Fault that says what to do. Faults pass as they are. */
export function storeFault(error: unknown, where: string): Fault {
  if (isFault(error)) return error;
  const [message, hint] = explain(error);
  return new Fault('ERR_STORE', message, { where, hint, cause: error });
}

function explain(error: unknown): readonly [message: string, hint: string] {
  const { code, errcode, syscall } = error as Readonly<Record<'code' | 'errcode' | 'syscall', unknown>>;
  if (typeof errcode === 'number') {
    const known = SQLITE[errcode & 0xff];
    if (known !== undefined) return known;
  }
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
    const known = POSTGRES[code.slice(0, 2)];
    if (known !== undefined) return known;
  }
  if (typeof syscall === 'string' && /^(mkdir|open|chmod|stat)$/.test(syscall)) {
    return [
      `The database file cannot be created or opened (${String(code)}).`,
      'See that the path in store.url is right and that the user who runs Parapet may write there.',
    ];
  }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
    return ['The database cannot be reached.', 'See that it runs where store.url says.'];
  }
  return ['The database could not do what was asked.', 'The log has the cause.'];
}
