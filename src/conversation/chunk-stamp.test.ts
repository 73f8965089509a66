import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkStamp } from './chunk-stamp.ts';
import type { Copy } from './surface.ts';

const copy = (channel: string, text: string): Copy => ({ channel, kind: 'text', message: -1, path: [channel], text });

test('what stands on every chunk is a stamp, what stands on one is not', () => {
  const stamp = new ChunkStamp();
  assert.equal(stamp.repeats([]), true);
  assert.equal(stamp.repeats([copy('region', 'eu')]), false);
  assert.equal(stamp.repeats([copy('region', 'eu')]), true);
  assert.equal(stamp.repeats([copy('region', 'us')]), false);
  assert.equal(stamp.repeats([copy('region', 'us'), copy('note', 'new')]), false);
  assert.equal(stamp.repeats([copy('note', 'new')]), true);
  assert.equal(stamp.repeats([]), true);
});
