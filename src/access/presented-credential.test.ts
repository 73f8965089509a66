import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFault } from '../core/fault.ts';
import { readCredential } from './presented-credential.ts';

const KEY = 'pk_abcdefghi234_0123456789ABCDEFGHIJabcdefghij012345';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UifQ.c2ln';

describe('readCredential', () => {
  it('finds the credential wherever an SDK puts it', () => {
    for (const headers of [
      { authorization: `Bearer ${KEY}` },
      { authorization: `bearer   ${KEY} ` },
      { 'x-api-key': KEY },
      { 'api-key': KEY },
      { 'x-goog-api-key': KEY },
      { authorization: `Bearer ${KEY}`, 'x-api-key': KEY },
    ]) {
      assert.deepEqual(readCredential(headers), { kind: 'key', text: KEY });
    }
  });

  it('tells kinds apart by form', () => {
    assert.equal(readCredential({ 'x-api-key': JWT })?.kind, 'jwt');
    assert.equal(readCredential({ 'x-api-key': 'eyJhbGciOiJub25lIn0.e30.' })?.kind, 'jwt');
    assert.equal(readCredential({ 'x-api-key': 'sk-proj-abc' })?.kind, 'other');
    assert.equal(readCredential({ 'x-api-key': 'a.b.c.d.e' })?.kind, 'other');
  });

  it('is null only when nothing is shown', () => {
    assert.equal(readCredential({}), null);
    assert.equal(readCredential({ cookie: 'authorization=Bearer x', 'proxy-authorization': `Bearer ${KEY}` }), null);
  });

  const refused: readonly (readonly [string, Parameters<typeof readCredential>[0], RegExp])[] = [
    ['two different credentials', { authorization: `Bearer ${KEY}`, 'x-api-key': JWT }, /several different/],
    ['two different keys', { 'api-key': KEY, 'x-api-key': `${KEY}x` }, /several different/],
    ['a header line sent twice', { 'x-api-key': `${KEY}, ${KEY}` }, /malformed/],
    ['an authorization line sent twice', { authorization: `Bearer ${KEY}, Bearer ${KEY}` }, /malformed/],
    ['an empty bearer', { authorization: 'Bearer ' }, /empty/],
    ['no token at all', { authorization: 'Bearer' }, /empty/],
    ['an empty header', { 'x-api-key': '' }, /empty/],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }, /scheme/],
    ['a bare token', { authorization: KEY }, /scheme/],
    ['spaces inside', { authorization: `Bearer ${KEY} ${KEY}` }, /malformed/],
    ['characters outside ASCII', { 'x-api-key': 'pk_ä' }, /malformed/],
    ['control characters', { 'x-api-key': 'a\u0000b' }, /malformed/],
    ['more than 16 KiB', { authorization: `Bearer ${'a'.repeat(16_385)}` }, /longer/],
  ];
  for (const [name, headers, pattern] of refused) {
    it(`refuses ${name}, without repeating it`, () => {
      assert.throws(
        () => readCredential(headers),
        (error) =>
          isFault(error) &&
          error.code === 'ERR_UNAUTHENTICATED' &&
          pattern.test(error.message) &&
          !error.line.includes('abcdefghi234') &&
          error.where !== undefined,
      );
    });
  }
});
