import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CsvReader, readCsv } from './csv-reader.ts';

describe('CsvReader', () => {
  it('reads what RFC 4180 shows', () => {
    assert.deepEqual(readCsv('aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n'), [
      ['aaa', 'bbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ]);
    assert.deepEqual(readCsv('"aaa","b\r\nbb","ccc"\r\nzzz,yyy,xxx'), [
      ['aaa', 'b\r\nbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ]);
    assert.deepEqual(readCsv('"aaa","b""bb","ccc"'), [['aaa', 'b"bb', 'ccc']]);
  });

  it('keeps quotes inside of plain fields where it is told to, wherever the text is cut', () => {
    const text = 'disk 5" long,"a ""b"""\n"x",6"\n"';
    for (let cut = 0; cut <= text.length; cut++) {
      const rows: (readonly string[])[] = [];
      const reader = new CsvReader((row) => void rows.push(row), ',', undefined, 'keep');
      reader.push(text.slice(0, cut));
      reader.push(`${text.slice(cut)}y"\n`);
      reader.end();
      assert.deepEqual(rows, [['disk 5" long', 'a "b"'], ['x', '6"'], ['y']], `cut at ${cut}`);
    }
    assert.throws(() => readCsv('a 5" b\n'), /not quoted/);
  });

  it('reads other line ends and separators, empty fields, a byte order mark, and leaves empty lines out', () => {
    assert.deepEqual(readCsv('\uFEFFa\tb\n\n\tc\r""\t\n', '\t'), [
      ['a', 'b'],
      ['', 'c'],
      ['', ''],
    ]);
    assert.deepEqual(readCsv('""\n'), [['']]);
    assert.deepEqual(readCsv(''), []);
  });

  it('says on which line it is damaged', () => {
    assert.throws(() => readCsv('a,b\nc,"d\n\ne'), { code: 'ERR_DATA', where: 'line 4' });
    assert.throws(() => readCsv('a\nb"c"\n'), { code: 'ERR_DATA', where: 'line 2' });
    assert.throws(() => readCsv('"a"b'), { code: 'ERR_DATA', where: 'line 1' });
    const small = new CsvReader(() => {}, ',', { columns: 2, field: 3 });
    assert.throws(() => small.push('a,b,c\n'), /more than 2 fields/);
    assert.throws(() => new CsvReader(() => {}, ',', { columns: 2, field: 3 }).push('"abcd"'), /longer than 3/);
    assert.throws(() => readCsv('', '"'), { code: 'ERR_USAGE' });
  });

  it('gives back any table, wherever its text is cut', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', ' '), maxLength: 6 });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(table, fc.array(fc.nat(60)), (rows, cuts) => {
        const text = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join()).join('\r\n');
        const read: string[][] = [];
        const reader = new CsvReader((row) => void read.push(row));
        let from = 0;
        for (const cut of [...cuts, text.length].toSorted((a, b) => a - b)) {
          reader.push(text.slice(from, cut));
          from = Math.min(text.length, Math.max(from, cut));
        }
        reader.end();
        assert.deepEqual(read, rows);
      }),
    );
  });
});
