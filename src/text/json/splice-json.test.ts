import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../../core/fault.ts';
import { spliceJson } from './splice-json.ts';
import type { JsonEdit } from './splice-json.ts';

type Path = (string | number)[];
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const SHAPE = fc.letrec<{ value: Json; object: Json; array: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, -1.5, 1e21, 'plain', 'a "quoted" \\ text', '{"in":["a","string"]}', 'é😀\ud800'),
    tie('object'),
    tie('array'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'é', '1', 'x"y'), tie('value'), { maxKeys: 5 }),
  array: fc.array(tie('value'), { maxLength: 5 }),
}));

/** Writes a value with random white space and random escapes, and notes where each value stands. */
function write(value: Json, random: () => number, spans: Map<string, string>, path: Path = []): string {
  const blank = () => ['', '', ' ', '\n\t', '\r\n '][Math.floor(random() * 5)]!;
  /** A string with some letters as `\u` escapes, where it has no escapes of its own. */
  const string = (text: string) => {
    const plain = JSON.stringify(text);
    if (plain.includes('\\')) return plain;
    return plain.replace(/[a-z]/g, (char) => (random() < 0.1 ? `\\u00${char.charCodeAt(0).toString(16)}` : char));
  };
  let text: string;
  if (Array.isArray(value)) {
    text = `[${blank()}${value.map((item, i) => write(item, random, spans, [...path, i])).join(`${blank()},${blank()}`)}${blank()}]`;
  } else if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, item]) => {
      const spelled = key === 'a' && random() < 0.5 ? '"\\u0061"' : string(key);
      return `${spelled}${blank()}:${blank()}${write(item, random, spans, [...path, key])}`;
    });
    text = `{${blank()}${members.join(`${blank()},${blank()}`)}${blank()}}`;
  } else {
    text = typeof value === 'string' ? string(value) : value === 1e21 ? '1000.0e18' : JSON.stringify(value);
  }
  spans.set(JSON.stringify(path), text);
  return text;
}

function paths(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, child]) =>
    paths(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...below];
}

function parentOf(root: Json, path: Path): Record<string, Json> {
  return path.slice(0, -1).reduce<Json>((node, step) => (node as Record<string, Json>)[step]!, root) as Record<
    string,
    Json
  >;
}

/** The reference: parse, change the values, and compare as values. */
function edited(root: Json, edits: readonly JsonEdit[]): Json {
  const holder = { root: structuredCloneOwn(root) };
  const set = (path: Path, value: Json) =>
    Object.defineProperty(parentOf(holder, ['root', ...path]), path.at(-1) ?? 'root', {
      value, writable: true, enumerable: true, configurable: true }); // prettier-ignore
  const removals: Path[] = [];
  for (const edit of edits) {
    if ('remove' in edit) removals.push([...edit.path]);
    else set([...edit.path], ('insert' in edit ? edit.insert : edit.value) as Json);
  }
  // Elements are taken out from the back, so that indices stay true.
  removals.sort((a, b) => Number(b.at(-1)) - Number(a.at(-1)) || 0);
  for (const path of removals) {
    const parent = parentOf(holder, ['root', ...path]);
    if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
    else delete parent[path.at(-1)!];
  }
  return holder.root;
}

const structuredCloneOwn = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

