import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBech32, checkGithubToken, checkGrafanaToken, checkVirtualKey } from './checksum.ts';
import { generateVirtualKey } from '../../access/virtual-key.ts';

test('GitHub: a published token holds, one altered unit does not', () => {
  // https://gist.github.com/coolaj86/eb8cddfd3e4251258712dfed03e1f86d
  assert.equal(checkGithubToken('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'), 'certain');
  assert.equal(checkGithubToken('ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18'), 'doubtful');
  assert.equal(checkGithubToken('ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkK0mLq17'), 'doubtful');
});

test("Grafana: the token of Grafana's own test holds", () => {
  // https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/satokengen_test.go
  assert.equal(checkGrafanaToken('glsa_yscW25imSKJIuav8zF37RZmnbiDvB05G_fcaaf58a'), 'certain');
  assert.equal(checkGrafanaToken('glsa_yscW25imSKJIuav8zF37RZmnbiDvB05H_fcaaf58a'), 'doubtful');
});

test('Bech32: valid and invalid strings of BIP-173', () => {
  for (const valid of [
    'A12UEL5L',
    'a12uel5l',
    'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
    'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w',
  ]) {
    assert.equal(checkBech32(valid), 'certain', valid);
  }
  assert.equal(checkBech32('A1G7SGD8'), 'doubtful'); // checksum calculated with upper-case form of the prefix
  assert.equal(checkBech32('split1cheo2y9e2w'), 'no'); // "o" is no symbol
  assert.equal(checkBech32('1qzzfhee'), 'no');
});

test("Parapet's own keys hold", () => {
  const { text } = generateVirtualKey();
  assert.equal(checkVirtualKey(text), 'certain');
  assert.equal(checkVirtualKey(`${text.slice(0, -1)}${text.endsWith('a') ? 'b' : 'a'}`), 'doubtful');
});
