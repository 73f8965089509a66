/** The thread behind `ThreadedExchangeWriter`: a connection of its own to the same SQLite file, writing what it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Exchange } from '../core/exchange.ts';
import { isFault } from '../core/fault.ts';
import { SqliteExchangeWriter } from './exchange-writer.ts';
import { openSqlite } from './sqlite-database.ts';
import { storeFault } from './store-fault.ts';

/** Rows as they travel: index, leaf, and the record's JSON. */
export interface WriteOrder {
  readonly id: number;
  readonly log: number;
  readonly rows: readonly (readonly [index: number, leaf: string, doc: string])[];
}

export interface WriteAnswer {
  readonly id: number;
  /** Null when the rows were written; otherwise a Fault's parts. */
  readonly fault: {
    readonly message: string;
    readonly where: string | undefined;
    readonly hint: string | undefined;
  } | null;
}

const { file } = workerData as { readonly file: string };
const { raw } = openSqlite(file, '.');
const writer = new SqliteExchangeWriter(raw);

parentPort!.on('message', (order: WriteOrder | 'close') => {
  if (order === 'close') {
    raw.close();
    parentPort!.close();
    return;
  }
  parentPort!.postMessage(write(order));
});

function write({ id, log, rows }: WriteOrder): WriteAnswer {
  try {
    writer.write(
      log,
      rows.map(([index, leaf, doc]) => ({ index, leaf, doc, exchange: JSON.parse(doc) as Exchange })),
    );
    return { id, fault: null };
  } catch (error) {
    const fault = isFault(error) ? error : storeFault(error, `sqlite:${file}`);
    return { id, fault: { message: fault.message, where: fault.where, hint: fault.hint } };
  }
}
