import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeNetpbm } from './decode-netpbm.ts';

const bytes = (text: string, ...rest: number[]): Uint8Array =>
  Uint8Array.from([...new TextEncoder().encode(text), ...rest]);

describe('decodeNetpbm', () => {
  it('reads text and bytes, grey and colour, one and two bytes a value', () => {
    const grey = { width: 2, height: 2, channels: 1, max: 255, data: Uint8Array.of(0, 10, 20, 255) };
    assert.deepEqual(decodeNetpbm(bytes('P2\n# a comment\n2 2\n255\n0 10\n20 255\n')), grey);
    assert.deepEqual(decodeNetpbm(bytes('P5 2 2 255\n', 0, 10, 20, 255)), grey);
    const colour = { width: 1, height: 1, channels: 3, max: 255, data: Uint8Array.of(1, 2, 3) };
    assert.deepEqual(decodeNetpbm(bytes('P6\n1 1\n255\n', 1, 2, 3)), colour);
    assert.deepEqual(decodeNetpbm(bytes('P3 1 1 255 1 2 3')), colour);
    assert.deepEqual(decodeNetpbm(bytes('P5 1 1 65535\n', 1, 2)).data, Uint16Array.of(258));
  });

  it('refuses what is damaged, before anything is allocated', () => {
    for (const text of [
      'P5 2 2 255\nabc',
      'P5 0 2 255\n',
      'P2 1 1 255 256',
      'P2 90 90 255 1',
      'P7 1',
      'P5 1 1 0\n1',
      'P5',
    ]) {
      assert.throws(() => decodeNetpbm(bytes(text)), { code: 'ERR_DATA' }, text);
    }
    assert.throws(() => decodeNetpbm(bytes('P6 60000 60000 255\n')), /more than/);
  });
});
