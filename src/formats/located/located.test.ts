import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse as parseYamlPlainly, stringify } from 'yaml';
import { parseJsonc } from './jsonc.ts';
import { LineIndex } from './line-index.ts';
import { leavesOf, type Located, type LocatedResult, memberAt, plainOf, textOf } from './located.ts';
import { parseToml } from './toml.ts';
import { parseYaml, parseYamlDocuments } from './yaml.ts';

const root = (result: LocatedResult): Located => {
  assert.ok(result.ok, JSON.stringify(result));
  return result.root;
};

test('JSON reads as JSON.parse does, and every leaf stands where it says', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(0, 1, 4), (json, indent) => {
      const value: unknown = JSON.parse(json);
      const text = JSON.stringify(value, null, indent);
      const tree = root(parseJsonc(text));
      assert.deepEqual(plainOf(tree), value);
      for (const { node } of leavesOf(tree)) assert.deepEqual(JSON.parse(text.slice(node.start, node.end)), node.value);
    }),
  );
});

test('YAML reads as the library does', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (json) => {
      // The library merges nothing unless it is told to, and then refuses what is no map.
      fc.pre(!json.includes('"<<"'));
      const text = stringify(JSON.parse(json));
      assert.deepEqual(plainOf(root(parseYaml(text))), parseYamlPlainly(text, { uniqueKeys: false }));
    }),
  );
});

test('comments and trailing commas of editors', () => {
  const text = '\ufeff{ // c "x"\n "a": [1, /* , */ 2,],\n "url": "http://x/*y*/",\n}';
  assert.deepEqual(plainOf(root(parseJsonc(text))), { a: [1, 2], url: 'http://x/*y*/' });
});

test('a name that is there twice means its last', () => {
  assert.equal(textOf(memberAt(root(parseJsonc('{"a":1,"a":2}')), 'a')), '2');
  assert.equal(textOf(memberAt(root(parseYaml('a: 1\na: 2')), 'a')), '2');
});

test('YAML: what is no map under a merge key, and a quoted one, are members like others', () => {
  for (const text of ['<<: false', '<<: hidden', '<<: [{a: 1}, b]', '<<: []', '"<<": {a: 1}'])
    assert.deepEqual(plainOf(root(parseYaml(text))), parseYamlPlainly(text), text);
});

test('YAML: merge keys, aliases, several documents, text of numbers', () => {
  const tree = root(parseYaml('base: &b {x: 1, y: 1.10}\none:\n  <<: *b\n  x: 2\n'));
  assert.deepEqual(plainOf(memberAt(tree, 'one')!), { x: 2, y: 1.1 });
  assert.equal(textOf(memberAt(tree, 'one', 'y')), '1.10');
  assert.equal(parseYamlDocuments('a: 1\n---\nb: 2\n').length, 2);
});

test('TOML 1.0', () => {
  const text = [
    'title = "a\\u00e9\\tb" # c', "path = 'C:\\x'", 'n = 1_000', 'h = 0xff', 'f = -1.5e3', 'd = 1979-05-27 07:32:00Z',
    'long = """', 'one \\', '   two"""', 'a.b."c.d" = [1, [2, 3],] ', '[mcp_servers.x]', 'command = "npx"', 'env = { A = "1", B.C = true }',
    '[[list]]', 'name = 1', '[[list]]', 'name = 2', '[list.inner]', "v = ''''q'''''",
  ].join('\n'); // prettier-ignore
  assert.deepEqual(plainOf(root(parseToml(text))), {
    title: 'aé\tb',
    path: 'C:\\x',
    n: 1000,
    h: 255,
    f: -1500,
    d: '1979-05-27 07:32:00Z',
    long: 'one two',
    a: { b: { 'c.d': [1, [2, 3]] } },
    mcp_servers: { x: { command: 'npx', env: { A: '1', B: { C: true } } } },
    list: [{ name: 1 }, { name: 2, inner: { v: "'q''" } }],
  });
});

test('damage has a place and a reason, and nothing throws', () => {
  const damaged: readonly [(text: string) => LocatedResult, string, number][] = [
    [parseJsonc, '{"a": }', 6],
    [parseJsonc, '{"a": 1', 7],
    [parseJsonc, '["\\q"]', 1],
    [parseJsonc, '/* x', 0],
    [parseToml, 'a = ', 4],
    [parseToml, 'a = 1 b', 6],
    [parseToml, '[a', 2],
  ];
  for (const [parse, text, at] of damaged) {
    const result = parse(text);
    assert.ok(!result.ok && result.at === at && result.reason.length > 5, `${text} ${JSON.stringify(result)}`);
  }
  for (const parse of [parseJsonc, parseToml, parseYaml]) {
    const deep = parse === parseToml ? `a = ${'['.repeat(100_000)}` : '['.repeat(100_000);
    assert.ok(!parse(deep).ok);
    fc.assert(fc.property(fc.string(), (text) => typeof parse(text).ok === 'boolean'));
  }
  const bomb = `a: &a [1,2,3,4,5,6,7,8,9]\n${'bcdefgh'.replace(/./g, (c, i: number) => `${c}: &${c} [${Array(9).fill(`*${'abcdefg'[i]}`).join(',')}]\n`)}`;
  assert.ok(!parseYaml(bomb).ok);
});

test('lines, columns and bytes', () => {
  const lines = new LineIndex('a\r\nbé\u{1f600}x\rc\n');
  assert.deepEqual(lines.place(0), { offset: 0, line: 1, column: 1 });
  assert.deepEqual(lines.place(7), { offset: 10, line: 2, column: 5 });
  assert.deepEqual(lines.place(9), { offset: 12, line: 3, column: 1 });
  assert.equal(lines.lines, 4);
});
