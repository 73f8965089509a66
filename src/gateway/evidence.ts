import { createHmac, randomBytes } from 'node:crypto';
import type { Exchange } from '../core/exchange.ts';
import { Fault } from '../core/fault.ts';
import { leafHash } from '../ledger/merkle.ts';
import type { Appended, Ledger } from '../ledger/ledger.ts';
import type { LiveFeed } from '../monitor/live-feed.ts';
import type { Store, StoredExchange } from '../store/store.ts';
import type { ExchangeDraft } from './exchange-draft.ts';

/** Rows wait this long for company before they go to the store in one transaction. */
const BATCH_MILLIS = 25;
const BATCH_ROWS = 512;
/** Between two attempts while the store is away. */
const RETRY_MILLIS = 1000;
/** Rows that may wait while the store is away; beyond it nothing is served, because nothing could be found again. */
const MAX_WAITING = 50_000;
/** Largest entry of the ledger. */
const MAX_ENTRY = 65_535;

export interface EvidenceOptions {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly live: LiveFeed;
  readonly onError: (message: string, error: unknown) => void;
  /** Told of every exchange once, after its record was written or could not be. */
  readonly onRecorded: (draft: ExchangeDraft) => void;
}

interface Order {
  readonly draft: ExchangeDraft;
  readonly ticket: number | null;
  readonly retention: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly stored: StoredExchange;
  readonly draft: ExchangeDraft;
  /** Of the kept content; null when none is kept. */
  readonly key: string | null;
  readonly retention: number;
  shown?: true;
}

/**
 * Writes the record of every exchange: first to the ledger, which is the truth, and then in batches to the store,
 * which is its index. An answer may leave only after `record` returned.
 */
export class EvidenceWriter {
  readonly #options: EvidenceOptions;
  /** Records that came in this turn. */
  #turn: Order[] = [];
  /** Written records on their way to the store. */
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;
  #storeDown = false;

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** False while the store does not take rows. */
  get healthy(): boolean {
    return !this.#storeDown;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Notes that an answer begins to leave before its record exists. Give the ticket to `record`. */
  begin(draft: ExchangeDraft): number {
    return this.#options.ledger.open(
      Buffer.from(JSON.stringify({ ...draft.seal(null), outcome: 'interrupted' }), 'utf8'),
    );
  }

  /**
   * Appends the record; the promise is fulfilled once it is written. Records that come in one turn of the event loop
   * are written together at its end: under load that is one run over many instead of many runs.
   * @param retention milliseconds that kept content lives; 0 when none is kept.
   * @throws Fault `ERR_LEDGER`, `ERR_STORE`: then the answer must not leave.
   */
  record(draft: ExchangeDraft, ticket: number | null, retention: number): Promise<void> {
    return new Promise((done, failed) => {
      this.#turn.push({ draft, ticket, retention, done, failed });
      if (this.#turn.length === 1) setImmediate(() => this.#write());
    });
  }

  #write(): void {
    const orders = this.#turn;
    this.#turn = [];
    for (const order of orders) {
      try {
        this.#append(order);
      } catch (error) {
        this.#refuse(order, error);
      }
    }
  }

  #append(order: Order): void {
    const { draft, ticket, retention } = order;
    if (this.#waiting.length >= MAX_WAITING) {
      throw new Fault('ERR_STORE', 'The store has not taken records for too long.', {
        hint: 'See the log for the reason.',
      });
    }
    const key = draft.kept.length > 0 && retention > 0 ? randomBytes(32).toString('hex') : null;
    const digest = key === null ? null : createHmac('sha256', key).update(JSON.stringify(draft.kept)).digest('hex');
    const exchange = draft.seal(digest);
    const doc = encode(exchange);
    const appended = this.#options.ledger.append(Buffer.from(doc, 'utf8'), ticket ?? undefined);
    const written = ({ index, leaf }: Appended): void => {
      this.#waiting.push({ stored: { index, leaf, exchange, doc }, draft, key, retention });
      if (this.#waiting.length >= BATCH_ROWS) void this.flush();
      else this.#timer ??= setTimeout(() => void this.flush(), BATCH_MILLIS);
      order.done();
    };
    if (appended instanceof Promise) appended.then(written).catch((error: unknown) => this.#refuse(order, error));
    else written(appended);
  }

  #refuse({ draft, failed }: Order, error: unknown): void {
    this.#options.onRecorded(draft);
    failed(error);
  }

