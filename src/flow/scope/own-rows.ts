import type { Principal } from '../../core/principal.ts';
import { findDuplicateKey } from '../../text/json/find-duplicate-key.ts';
import { claimValues } from '../claim.ts';
import { readBlockYaml } from '../read-block-yaml.ts';
import type { ScopeSource } from '../rules/rule-file.ts';
import { readTable, type TextTable } from './read-table.ts';

export interface ToolAnswer {
  readonly text: string;
  /** The answer as data, where the protocol carries it so. */
  readonly structured?: unknown;
}

/** An answer with the principal's rows alone, or why none of it may be passed on. */
export type OwnRows =
  | { readonly passed: true; readonly answer: ToolAnswer; readonly dropped: number }
  | { readonly passed: false; readonly reason: string };

type RowScope = NonNullable<ScopeSource['rows']>;

const MOST_DEPTH = 64;

/**
 * Drops the rows of a result that belong to others. A row is an entry of the list at `at`, of the result itself, or of the only
 * list in it; a result that is one object is one row. A row that does not say whose it is is somebody else's, and so is one with
 * somebody else's further in. Texts are read as JSON, as block YAML, and as a table with a header that names the owner's column
 * (delimited values, pipes). What is no data is refused unless the scope lets it pass.
 */
export function ownRows(answer: ToolAnswer, scope: RowScope, principal: Principal | null): OwnRows {
  const owners = claimValues(principal, scope.claim);
  if (owners.length === 0) return { passed: false, reason: `Whom the call is for has no claim "${scope.claim}".` };
  const table = answer.structured === undefined ? readTable(answer.text, scope.owner) : undefined;
  if (table !== undefined && scope.at === undefined) return ownLines(answer, table, scope.owner, owners);
  const text = readText(answer.text);
  // Text beside data may say what the data does not: it is replaced by the data.
  if (text === undefined && answer.structured === undefined) {
    if (scope.unreadable === 'pass') return { passed: true, answer, dropped: 0 };
    return { passed: false, reason: 'The result is no data, so that nobody knows whose it is.' };
  }
  const filter = new Filter(scope, owners);
  try {
    const structured = answer.structured === undefined ? undefined : filter.result(answer.structured);
    const dropped = filter.dropped;
    const own = text === undefined ? structured : filter.result(text);
    const same = filter.dropped === dropped && text !== undefined;
    return {
      passed: true,
      dropped: answer.structured === undefined ? filter.dropped : dropped,
      answer: {
        text: same ? answer.text : JSON.stringify(own),
        ...(structured === undefined ? {} : { structured }),
      },
    };
  } catch (error) {
    if (error instanceof Foreign) return { passed: false, reason: error.message };
    throw error;
  }
}

/** The rows that every one of a tool's scopes leaves. */
export function ownRowsOfAll(answer: ToolAnswer, scopes: readonly ScopeSource[], principal: Principal | null): OwnRows {
  let own: OwnRows = { passed: true, answer, dropped: 0 };
  for (const { rows } of scopes) {
    if (rows === undefined || !own.passed) continue;
    const next = ownRows(own.answer, rows, principal);
    own = next.passed ? { ...next, dropped: own.dropped + next.dropped } : next;
  }
  return own;
}

/** Of a table whole lines are left out; the others stay as they are. */
function ownLines(answer: ToolAnswer, table: TextTable, owner: string, owners: readonly string[]): OwnRows {
  const at = table.columns.indexOf(owner);
  const rows = table.rows.filter(({ cells }) => owners.includes(cells[at]!));
  const dropped = table.rows.length - rows.length;
  return { passed: true, dropped, answer: dropped === 0 ? answer : { text: table.write(rows) } };
}

function readText(text: string): unknown {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) {
    const value = readBlockYaml(text.replaceAll('\r\n', '\n'));
    return typeof value === 'object' && value !== null ? value : undefined;
  }
  try {
    const value: unknown = JSON.parse(trimmed);
    // Of two owners in one row only one would be looked at.
    return findDuplicateKey(trimmed) === -1 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The result as a whole belongs to somebody else. */
class Foreign extends Error {}

class Filter {
  readonly #scope: RowScope;
  readonly #owners: readonly string[];
  dropped = 0;

  constructor(scope: RowScope, owners: readonly string[]) {
    this.#scope = scope;
    this.#owners = owners;
  }

  result(value: unknown): unknown {
    const path = this.#scope.at?.split('.') ?? defaultPath(value, this.#scope.owner);
    if (path === null) {
      if (!this.#isOwn(value)) throw new Foreign('The result belongs to somebody else, or does not say to whom.');
      return value;
    }
    return this.#below(value, path);
  }

  #below(value: unknown, [step, ...rest]: readonly string[]): unknown {
    if (step === undefined) {
      if (!Array.isArray(value)) throw new Foreign(`There is no list of rows at "${this.#scope.at ?? ''}".`);
      return value.filter((row) => {
        const own = this.#isOwn(row);
        if (!own) this.dropped++;
        return own;
      });
    }
    if (!isObject(value) || !Object.hasOwn(value, step))
      throw new Foreign(`There is no list of rows at "${this.#scope.at ?? ''}".`);
    // What stands beside the rows must not be of somebody else either.
    for (const [name, member] of Object.entries(value))
      if (name !== step && !this.#hasNoOther({ [name]: member }, 0))
        throw new Foreign('Something beside the rows belongs to somebody else.');
    return { ...value, [step]: this.#below(value[step], rest) };
  }

  #isOwn(row: unknown): boolean {
    return isObject(row) && this.#owns(ownerOf(row, this.#scope.owner)) && this.#hasNoOther(row, 0);
  }

  #owns(owner: unknown): boolean {
    return (typeof owner === 'string' || typeof owner === 'number') && this.#owners.includes(String(owner));
  }

  #hasNoOther(value: unknown, depth: number): boolean {
    if (depth > MOST_DEPTH) return false;
    if (Array.isArray(value)) return value.every((item) => this.#hasNoOther(item, depth + 1));
    if (!isObject(value)) return true;
    const owner = ownerOf(value, this.#scope.owner);
    if (owner !== undefined && !this.#owns(owner)) return false;
    return Object.values(value).every((member) => this.#hasNoOther(member, depth + 1));
  }
}

function ownerOf(row: Readonly<Record<string, unknown>>, dotted: string): unknown {
  if (Object.hasOwn(row, dotted)) return row[dotted];
  let value: unknown = row;
  for (const step of dotted.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

/** Where the rows are: the list itself, the only list in an object that is no row itself; null: the object is the row. */
function defaultPath(value: unknown, owner: string): readonly string[] | null {
  if (Array.isArray(value)) return [];
  if (!isObject(value) || ownerOf(value, owner) !== undefined) return null;
  const lists = Object.entries(value).filter(([, member]) => Array.isArray(member));
  const [only] = lists;
  if (lists.length !== 1 || only === undefined) return null;
  const [name, rows] = only as [string, readonly unknown[]];
  if (rows.some(isObject)) return [name];
  // Nothing was found: no more than how much, and where to go on.
  const beside = Object.entries(value).filter(([other]) => other !== name);
  return rows.length === 0 &&
    beside.every(([, one]) => one === null || typeof one === 'number' || typeof one === 'boolean')
    ? [name]
    : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
