import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue } from 'node:sqlite';
import type { Clock } from '../../core/clock.ts';
import { Fault } from '../../core/fault.ts';
import { centsOf, euros, isIban } from './money.ts';
import { ACCOUNTS, BILLS, CUSTOMER, CUSTOMERS, EMAILS, MESSAGES, PAYEES, TRANSACTIONS } from './seed.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly iban: string;
  /** Decimal euros. */
  readonly balance: string;
}

export interface Transaction {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** Decimal euros; negative when it left the account. */
  readonly amount: string;
  readonly counterparty: string;
  readonly memo: string;
}

export interface Message {
  readonly date: string;
  readonly from: string;
  readonly subject: string;
  readonly body: string;
}

export interface Payee {
  readonly name: string;
  readonly iban: string;
}

export interface Bill {
  readonly date: string;
  readonly from: string;
  /** The document as text. */
  readonly text: string;
}

export interface CustomerRecord {
  readonly customer: string;
  readonly name: string;
  readonly phone: string;
  /** Decimal euros. */
  readonly balance: string;
}

export interface TransferOrder {
  /** A payee's name, the name of an own account, or an IBAN. */
  readonly to: string;
  /** Decimal euros. */
  readonly amount: string | number;
  readonly reference?: string;
}

export const PROFILE_FIELDS = ['name', 'email', 'phone', 'address'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** What the page shows of the bank. */
export interface BankState {
  readonly customer: Readonly<Record<ProfileField, string>>;
  readonly accounts: readonly Account[];
  /** The newest first. */
  readonly transactions: readonly Transaction[];
}

export interface Bank {
  accounts(): readonly Account[];
  /** The newest first. */
  transactions(limit: number): readonly Transaction[];
  messages(): readonly Message[];
  /** In the order in which they were added. */
  payees(): readonly Payee[];
  /** @throws Fault `ERR_REQUEST_INVALID` when there is no bill of this payee. */
  bill(from: string): Bill;
  /** @throws Fault `ERR_REQUEST_INVALID` when there is no e-mail of this sender. */
  email(from: string): Message;
  /** Any customer of the bank: who may see it is not the bank's core's business. @throws Fault `ERR_REQUEST_INVALID`. */
  customer(id: string): CustomerRecord;
  /**
   * Moves money from the current account, or changes nothing.
   * @throws Fault `ERR_REQUEST_INVALID` with the reason: amount, payee, funds.
   */
  transfer(order: TransferOrder): { readonly to: string; readonly amount: string; readonly balance: string };
  updateProfile(field: ProfileField, value: string): void;
  state(): BankState;
  /** Back to the first day. */
  reset(): void;
  close(): void;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS profile (field TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, iban TEXT NOT NULL UNIQUE, cents INTEGER NOT NULL CHECK (cents >= 0)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS payees (name TEXT PRIMARY KEY, iban TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS transactions (
    id INTEGER PRIMARY KEY, date TEXT NOT NULL, cents INTEGER NOT NULL, counterparty TEXT NOT NULL, memo TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, date TEXT NOT NULL, sender TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS emails (
    id INTEGER PRIMARY KEY, date TEXT NOT NULL, sender TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS bills (
    id INTEGER PRIMARY KEY, date TEXT NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL, balance TEXT NOT NULL
  ) STRICT;
`;
const NAMES = ['profile', 'accounts', 'payees', 'transactions', 'messages', 'emails', 'bills', 'customers'] as const;

type Row = Record<string, SQLOutputValue>;

const isFrom = (row: Row, from: string): boolean =>
  String(row['sender']).toLowerCase().startsWith(from.trim().toLowerCase());

const invalid = (message: string): Fault => new Fault('ERR_REQUEST_INVALID', message);

/**
 * The demo's bank, in `bank.sqlite` of `directory` (made when absent), seeded on first use.
 * @throws Fault `ERR_STORE` when the file cannot be opened.
 */
export function openBank(directory: string, clock: Clock): Bank {
  let db: DatabaseSync;
  try {
    mkdirSync(directory, { recursive: true });
    db = new DatabaseSync(join(directory, 'bank.sqlite'));
    db.exec(TABLES);
  } catch (cause) {
    const hint = 'Give the demo a directory that can be written, or delete bank.sqlite if it is damaged.';
    throw new Fault('ERR_STORE', "The demo's bank cannot be opened.", { where: directory, hint, cause });
  }
  const all = (sql: string, ...values: (string | number)[]): Row[] => db.prepare(sql).all(...values) as Row[];
  const run = (sql: string, ...values: (string | number)[]): void => void db.prepare(sql).run(...values);

  function atomically<T>(work: () => T): T {
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }

  function reset(): void {
    atomically(() => {
      for (const name of NAMES) db.exec(`DELETE FROM ${name}`);
      for (const [field, value] of Object.entries(CUSTOMER)) run('INSERT INTO profile VALUES (?, ?)', field, value);
      for (const a of ACCOUNTS) run('INSERT INTO accounts VALUES (?, ?, ?, ?)', a.id, a.name, a.iban, a.cents);
      for (const p of PAYEES) run('INSERT INTO payees VALUES (?, ?)', p.name, p.iban);
      for (const t of TRANSACTIONS) book(t.date, t.cents, t.counterparty, t.memo);
      for (const m of MESSAGES) {
        run(
          'INSERT INTO messages (date, sender, subject, body) VALUES (?, ?, ?, ?)',
          m.date,
          m.from,
          m.subject,
          m.body,
        );
      }
      for (const e of EMAILS) {
        const sql = 'INSERT INTO emails (date, sender, subject, body) VALUES (?, ?, ?, ?)';
        run(sql, e.date, e.from, e.subject, e.body);
      }
      for (const b of BILLS) run('INSERT INTO bills (date, sender, text) VALUES (?, ?, ?)', b.date, b.payee, b.text);
      for (const c of CUSTOMERS) run('INSERT INTO customers VALUES (?, ?, ?, ?)', c.id, c.name, c.phone, c.balance);
    });
  }

  function book(date: string, cents: number, counterparty: string, memo: string): void {
    const sql = 'INSERT INTO transactions (date, cents, counterparty, memo) VALUES (?, ?, ?, ?)';
    run(sql, date, cents, counterparty, memo);
  }

  const accounts = (): readonly Account[] =>
    all('SELECT id, name, iban, cents FROM accounts ORDER BY id').map((row) => ({
      id: String(row['id']),
      name: String(row['name']),
      iban: String(row['iban']),
      balance: euros(Number(row['cents'])),
    }));

  const transactions = (limit: number): readonly Transaction[] =>
    all('SELECT date, cents, counterparty, memo FROM transactions ORDER BY id DESC LIMIT ?', limit).map((row) => ({
      date: String(row['date']),
      amount: euros(Number(row['cents'])),
      counterparty: String(row['counterparty']),
      memo: String(row['memo']),
    }));

  /** The IBAN of whom money goes to, and what to call them. */
  function payee(to: string): { readonly name: string; readonly iban: string } {
    const compact = to.replaceAll(' ', '').toUpperCase();
    if (isIban(compact)) return { name: compact, iban: compact };
    const wanted = to
      .toLowerCase()
      .replace(/^(?:my|the)\s+/, '')
      .replace(/\s+account$/, '');
    const known = [
      ...accounts().map(({ name, iban }) => ({ name, iban })),
      ...all('SELECT name, iban FROM payees').map((row) => ({ name: String(row['name']), iban: String(row['iban']) })),
    ];
    const found =
      known.find(({ name }) => name.toLowerCase() === wanted) ??
      known.find(({ name }) => name.toLowerCase().split(' ')[0] === wanted);
    if (found === undefined) throw invalid(`There is no payee "${to}", and it is not an IBAN.`);
    return found;
  }

  // Also a bank of an earlier version, which had no bills.
  if (all('SELECT id FROM accounts').length === 0 || all('SELECT id FROM bills').length === 0) reset();

  return {
    accounts,
    transactions,
    messages: () =>
      all('SELECT date, sender, subject, body FROM messages ORDER BY id DESC').map((row) => ({
        date: String(row['date']),
        from: String(row['sender']),
        subject: String(row['subject']),
        body: String(row['body']),
      })),
    payees: () =>
      all('SELECT name, iban FROM payees ORDER BY rowid').map((row) => ({
        name: String(row['name']),
        iban: String(row['iban']),
      })),
    bill(from) {
      const row = all('SELECT date, sender, text FROM bills ORDER BY id DESC').find((one) => isFrom(one, from));
      if (row === undefined) throw invalid(`There is no bill from "${from}".`);
      return { date: String(row['date']), from: String(row['sender']), text: String(row['text']) };
    },
    email(from) {
      const found = all('SELECT date, sender, subject, body FROM emails ORDER BY id DESC');
      const row = found.find((one) => isFrom(one, from));
      if (row === undefined) throw invalid(`There is no e-mail from "${from}".`);
      return {
        date: String(row['date']),
        from: String(row['sender']),
        subject: String(row['subject']),
        body: String(row['body']),
      };
    },
    customer(id) {
      const row = all('SELECT id, name, phone, balance FROM customers WHERE id = ?', id)[0];
      if (row === undefined) throw invalid(`There is no customer "${id}".`);
      return {
        customer: String(row['id']),
        name: String(row['name']),
        phone: String(row['phone']),
        balance: String(row['balance']),
      };
    },
    transfer({ to, amount, reference = '' }) {
      const cents = centsOf(amount);
      if (cents === null) throw invalid('The amount must be a positive number of euros, such as 20 or 20.50.');
      return atomically(() => {
        const target = payee(to);
        const current = accounts().find(({ id }) => id === 'current');
        if (current === undefined) throw invalid('There is no current account.');
        if (target.iban === current.iban) throw invalid('Money cannot go from the current account to itself.');
        const funds = Number(all('SELECT cents FROM accounts WHERE id = ?', 'current')[0]?.['cents'] ?? 0);
        if (funds < cents) throw invalid(`The current account holds only ${euros(funds)} EUR.`);
        run('UPDATE accounts SET cents = cents - ? WHERE id = ?', cents, 'current');
        run('UPDATE accounts SET cents = cents + ? WHERE iban = ?', cents, target.iban);
        book(new Date(clock()).toISOString().slice(0, 10), -cents, target.name, reference.slice(0, 140));
        return { to: target.name, amount: euros(cents), balance: euros(funds - cents) };
      });
    },
    updateProfile(field, value) {
      const trimmed = value.trim();
      if (trimmed === '' || trimmed.length > 200) throw invalid(`The ${field} must have 1 to 200 characters.`);
      run('UPDATE profile SET value = ? WHERE field = ?', trimmed, field);
    },
    state() {
      const profile = new Map(
        all('SELECT field, value FROM profile').map((r) => [String(r['field']), String(r['value'])]),
      );
      const customer = Object.fromEntries(PROFILE_FIELDS.map((field) => [field, profile.get(field) ?? '']));
      return {
        customer: customer as Record<ProfileField, string>,
        accounts: accounts(),
        transactions: transactions(12),
      };
    },
    reset,
    close: () => db.close(),
  };
}
