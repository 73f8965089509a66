import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatTable } from './format-table.ts';
import { processIo } from './process-io.ts';

const HOSTILE = 'a\u001b]0;title\u0007\u001b[2Jb\u009b1mc\u202ed\re\n\tf';
const SHOWN = 'a?]0;title??[2Jb?1mc?d?e\n\tf';

/** What a stream is given while something is done. */
function written(stream: NodeJS.WriteStream, act: () => void): string {
  let text = '';
  const { write } = stream;
  stream.write = ((chunk: string) => (text += chunk) !== '') as typeof stream.write;
  try {
    act();
  } finally {
    stream.write = write;
  }
  return text;
}

describe('what strangers write into files', () => {
  it('moves no cursor from a table', () => {
    assert.equal(formatTable(['name'], [[HOSTILE]]), `name\n${SHOWN.replaceAll(/[\n\t]/g, '?')}`);
  });

  it('moves no cursor from an error, and none from what a terminal is shown; a pipe gets what there is', () => {
    const { isTTY } = process.stdout;
    try {
      for (const terminal of [true, false]) {
        process.stdout.isTTY = terminal;
        const io = processIo();
        assert.equal(
          written(process.stderr, () => io.err(HOSTILE)),
          `${SHOWN}\n`,
        );
        assert.equal(
          written(process.stdout, () => io.out(HOSTILE)),
          `${terminal ? SHOWN : HOSTILE}\n`,
        );
      }
    } finally {
      process.stdout.isTTY = isTTY;
      process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
    }
  });
});
