import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import { createAuthThrottle, subscriberOf } from './auth-throttle.ts';

const LIMITS = { failures: 3, window: 60_000, block: 30_000 };

function throttled(retryAfter: number) {
  return (error: unknown) => isFault(error) && error.code === 'ERR_AUTH_THROTTLED' && error.retryAfter === retryAfter;
}

describe('createAuthThrottle', () => {
  it('makes an address wait after the failures, tells how long, and lets it in again', () => {
    let now = 1_000_000;
    const throttle = createAuthThrottle(LIMITS, () => now);
    for (let i = 0; i < 2; i++) throttle.failed('192.0.2.1');
    throttle.admit('192.0.2.1');
    throttle.failed('192.0.2.1');
    assert.throws(() => throttle.admit('192.0.2.1'), throttled(30));
    throttle.admit('192.0.2.2');
    now += 29_500;
    assert.throws(() => throttle.admit('192.0.2.1'), throttled(1));
    now += 500;
    throttle.admit('192.0.2.1');
    throttle.failed('192.0.2.1');
    throttle.admit('192.0.2.1');
  });

  it('forgets failures that are older than the window', () => {
    let now = 0;
    const throttle = createAuthThrottle(LIMITS, () => now);
    for (let i = 0; i < 50; i++) {
      throttle.failed('192.0.2.1');
      throttle.failed('192.0.2.1');
      throttle.admit('192.0.2.1');
      now += LIMITS.window;
    }
  });

  it('counts a whole IPv6 network as one, and IPv4 in IPv6 clothes as IPv4', () => {
    const throttle = createAuthThrottle(LIMITS, () => 0);
    for (const address of ['2001:db8:0:7::1', '2001:db8:0:7:ffff:ffff:ffff:ffff', '2001:db8:0:7:abcd::']) {
      throttle.failed(address);
    }
    assert.throws(() => throttle.admit('2001:db8:0:7::99'), throttled(30));
    throttle.admit('2001:db8:0:8::1');
    for (let i = 0; i < 3; i++) throttle.failed('::ffff:192.0.2.9');
    assert.throws(() => throttle.admit('192.0.2.9'), throttled(30));
  });

  it('holds a bounded number of addresses', () => {
    const throttle = createAuthThrottle({ ...LIMITS, failures: 1 }, () => 0);
    throttle.failed('198.51.100.1');
    for (let i = 0; i < 10_000; i++) throttle.failed(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    throttle.admit('198.51.100.1');
    assert.throws(() => throttle.admit('10.0.39.15'), throttled(30));
  });
});

describe('subscriberOf', () => {
  it('follows RFC 5952 spellings of one address to one subscriber', () => {
    const table: readonly (readonly [string, string])[] = [
      ['192.0.2.1', '192.0.2.1'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['::FFFF:c000:201', '192.0.2.1'],
      ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
      ['2001:db8::1', '2001:db8:0:0::/64'],
      ['2001:0DB8:0000:0000:ffff::', '2001:db8:0:0::/64'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['::', '0:0:0:0::/64'],
      ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
      ['/run/parapet.sock', '/run/parapet.sock'],
      ['', ''],
    ];
    for (const [address, subscriber] of table) assert.equal(subscriberOf(address), subscriber, address);
  });

  it('gives two addresses one subscriber exactly when their first 64 bits agree', () => {
    const group = fc.constantFrom(0, 1, 0xff, 0xffff);
    const groups = fc.array(group, { minLength: 8, maxLength: 8 });
    const spell = (parts: readonly number[]) => parts.map((part) => part.toString(16)).join(':');
    const isMapped = (parts: readonly number[]) => parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff;
    fc.assert(
      fc.property(groups, groups, (a, b) => {
        fc.pre(!isMapped(a) && !isMapped(b));
        const same = spell(a.slice(0, 4)) === spell(b.slice(0, 4));
        assert.equal(subscriberOf(spell(a)) === subscriberOf(spell(b)), same);
      }),
    );
  });
});
