import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFault } from '../../src/core/fault.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';

it('a second process is refused by name, and has the ledger at once when the first was killed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'parapet-writers-'));
  const at = join(directory, 'ledger');
  const promises = join(directory, 'promises');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-child.ts'), at, promises, '0', '5', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('ready\n')) resolve();
      });
      child.on('exit', (code) => reject(new Error(`the writer ended by itself with ${code}`)));
    });
    const options = { directory: at, origin: 'kill.example', sync: 'batch', syncMillis: 1000 } as const;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await assert.rejects(
        openLedger(options),
        (error) =>
          isFault(error) && error.code === 'ERR_LEDGER' && error.line.includes(`in use by process ${child.pid} on `),
      );
    }
    // Not before it has promised something.
    while (!/^0 /m.test(readFileSync(promises, 'utf8'))) await sleep(5);
    const gone = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGKILL');
    await gone;
    const ledger = await openLedger(options);
    assert.ok(ledger.size > 0);
    await ledger.close();
  } finally {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});
