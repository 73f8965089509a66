import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { DETECTORS } from '../detect/registry.ts';
import { STARTER_CONFIG } from './starter-config.ts';
import { RECOMMENDED_RULES } from '../config/recommended-rules.ts';
import { configSchema, type ConfigInput } from '../config/schema.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = async (path: string) => parse(await readFile(join(ROOT, path), 'utf8')) as ConfigInput;

/** Detectors that say nothing before somebody has told them what to look for. */
const NEED_WORDS = ['custom', 'encoder', 'judge', 'language', 'off-schema', 'topic'];

const detectorsOf = (rules: ConfigInput['rules']) => new Set((rules ?? []).map(({ detector }) => detector as string));

test('every detector that works by itself is recommended, and used by the demo', async () => {
  const all = DETECTORS.map(({ meta }) => meta.id as string).filter((id) => !NEED_WORDS.includes(id));
  const { rules } = parse(RECOMMENDED_RULES) as ConfigInput;
  assert.deepEqual(all.filter((id) => !detectorsOf(rules).has(id)), []); // prettier-ignore
  const bank = await read('examples/bank/parapet.yaml');
  assert.deepEqual(all.filter((id) => !detectorsOf(bank.rules).has(id)), []); // prettier-ignore
});

test('what `parapet init` writes is valid, and its rules are the recommended ones', () => {
  const written = parse(STARTER_CONFIG) as ConfigInput;
  assert.deepEqual(written.rules, (parse(RECOMMENDED_RULES) as ConfigInput).rules);
  const parsed = configSchema.safeParse({
    ...written,
    upstreams: written.upstreams.map((upstream) => ({ ...upstream, key: 'sk-test' })),
  });
  assert.deepEqual(parsed.error?.issues ?? [], []);
});

test('judgements of the statistical detectors of attacks stop nobody before somebody has looked at them', () => {
  const { rules = [] } = parse(RECOMMENDED_RULES) as ConfigInput;
  for (const { detector, mode, action } of rules) {
    const isJudgement = DETECTORS.find(({ meta }) => meta.id === detector)!.meta.cost === 'model';
    if (isJudgement) assert.ok(mode === 'shadow' || action === 'flag', detector);
  }
});

test('the documentation shows them as they are', async () => {
  for (const path of ['docs/rules.md', 'README.md']) {
    const text = await readFile(join(ROOT, path), 'utf8');
    assert.ok(text.includes(RECOMMENDED_RULES), `${path} has other rules than src/config/recommended-rules.ts`);
  }
});
