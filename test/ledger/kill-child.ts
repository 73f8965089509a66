/**
 * Writes to a ledger until it is killed. Each promise that the ledger makes goes to a file, one line in one write(2), only
 * after `append` returned: `index leaf id`.
 *
 *     node test/ledger/kill-child.ts DIRECTORY PROMISES ROUND SYNC_MILLIS BURST
 */
import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { leafHash } from '../../src/ledger/merkle.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';

const [directory, promises, round, syncMillis, burst] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const last = Math.max(
  -1,
  ...(existsSync(promises) ? (readFileSync(promises, 'utf8').match(/^\d+/gm) ?? []) : []).map(Number).slice(-10),
);
const out = openSync(promises, 'a');
process.stdout.write('begin\n');
const ledger = await openLedger({ directory, origin: 'kill.example', sync: 'batch', syncMillis: Number(syncMillis) });
const promised = (id: string, { index, leaf }: { index: number; leaf: string }): void =>
  void writeSync(out, `${index} ${leaf} ${id}\n`);

// Records that were written and not promised before the kill: a store that is brought level with its ledger has them too.
for (let index = last + 1; index < ledger.size; index += 1) {
  const entry = Buffer.from(await ledger.entry(index));
  const { id } = JSON.parse(entry.toString('utf8')) as { id: string };
  promised(id, { index, leaf: leafHash(entry).toString('hex') });
}
// What the last one left in the middle gets its record, with which the note ends.
for (const { ticket, note } of ledger.interrupted) {
  const { id } = JSON.parse(Buffer.from(note).toString('utf8')) as { id: string };
  promised(id, await ledger.append(Buffer.from(JSON.stringify({ id, outcome: 'interrupted' })), ticket));
}
process.stdout.write('ready\n');
const waiting: { id: string; ticket: number }[] = [];
for (let serial = 0; ; serial += 1) {
  const id = `r${round}-${serial}`;
  const entry = Buffer.from(JSON.stringify({ id, outcome: 'served', pad: 'x'.repeat(serial % 700) }));
  if (serial % 5 === 0) {
    const ticket = ledger.open(Buffer.from(JSON.stringify({ id, outcome: 'begun' })));
    writeSync(out, `- begun ${id}\n`);
    waiting.push({ id, ticket });
  } else promised(id, await ledger.append(entry));
  if (waiting.length > 3) {
    const { id: done, ticket } = waiting.shift()!;
    promised(done, await ledger.append(Buffer.from(JSON.stringify({ id: done, outcome: 'served' })), ticket));
  }
  if (serial % Number(burst) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}
