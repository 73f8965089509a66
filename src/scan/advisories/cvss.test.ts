import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cvssScore } from './cvss-score.ts';
import { cvss4Score } from './cvss4-score.ts';

test('CVSS 4.0: published examples of first.org, and vectors that the calculator of the Red Hat Product Security team scores so', () => {
  for (const [vector, score] of [
    ['AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3],
    ['AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.7],
    ['AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U', 5.2],
    ['AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N', 8.3],
    ['AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N', 5.1],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:L/SA:N', 6.9],
    ['AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N', 5.9],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A', 8.7],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A', 10],
    ['AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:H/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L', 8.2],
    ['AV:L/AC:L/AT:N/PR:N/UI:P/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N/S:P/U:Red', 4.8],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0],
  ] as const)
    assert.equal(cvss4Score(`CVSS:4.0/${vector}`), score, vector);
});

test('what is no vector of CVSS 4.0 has no score', () => {
  const whole = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H';
  for (const vector of [
    whole.replace('/VC:H', ''),
    `${whole}/VC:H`,
    `${whole}/E:Z`,
    `${whole}/MSC:S`,
    `${whole}/XX:N`,
    whole.replace('SI:H', 'SI:S'),
    whole.replace('4.0', '3.1'),
    `${whole}/`,
  ])
    assert.equal(cvss4Score(vector), null, vector);
});

test('CVSS 3.1: published examples', () => {
  for (const [vector, score] of [
    ['AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
    ['AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
    ['AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1],
    ['AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L', 4.2],
    ['AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5],
    ['AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
  ] as const)
    assert.equal(cvssScore(`CVSS:3.1/${vector}`), score, vector);
});
