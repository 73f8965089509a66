import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drive, wait, type Steps } from './drive.ts';

function* sum(...values: (number | Promise<number>)[]): Steps<number> {
  let total = 0;
  for (const value of values) total += yield* wait(value);
  return total;
}

describe('drive', () => {
  it('is synchronous as long as nothing has to be waited for', () => {
    assert.equal(drive(sum(1, 2, 3)), 6);
  });

  it('waits for promises in their order', async () => {
    const result = drive(sum(1, Promise.resolve(2), 3, Promise.resolve(4)));
    assert.ok(result instanceof Promise);
    assert.equal(await result, 10);
  });

  it('throws in the turn, and rejects later', async () => {
    function* fails(first: number | Promise<number>): Steps<number> {
      yield* wait(first);
      throw new RangeError('no');
    }
    assert.throws(() => drive(fails(1)), RangeError);
    await assert.rejects(async () => drive(fails(Promise.resolve(1))), RangeError);
  });

  it('lets the generator catch what it waited for', async () => {
    function* forgiving(): Steps<string> {
      try {
        yield* wait(Promise.reject(new Error('no')));
        return 'fine';
      } catch {
        return 'caught';
      }
    }
    assert.equal(await drive(forgiving()), 'caught');
  });

  it('gives up on a rejection that nobody catches', async () => {
    await assert.rejects(async () => drive(sum(1, Promise.reject(new Error('no')))), /no/);
  });
});
