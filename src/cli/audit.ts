import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { statePaths } from '../config/state-paths.ts';
import { Fault, isFault } from '../core/fault.ts';
import type { Checkpoint } from '../ledger/ledger.ts';
import { LogFiles } from '../ledger/log-files.ts';
import { inclusionRanges, leafHash } from '../ledger/merkle.ts';
import type { RememberedLeaf } from '../ledger/align-records.ts';
import { parseVerifierKey } from '../ledger/note-key.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from '../ledger/tlog-proof.ts';
import { type VerifyReport, verifyLedger } from '../ledger/verify.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { codeOf, readCheckpoint, readKey } from './audit-arguments.ts';
import type { Io } from './command.ts';
import { count } from './count.ts';

interface Where {
  readonly config: string;
  readonly state?: string;
}

interface Place {
  readonly ledger: string;
  readonly storeUrl: string;
  readonly directory: string;
}

const PAGE = 1000;

/** Exit 0: everything holds. 1: something does not. 3: a part could not be looked at. */
export async function verifyAudit(
  options: Where & {
    readonly proof?: string;
    readonly since?: string;
    readonly key?: string;
    readonly store: boolean;
    readonly json?: true;
  },
  io: Io,
): Promise<void> {
  const place = await locate(options, io);
  const since =
    options.since === undefined ? null : await readCheckpoint(resolve(io.cwd, options.since), options.since);
  if (options.key !== undefined) readKey(options.key);
  let store: Store | null = null;
  let incomplete: string | null = null;
  if (options.store) {
    try {
      store = await openStoreOf(place, options.key);
      if (store === null) incomplete = 'The store knows no record of this log: there is no database.';
    } catch (error) {
      incomplete = `The store could not be opened, so nothing was held against it: ${isFault(error) ? error.line : String(error)}`;
    }
  }
  let report: VerifyReport;
  let proof: string | null = null;
  try {
    report = await verifyLedger({
      directory: place.ledger,
      ...(options.key === undefined ? {} : { verifierKey: options.key }),
      ...(store === null ? {} : { against: leavesOf(store) }),
      ...(since === null ? {} : { since }),
      ...(io.terminal && options.json === undefined
        ? {
            onProgress: (done: number, of: number) =>
              done % 25_600 === 0 ? io.err(`${done} of ${of} records`) : undefined,
          }
        : {}),
    });
    if (store !== null && report.compared === 0 && report.ahead > 0) {
      incomplete = 'The store knows no record of this log, so nothing was held against it.';
    }
    if (options.proof !== undefined && report.ok)
      proof = await proofOf(place, await indexOf(options.proof, store, place));
  } finally {
    await store?.close();
  }
  io.exitCode = report.ok ? (incomplete === null ? 0 : 3) : 1;
  if (options.json) {
    const { checkpoint, ...rest } = report;
    io.out(
      JSON.stringify(
        { ...rest, origin: checkpoint?.origin ?? null, checkpoint: checkpoint?.note ?? null, incomplete, proof },
        null,
        2,
      ),
    );
    return;
  }
  for (const { kind, index, id, file, message } of report.problems) {
    const at = [index === null ? null : `record ${index}`, id, file].filter((part) => part !== null).join(', ');
    io.out(`${kind}${at === '' ? '' : ` (${at})`}: ${message}`);
  }
  if (incomplete !== null) io.err(`warning: ${incomplete}`);
  if (report.ok) {
    io.out(`The ledger holds: ${contents(report, store !== null)}.`);
    if (report.checkpoint !== null) io.out(`\n${report.checkpoint.note.trimEnd()}`);
    if (proof !== null) io.out(`\n${proof.trimEnd()}`);
  } else {
    const { problems, unlisted, size } = report;
    if (unlisted > 0) io.out(`… and ${count(unlisted, 'problem')} more`);
    io.out(`\nThe ledger does NOT hold: ${count(problems.length + unlisted, 'problem')} in ${count(size, 'record')}.`);
  }
}

function contents({ size, compared, ahead }: VerifyReport, withStore: boolean): string {
  const records = count(size, 'record');
  if (!withStore) return `${records}, not held against the store`;
  if (compared === size) return size === 0 ? records : `${records}, all held against the store`;
  const others = size - compared - ahead;
  return [
    `${records}, ${compared} held against the store`,
    ...(ahead === 0 ? [] : [`${ahead} that the store does not know yet`]),
    ...(others === 0 ? [] : [`${count(others, 'action')} in the console, which only the ledger has`]),
  ].join('; ');
}

export async function proveRecord(
  record: string,
  options: Where & { readonly output?: string },
  io: Io,
): Promise<void> {
  const place = await locate(options, io);
  const text = await proofOf(place, await findRecord(record, place));
  if (options.output === undefined) {
    io.out(text.trimEnd());
    return;
  }
  try {
    await writeFile(resolve(io.cwd, options.output), text);
  } catch (error) {
    throw new Fault('ERR_USAGE', `The proof cannot be written (${codeOf(error)}).`, {
      where: options.output,
      cause: error,
    });
  }
}

