import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { isFault } from '../../core/fault.ts';
import type { SseEvent } from '../surface.ts';
import { createFrameSplitter } from './split-frames.ts';
import type { Frame } from './split-frames.ts';
import { frameText, writeFrame } from './write-frame.ts';

function split(
  stream: Uint8Array,
  cuts: readonly number[],
  maxFrame = 1 << 20,
): { frames: Frame[]; rest: Frame | null } {
  const splitter = createFrameSplitter({ maxFrame });
  const frames: Frame[] = [];
  let from = 0;
  for (const cut of [...cuts, stream.length]) {
    frames.push(...splitter.push(stream.slice(from, cut)));
    from = cut;
  }
  return { frames, rest: splitter.end() };
}

/** The same stream read by eventsource-parser. */
function oracle(stream: Uint8Array): SseEvent[] {
  const events: SseEvent[] = [];
  const parser = createParser({ onEvent: (event) => events.push({ event: event.event ?? '', data: event.data }) });
  parser.feed(new TextDecoder().decode(stream));
  return events;
}

const LINE = fc.oneof(
  fc.constantFrom('data: {"a":1}', 'data:x', 'data:  two spaces', 'data', 'data:', 'event: delta', 'event:other', 'id: 7', 'retry: 10',
    ': comment', ':', 'datax: no', 'eventual: no', 'unknown: é', 'data: 😀 ünï', 'data: a: b', 'data: [DONE]'), // prettier-ignore
  fc.string({ unit: fc.constantFrom('a', ':', ' ', 'é', '😀', '\u2028', '\u0085', '\0') }),
);
const ENDING = fc.constantFrom(
  '\n',
  '\n',
  '\r\n',
  '\r',
  '\n\n',
  '\n\n',
  '\r\n\r\n',
  '\r\r',
  '\n\r\n',
  '\r\n\n',
  '\n\r',
);
const STREAM = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(LINE, ENDING), { maxLength: 12 }), fc.boolean())
  .map(([bom, lines, closed]) =>
    Buffer.from((bom ? '\ufeff' : '') + lines.map(([line, end]) => line + end).join('') + (closed ? '\n\n' : '')),
  );

test('agrees with eventsource-parser, and gives every byte back, for every way of cutting', () => {
  let events = 0;
  fc.assert(
    fc.property(STREAM, fc.array(fc.nat(400), { maxLength: 12 }), (stream, points) => {
      const cuts = points.filter((point) => point <= stream.length).sort((a, b) => a - b);
      const { frames, rest } = split(stream, cuts);
      assert.deepEqual(Buffer.concat([...frames, ...(rest ? [rest] : [])].map((frame) => frame.bytes)), stream);
      // A frame that ends the stream with a lone `\r` is complete for the oracle, and waits in `rest` for us.
      const whole = rest !== null && /(\r|\n)\r$/.test(Buffer.from(rest.bytes).toString()) ? [...frames, rest] : frames;
      const seen = whole.flatMap((frame) => (frame.event === null ? [] : [frame.event]));
      assert.deepEqual(seen, oracle(stream));
      events += seen.length;
      const shape = (list: readonly Frame[]) => list.map((frame) => Buffer.from(frame.bytes).toString('hex'));
      assert.deepEqual(shape(frames), shape(split(stream, []).frames));
    }),
    { numRuns: 5000 },
  );
  assert.ok(events > 3000);
});

test('gives the same frames when cut at every single byte', () => {
  const stream = Buffer.from(
    '\ufeffevent: a\r\ndata: é😀\r\n\r\n: keep-alive\n\ndata: 1\ndata: 2\r\rdata: [DONE]\n\n\n\nevent: only\n\n',
  );
  const whole = split(stream, []);
  assert.deepEqual(
    whole.frames.map((frame) => frame.event),
    [{ event: 'a', data: 'é😀' }, null, { event: '', data: '1\n2' }, { event: '', data: '[DONE]' }, null, null, null],
  );
  const bytewise = split(
    stream,
    Array.from({ length: stream.length }, (_, index) => index),
  );
  assert.deepEqual(bytewise.frames.map(plain), whole.frames.map(plain));
  for (let cut = 0; cut <= stream.length; cut++) {
    assert.deepEqual(split(stream, [cut]).frames.map(plain), whole.frames.map(plain), `cut at ${cut}`);
  }
});

const plain = (frame: Frame) => ({ ...frame, bytes: Buffer.from(frame.bytes).toString('latin1') });

test('keeps the bytes of invalid UTF-8 and says so', () => {
  const stream = Buffer.concat([Buffer.from('data: a'), Buffer.from([0xff, 0xc3]), Buffer.from('\n\ndata: é\n\n')]);
  const { frames } = split(stream, [8, 9]);
  assert.equal(frames[0]!.valid, false);
  assert.equal(frames[0]!.event!.data, 'a\ufffd\ufffd');
  assert.deepEqual(Buffer.from(frames[0]!.bytes), stream.subarray(0, 11));
  assert.equal(frames[1]!.valid, true);
});

test('gives what stands behind the last blank line at the end, to be inspected too', () => {
  const { frames, rest } = split(Buffer.from('data: 1\n\nevent: x\ndata: secret\n'), [3]);
  assert.equal(frames.length, 1);
  assert.deepEqual(rest!.event, { event: 'x', data: 'secret' });
  assert.equal(split(Buffer.from('data: 1\n\n'), []).rest, null);
});

test('refuses a frame that is too long, complete or not, whatever the chunks', () => {
  const long = Buffer.from(`data: ${'x'.repeat(100)}\n\n`);
  for (const cuts of [[], [50], Array.from({ length: 107 }, (_, index) => index)]) {
    assert.throws(
      () => split(long, cuts, 100),
      (error: unknown) => isFault(error) && error.code === 'ERR_UPSTREAM_INVALID',
    );
    assert.equal(split(long, cuts, 108).frames.length, 1);
  }
  // Many short frames in one chunk are no long frame.
  assert.equal(split(Buffer.from('data: 1\n\n'.repeat(1000)), [], 100).frames.length, 1000);
});

test('is linear: one frame of 8 MB that arrives in chunks of 64 bytes', () => {
  const stream = Buffer.from(`data: ${'x'.repeat(8 << 20)}\n\n`);
  const cuts = Array.from({ length: stream.length >> 6 }, (_, index) => index << 6);
  assert.equal(split(stream, cuts, 16 << 20).frames[0]!.event!.data.length, 8 << 20);
});

test('writes frames that read back', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('', 'message_stop'),
      fc.string({ unit: fc.constantFrom('a', '\n', ' ', ':', 'é') }),
      (event, data) => {
        const { frames, rest } = split(Buffer.from(frameText(event, data)), []);
        assert.equal(rest, null);
        assert.deepEqual(
          frames.map((frame) => frame.event),
          [{ event, data }],
        );
      },
    ),
  );
  assert.equal(frameText('', { a: 1 }), 'data: {"a":1}\n\n');
  assert.equal(frameText('error', 'a\r\nb'), 'event: error\ndata: a\ndata: b\n\n');
  assert.equal(Buffer.from(writeFrame({ event: 'a', data: 'é' })).toString(), 'event: a\ndata: é\n\n');
});
