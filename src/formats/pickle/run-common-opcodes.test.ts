import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../bytes/byte-source.ts';
import { runPickle } from './pickle-machine.ts';

/** Few enough that the machine takes every opcode by itself. */
const SLOW = 500_000;

let state = 1;
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

const PIECES: readonly (() => string)[] = [
  () => `\x8c\x03ab${random(10)}`,
  () => `\x8c\x0a\x80\x04K\x01.xxxxx`,
  () => `X\x02\0\0\0xy`,
  () => '\x94',
  () => '\x94',
  () => `q${String.fromCharCode(random(6))}`,
  () => `r${String.fromCharCode(random(6))}\0\0\0`,
  () => `h${String.fromCharCode(random(8))}`,
  () => `j${String.fromCharCode(random(8))}\0\0\0`,
  () => `K${String.fromCharCode(random(256))}`,
  () => 'M\x01\x02',
  () => `J\x01\x02\x03${random(2) === 0 ? '\x04' : '\xff'}`,
  () => 'G\0\0\0\0\0\0\0\0',
  () => 'N',
  () => '\x88',
  () => '(',
  () => '}',
  () => ']',
  () => ')',
  () => '\x85',
  () => '\x86',
  () => '\x87',
  () => 't',
  () => 'a',
  () => 's',
  () => '0',
  () => '2',
  () => '\x8c\x02os\x8c\x06system\x93',
  () => 'R',
  () => 'cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81',
  () => '}X\x05\0\0\0shapeK\x02\x85sX\x05\0\0\0dtypecnumpy\ndtype\nX\x02\0\0\0u1\x85Rsb',
];

test('a stream is the same to the tight loop and to the machine, whatever its opcodes', () => {
  let complete = 0;
  for (let made = 0; made < 3000; made++) {
    let text = `\x80${String.fromCharCode(random(6))}`;
    // Behind enough that the window has room for the loop.
    for (let count = random(60); count >= 0; count--) text += PIECES[random(PIECES.length)]!();
    const source = memorySource(Buffer.from(`${text}.${' '.repeat(300)}`, 'latin1'));
    const fast = runPickle(source);
    assert.deepEqual(fast, runPickle(source, 0, SLOW));
    if (fast.status === 'complete') complete++;
  }
  assert.ok(complete > 300, `${complete} complete`);
});

test('many values in frames come out alike', () => {
  const dictionary = '}\x94(\x8c\x02ab\x94K\x01\x8c\x02cd\x94K\x01K\x02\x86\x94u';
  const frame = dictionary.repeat(2500);
  const head = Buffer.alloc(9);
  head[0] = 0x95;
  head.writeBigUInt64LE(BigInt(frame.length), 1);
  const whole = Buffer.concat([
    Buffer.from('\x80\x04]\x94(', 'latin1'),
    ...Array.from({ length: 3 }, () => Buffer.concat([head, Buffer.from(frame, 'latin1')])),
    Buffer.from('e.', 'latin1'),
  ]);
  const fast = runPickle(memorySource(whole));
  assert.equal(fast.status, 'complete');
  assert.equal(fast.opcodes, 1 + 3 + 3 * (1 + 2500 * 13) + 2);
  assert.deepEqual(fast, runPickle(memorySource(whole), 0, SLOW));
});