export async function showRecord(record: string, options: Where, io: Io): Promise<void> {
  const place = await locate(options, io);
  const files = new LogFiles(place.ledger);
  const { size } = await checkpointOf(files, place);
  const index = await findRecord(record, place);
  assertIn(index, size);
  // Byte for byte, without a newline of our own inside it: what is printed is what the proof is about.
  io.out((await files.entry(index, size)).toString('utf8'));
}

export async function showCheckpoint(options: Where, io: Io): Promise<void> {
  const place = await locate(options, io);
  io.out((await checkpointOf(new LogFiles(place.ledger), place)).note.trimEnd());
}

async function locate(options: Where, io: Io): Promise<Place> {
  if (options.state !== undefined) {
    const state = resolve(io.cwd, options.state);
    return { ledger: resolve(state, 'ledger'), storeUrl: `sqlite:${resolve(state, 'parapet.db')}`, directory: state };
  }
  const loaded = await loadConfig(resolve(io.cwd, options.config), io.env, options.config);
  const { ledger, storeUrl } = statePaths(loaded);
  return { ledger, storeUrl, directory: loaded.directory };
}

async function checkpointOf(files: LogFiles, place: Place): Promise<Checkpoint> {
  const checkpoint = await files.checkpoint();
  if (checkpoint !== null) return checkpoint;
  throw new Fault('ERR_NOT_FOUND', 'There is no ledger here yet.', {
    where: place.ledger,
    hint: 'Start the gateway once, or name another state directory.',
  });
}

async function proofOf(place: Place, index: number): Promise<string> {
  const files = new LogFiles(place.ledger);
  const checkpoint = await checkpointOf(files, place);
  const { size } = checkpoint;
  assertIn(index, size);
  const hashes = await Promise.all(inclusionRanges(index, size).map((range) => files.hashOf(range, size)));
  const text = formatTlogProof({ index, hashes, checkpoint, extra: null });
  // What leaves was checked with the same eyes that the recipient will use.
  const key = parseVerifierKey(((await files.text('key.pub')) ?? '').trim());
  const entry = await files.entry(index, size);
  const verdict = verifyTlogProof(parseTlogProof(text), entry, [key]);
  if (verdict.status === 'failed') {
    throw new Fault('ERR_LEDGER_INVALID', `No proof can be given. ${verdict.reason}`, {
      where: `record ${index}, leaf ${leafHash(entry).toString('hex')}`,
      hint: 'Run `parapet audit verify` to see what is wrong.',
    });
  }
  return text;
}

async function findRecord(record: string, place: Place): Promise<number> {
  if (/^\d{1,15}$/.test(record)) return Number(record);
  const store = await openStoreOf(place);
  try {
    return await indexOf(record, store, place);
  } finally {
    await store?.close();
  }
}

/**
 * The store, speaking of this ledger: gateways that share one have a ledger each, known by its verifier key. Null when
 * there is none: looking does not make one.
 */
async function openStoreOf({ ledger, storeUrl, directory }: Place, key?: string): Promise<Store | null> {
  if (storeUrl.startsWith('sqlite:') && !existsSync(resolve(directory, storeUrl.slice('sqlite:'.length)))) return null;
  const log = (key ?? (await new LogFiles(ledger).text('key.pub').catch(() => null)) ?? '').trim();
  return openStore(storeUrl, { directory, ...(log === '' ? {} : { log }) });
}

/** @throws Fault `ERR_NOT_FOUND` when the store does not know the request, or this ledger has another entry in its place. */
async function indexOf(record: string, store: Store | null, place: Place): Promise<number> {
  if (/^\d{1,15}$/.test(record)) return Number(record);
  const stored = await store?.exchange(record);
  if (stored == null)
    throw new Fault('ERR_NOT_FOUND', `There is no record of the request "${record.slice(0, 64)}".`, {
      hint: 'Give the request id, or the number in the ledger.',
    });
  const files = new LogFiles(place.ledger);
  const { size } = await checkpointOf(files, place);
  const leaf = stored.index < size ? leafHash(await files.entry(stored.index, size)).toString('hex') : null;
  if (leaf !== null && leaf !== stored.leaf) {
    throw new Fault('ERR_NOT_FOUND', `Record ${stored.index} of this ledger is not the one that the store knows.`, {
      where: place.ledger,
      hint: 'It is in the ledger of another gateway, or it was changed: run `parapet audit verify`.',
    });
  }
  return stored.index;
}

function assertIn(index: number, size: number): void {
  if (index >= size) throw new Fault('ERR_NOT_FOUND', `There is no record ${index}: the ledger has ${size}.`);
}

async function* leavesOf(store: Store): AsyncGenerator<RememberedLeaf> {
  for (let from = 0; ;) {
    const rows = await store.leaves(from, PAGE);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    from = last.index + 1;
  }
}