  /** Puts everything that waits into the store. Rows that the store refuses stay and are tried again. */
  flush(): Promise<void> {
    if (this.#turn.length > 0) this.#write();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = null;
      if (this.#waiting.length > 0) {
        this.#timer ??= setTimeout(() => void this.flush(), this.#storeDown ? RETRY_MILLIS : BATCH_MILLIS);
      }
    });
    return this.#flushing;
  }

  async #flushAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const rows = this.#waiting.slice(0, BATCH_ROWS);
      this.#show(rows);
      try {
        await this.#options.store.putExchanges(rows.map(({ stored }) => stored));
        for (const { draft, key, retention } of rows) {
          if (key !== null)
            await this.#options.store.putContent(draft.id, draft.kept, key, draft.startedAt + retention);
        }
        this.#waiting = this.#waiting.slice(rows.length);
        this.#storeDown = false;
      } catch (error) {
        this.#storeDown = true;
        this.#options.onError('records wait because the store does not take them', error);
        return;
      }
    }
  }

  /** Metrics and the console hear of a record once, with its batch, whether or not the store takes it. */
  #show(rows: readonly Waiting[]): void {
    for (const row of rows) {
      if (row.shown === true) continue;
      row.shown = true;
      this.#options.onRecorded(row.draft);
      this.#options.live.publish(row.stored);
    }
  }
}

/**
 * Brings the store level with the ledger after a restart: entries that the store has not seen, and records for
 * exchanges that the last process left in the middle.
 * @returns how many of each.
 */
export async function recoverEvidence(
  ledger: Ledger,
  store: Store,
): Promise<{ readonly restored: number; readonly interrupted: number }> {
  for (const { ticket, note } of ledger.interrupted) await ledger.append(note, ticket);
  const interrupted = ledger.interrupted.length;
  let restored = 0;
  let rows: StoredExchange[] = [];
  for (let index = (await store.lastIndex()) + 1; index < ledger.size; index += 1) {
    const { exchange, leaf } = await readExchange(ledger, index);
    if (exchange !== null) rows.push({ index, leaf, exchange });
    if (rows.length >= BATCH_ROWS) {
      await store.putExchanges(rows);
      restored += rows.length;
      rows = [];
    }
  }
  if (rows.length > 0) await store.putExchanges(rows);
  return { restored: restored + rows.length, interrupted };
}

async function readExchange(ledger: Ledger, index: number): Promise<{ exchange: Exchange | null; leaf: string }> {
  const entry = await ledger.entry(index);
  const value: unknown = JSON.parse(Buffer.from(entry).toString('utf8'));
  const leaf = Buffer.from(leafHash(entry)).toString('hex');
  return { exchange: isExchange(value) ? value : null, leaf };
}

/** Entries of other types (administrators' actions) carry a `type`. */
function isExchange(value: unknown): value is Exchange {
  return typeof value === 'object' && value !== null && !Object.hasOwn(value, 'type') && Object.hasOwn(value, 'id');
}

/** Canonical enough: keys in the order of the type. Evidence gives way when an entry would be too large. */
function encode(exchange: Exchange): string {
  const doc = JSON.stringify(exchange);
  // A UTF-16 unit is at most three bytes of UTF-8: most records need no count.
  if (doc.length * 3 <= MAX_ENTRY || Buffer.byteLength(doc, 'utf8') <= MAX_ENTRY) return doc;
  const decisions = exchange.decisions.map((decision) => ({
    ...decision,
    evidence: decision.evidence.slice(0, 4),
    reason: `${decision.reason ?? ''} (evidence shortened: the record was too large)`.trim(),
  }));
  return JSON.stringify({ ...exchange, decisions: decisions.slice(0, 64) });
}
