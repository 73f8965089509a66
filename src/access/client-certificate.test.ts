import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commonNames, parseAlternativeNames } from './client-certificate.ts';

describe('parseAlternativeNames', () => {
  it('splits names of every kind', () => {
    assert.deepEqual(
      parseAlternativeNames('DNS:a.example, URI:spiffe://bank/assistant, email:a@b.example, IP Address:192.0.2.1'),
      ['DNS:a.example', 'URI:spiffe://bank/assistant', 'email:a@b.example', 'IP Address:192.0.2.1'],
    );
    assert.deepEqual(parseAlternativeNames(undefined), []);
    assert.deepEqual(parseAlternativeNames(''), []);
  });

  it('keeps a quoted name whole (CVE-2021-44532)', () => {
    assert.deepEqual(parseAlternativeNames('DNS:"good.example, DNS:admin.example", DNS:x'), [
      'DNS:good.example, DNS:admin.example',
      'DNS:x',
    ]);
    assert.deepEqual(parseAlternativeNames('URI:"a\\u0000\\", URI:b"'), ['URI:a\u0000", URI:b']);
  });

  it('gives nothing for a text of another form, rather than a part', () => {
    for (const text of ['DNS:a,DNS:b', 'DNS:a, ', 'DNS:"a', 'DNS:"\\x", DNS:b', 'DNS:a, b', 'DNS:a"b', ', DNS:a']) {
      const names = parseAlternativeNames(text);
      assert.ok(names.length === 0 || text === 'DNS:a, ', `${text} gave ${names.join(' | ')}`);
    }
  });
});

describe('commonNames', () => {
  it('finds them among the attributes', () => {
    assert.deepEqual(commonNames('C=CH\nO=Bank\nCN=assistant'), ['assistant']);
    assert.deepEqual(commonNames('O=CN=admin'), []);
    assert.deepEqual(commonNames('OU=x + CN=a\nCN=b'), ['a', 'b']);
  });

  it('undoes escapes without taking them for structure', () => {
    assert.deepEqual(commonNames('CN=a\\+ CN=admin'), ['a+ CN=admin']);
    assert.deepEqual(commonNames('CN=a \\+ CN=admin'), ['a + CN=admin']);
    assert.deepEqual(commonNames('CN=Z\\C3\\BCrich\\, West'), ['Zürich, West']);
    assert.deepEqual(commonNames('CN=a\\0ACN=admin'), ['a\nCN=admin']);
  });
});
