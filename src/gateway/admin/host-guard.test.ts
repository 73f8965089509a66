import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostName } from './host-guard.ts';

test('the name is what stands before the port, in lower case, without brackets and the final dot', () => {
  assert.equal(hostName('Console.Example:8788'), 'console.example');
  assert.equal(hostName('console.example.'), 'console.example');
  assert.equal(hostName('[::1]:8788'), '::1');
  assert.equal(hostName('127.0.0.1'), '127.0.0.1');
});

test('a header that is not a host is none', () => {
  for (const header of [
    undefined,
    '',
    'a b',
    'a/b',
    'user@host',
    '[::1',
    'host:port',
    'host:1:2',
    'a\r\nb',
    '[evil.example]',
  ]) {
    assert.equal(hostName(header), null, String(header));
  }
});