test('splicing equals parse, edit, compare; what no edit names stays byte for byte', () => {
  let effective = 0;
  fc.assert(
    fc.property(SHAPE.value, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (shape, stream) => {
      const random = () => stream.next().value as number;
      const root = structuredCloneOwn(shape);
      const spans = new Map<string, string>();
      const text = write(root, random, spans);
      const edits: JsonEdit[] = [];
      for (const path of paths(root)) {
        const chance = random();
        const nested = edits.some((edit) => edit.path.every((step, index) => path[index] === step));
        if (nested) continue;
        const here = path.reduce<Json>((node, step) => (node as Record<string, Json>)[step]!, root);
        if (chance < 0.15) edits.push({ path, value: 'NEW "value"' });
        else if (chance < 0.3 && path.length > 0) edits.push({ path, remove: true });
        else if (chance < 0.4 && typeof here === 'object' && here !== null && !Array.isArray(here)) {
          edits.push({ path: [...path, 'added'], insert: { x: [1] } });
        }
      }
      const result = spliceJson(text, edits);
      assert.deepEqual(JSON.parse(result), edited(root, edits));
      if (edits.length === 0) assert.equal(result, text);
      else effective++;
      for (const [path, span] of spans) {
        const steps = JSON.parse(path) as Path;
        const touched = edits.some((edit) => {
          const shorter = Math.min(edit.path.length, steps.length);
          return edit.path.slice(0, shorter).every((step, index) => steps[index] === step);
        });
        if (!touched) assert.ok(result.includes(span), `${span} is gone from ${result}`);
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(effective > 500);
});

test('leaves every other byte alone', () => {
  const text = '{ "n": 1.0e+2,\n\t"k\\u0065y" : "old",\t"u":[ 1 ,2,  3 ] }\n';
  assert.equal(
    spliceJson(text, [{ path: ['key'], value: 'a"b' }]),
    '{ "n": 1.0e+2,\n\t"k\\u0065y" : "a\\"b",\t"u":[ 1 ,2,  3 ] }\n',
  );
  assert.equal(spliceJson(text, [{ path: ['n'], remove: true }]), '{ "k\\u0065y" : "old",\t"u":[ 1 ,2,  3 ] }\n');
  assert.equal(spliceJson(text, [{ path: ['u', 1], remove: true }]), text.replace(' ,2', ''));
  assert.equal(spliceJson(text, [{ path: ['u', 2], remove: true }]), text.replace(',  3', ''));
  assert.equal(
    spliceJson('{"a":{}}', [
      { path: ['a', 'b'], insert: true },
      { path: ['c'], insert: null },
    ]),
    '{"a":{"b":true},"c":null}',
  );
  assert.equal(
    spliceJson('{"a":1}', [
      { path: ['a'], remove: true },
      { path: ['b'], insert: 2 },
    ]),
    '{"b":2}',
  );
  assert.equal(spliceJson('{"a":1}', [{ path: ['a'], insert: 2 }]), '{"a":2}');
});

test('goes into the JSON that a string holds', () => {
  const text = JSON.stringify({ arguments: '{"to": "\\u0061lice", "n":1.0}' });
  const result = spliceJson(text, [{ path: ['arguments', 'to'], value: '[NAME]' }]);
  assert.equal((JSON.parse(result) as { arguments: string }).arguments, '{"to": "[NAME]", "n":1.0}');
});

test('an outer edit swallows the inner ones', () => {
  const edits = [{ path: ['a', 'b'], value: 1 }, { path: ['a'], value: 'x' }, { path: ['c', 0], value: 2 }, { path: ['c'], remove: true as const }]; // prettier-ignore
  assert.equal(spliceJson('{"a":{"b":0},"c":[0],"d":0}', edits), '{"a":"x","d":0}');
});

test('refuses what it cannot do exactly', () => {
  const refuses = (text: string, edits: JsonEdit[], code: string) =>
    assert.throws(
      () => spliceJson(text, edits),
      (error: unknown) => isFault(error) && error.code === code,
    );
  refuses('{"a":1}', [{ path: ['b'], value: 1 }], 'ERR_INTERNAL');
  refuses('{"a":1}', [{ path: ['b'], remove: true }], 'ERR_INTERNAL');
  refuses('{"a":1}', [{ path: ['b', 'c'], insert: 1 }], 'ERR_INTERNAL');
  refuses('{"a":1}', [{ path: ['a', 'c'], insert: 1 }], 'ERR_INTERNAL');
  refuses('[1]', [{ path: [1], insert: 1 }], 'ERR_INTERNAL');
  refuses('[1]', [{ path: [1], value: 1 }], 'ERR_INTERNAL');
  refuses('[1]', [{ path: ['0'], value: 1 }], 'ERR_INTERNAL');
  refuses('[1]', [{ path: [], remove: true }], 'ERR_INTERNAL');
  refuses('[1]', [{ path: [0], value: undefined }], 'ERR_INTERNAL');
  refuses(
    '[1]',
    [
      { path: [0], value: 1 },
      { path: [0], value: 2 },
    ],
    'ERR_INTERNAL',
  );
  refuses('{"a":"secret","a":"x"}', [{ path: ['a'], value: 'y' }], 'ERR_BODY_MALFORMED');
  refuses('{"a":"secret","\\u0061":"x"}', [{ path: ['a'], remove: true }], 'ERR_BODY_MALFORMED');
  refuses('{"a":{"x":1},"a":{}}', [{ path: ['a', 'x'], value: 'y' }], 'ERR_BODY_MALFORMED');
});
