import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SimulationReport } from '../../../src/gateway/admin/api.ts';
import { seededRandom } from '../../../test/console/seeded-random.ts';
import { coversOf } from './covers.ts';
import { changesOf, differences, withKey, withoutDefaults } from './rule-draft.ts';
import { whyNotReplayed } from './simulation-words.ts';
import { toYaml } from './to-yaml.ts';

describe('toYaml', () => {
  it('writes for people', () => {
    const rule = { id: 'a', on: ['input'], timeout: '2s', options: { allow: [], hosts: { '*.b.c': true } } };
    expect(toYaml({ rules: [rule] })).toBe(`rules:
  - id: a
    on: [input]
    timeout: 2s
    options:
      allow: []
      hosts:
        "*.b.c": true
`);
  });

  it('is read back as what it was, whatever it holds', () => {
    const random = seededRandom(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const texts = ['', 'a', 'yes', 'No', '1', '1e3', '0x1f', '2s', '2026-01-31', '- a', 'a: b', 'a #b', '*', '&a', '~', 'é\n"', '${X}', ' a ', 'null', '.5', '=', '<<', 'on', 'a:', '4MiB', '1_000', 'x'.repeat(200)]; // prettier-ignore
    const make = (depth: number): unknown => {
      const kind = depth > 3 ? 0 : Math.floor(random() * 4);
      if (kind === 2) return Array.from({ length: Math.floor(random() * 4) }, () => make(depth + 1));
      if (kind === 3) return Object.fromEntries(Array.from({ length: 3 }, () => [pick(texts), make(depth + 1)]));
      return pick<unknown>([...texts, 0, -1, 0.25, 1e21, true, false, null]);
    };
    for (let i = 0; i < 3000; i++) {
      const value = { all: make(0) };
      expect(parse(toYaml(value))).toEqual(value);
    }
  });
});

describe('a draft of a rule', () => {
  const schema = {
    properties: { mode: { default: 'enforce' }, roles: {}, options: { properties: { least: { default: 1 } } } },
  };

  it('says only what is not the default', () => {
    const draft = { id: 'a', mode: 'enforce', roles: undefined, options: { least: 1, list: [] } };
    expect(withoutDefaults(draft, schema, { list: [], least: 1 })).toEqual({ id: 'a' });
    const other = { id: 'a', mode: 'shadow', options: { least: 2, list: [] } };
    expect(withoutDefaults(other, schema, { list: [], least: 1 })).toEqual(other);
    expect(parse(changesOf(other))).toEqual({ rules: [other] });
  });

  it('tells what was changed, options by name', () => {
    const running = { id: 'a', action: 'flag', roles: ['user'], options: { least: 1, list: ['x'] } };
    const draft = withKey(withKey(running, 'roles', undefined), 'options', { least: 3, list: ['x'] });
    expect(differences(running, draft)).toEqual(['roles', 'options.least']);
    expect(differences(running, { ...running })).toEqual([]);
  });
});

describe('words', () => {
  it('shows no whole hash, and what is covered in a fixed order', () => {
    const covers = { hash: `hmac-sha256:${'ab'.repeat(32)}`, rules: ['r', 's'], teams: ['t'] };
    expect(coversOf(covers)).toEqual([
      { name: 'rule', value: 'r, s' },
      { name: 'value with hash', value: 'abababababab…' },
      { name: 'team', value: 't' },
    ]);
  });

  it('gives the reasons why exchanges were not replayed, the commonest first', () => {
    const notReplayed = { 'not-kept': 0, deleted: 2, masked: 9, altered: 0, 'not-read': 1 };
    const report = { notReplayed } as unknown as SimulationReport;
    expect(whyNotReplayed(report).map(({ count }) => count)).toEqual([9, 2, 1]);
  });
});
