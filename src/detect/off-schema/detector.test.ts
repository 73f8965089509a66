import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { EMPTY_CONTEXT } from '../../../test/detect/fixture-inspector.ts';
import type { ExchangeContext, Subject } from '../detector.ts';
import { compileSchema } from './compile-schema.ts';
import { offSchema } from './detector.ts';

const TEXT: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };
const inExchange = (context: Partial<ExchangeContext>, options: unknown = {}) =>
  offSchema.create(offSchema.options(z).parse(options)).forExchange!({ ...EMPTY_CONTEXT, ...context });

async function says(schema: unknown, text: string): Promise<string> {
  const [finding] = await inExchange({ answerSchema: schema }).inspect(text, TEXT);
  return finding?.message ?? 'fits';
}

const mismatch = (schema: unknown, value: unknown) => {
  const found = compileSchema(schema).check(value);
  return found === null ? 'fits' : `${found.pointer} ${found.keyword}`;
};

describe('off-schema', () => {
  it('says where and which keyword, and never what stood there', async () => {
    const schema = {
      type: 'object',
      properties: { items: { type: 'array', items: { type: 'object', properties: { price: { type: 'number' } } } } },
      additionalProperties: { type: 'string' },
    };
    assert.equal(
      await says(schema, '{"items":[{"price":1},{"price":"hunter2"}]}'),
      'Does not fit its schema: /items/1/price (type).',
    );
    assert.equal(await says(schema, '{"hunter2":7}'), 'Does not fit its schema: /* (type).');
    assert.equal(await says(schema, '[]'), 'Does not fit its schema: the whole (type).');
    assert.equal(await says(schema, '{"items":[], "x":"y"}'), 'fits');
  });

  it('says where a text ends to be JSON', async () => {
    assert.match(await says({}, '{"a":1,}'), /^Is not JSON: .*line 1, column 8/);
    assert.match(await says({}, '{"a":1} and more'), /^Is not JSON: /);
    assert.match(await says({}, '['.repeat(200)), /nested more than 128 levels/);
  });

  it('takes one code block for what is in it, unless told otherwise', async () => {
    for (const text of ['```json\n{}\n```', '\n~~~\n{}\n~~~ \n', '````JSON\n{}\n````'])
      assert.equal(await says({}, text), 'fits');
    for (const text of ['```json\n{}\n``', '``` {} ```', '```\n{}\n```\n```\n{}\n```'])
      assert.match(await says({}, text), /not JSON/);
    const strict = inExchange({ answerSchema: {} }, { fenced: false });
    assert.equal((await strict.inspect('```json\n{}\n```', TEXT)).length, 1);
  });

  it('holds tool arguments against their own tool, and nothing against a tool that sent no schema', async () => {
    const inspector = inExchange({
      tools: [
        { name: 'pay', schema: { type: 'object', properties: { amount: { maximum: 100 } }, required: ['amount'] } },
        { name: 'code', schema: { type: 'grammar', syntax: 'lark' } },
        { name: 'note', schema: null },
      ],
    });
    const call = (tool: string, text: string) => inspector.inspect(text, { ...TEXT, kind: 'tool-arguments', tool });
    assert.deepEqual(await call('pay', '{"amount":99}'), []);
    const [finding] = await call('pay', '{"amount":101}');
    assert.equal(finding!.message, 'Does not fit its schema: /amount (maximum).');
    for (const tool of ['code', 'note', 'unknown']) assert.deepEqual(await call(tool, 'anything'), []);
    assert.deepEqual(await inspector.inspect('prose', TEXT), [], 'no schema is demanded of the text');
    assert.deepEqual(await inExchange({}).inspect('prose', TEXT), []);
  });

  it('holds texts in a stream only where a schema is demanded of them', () => {
    const tools = [{ name: 'pay', schema: { type: 'object' } }];
    const hold = (context: Partial<ExchangeContext>, more: Partial<Subject>) =>
      inExchange(context).streaming!.follow!('text', { ...TEXT, ...more }).holdFrom;
    assert.equal(hold({ answerSchema: {} }, {}), 0);
    assert.equal(hold({ tools }, {}), 4);
    assert.equal(hold({ answerSchema: {} }, { kind: 'reasoning' }), 4);
    assert.equal(hold({ tools }, { kind: 'tool-arguments', tool: 'pay' }), 0);
  });

  it('demands the configured schema and that of the request', async () => {
    const inspector = inExchange(
      { answerSchema: { required: ['a'] } },
      { schema: { type: 'object', required: ['b'] }, severity: 'low' },
    );
    assert.deepEqual(await inspector.inspect('{"a":1,"b":1}', TEXT), []);
    for (const text of ['{"a":1}', '{"b":1}']) assert.equal((await inspector.inspect(text, TEXT))[0]!.severity, 'low');
  });

  it('knows the keywords, and expressions in linear time', () => {
    for (const [schema, value, expected] of [
      [{ $ref: '#/$defs/n', $defs: { n: { type: 'integer' } } }, 1.5, ' type'],
      [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, ' anyOf'],
      [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 1, ' oneOf'],
      [{ not: { type: 'string' } }, 'x', ' not'],
      [JSON.parse('{ "if": { "type": "string" }, "then": { "minLength": 2 } }'), 'x', ' minLength'],
      [{ prefixItems: [{ type: 'string' }], items: false }, ['a', 1], '/1 additionalProperties'],
      [{ enum: ['a', 'b'] }, 'c', ' enum'],
      [{ const: { a: [1] } }, { a: [1] }, 'fits'],
      [{ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}b`, ' pattern or format'],
      [{ pattern: '^\\u0041$' }, 'A', 'fits'],
      [{ format: 'email' }, 'a@b.example', 'fits'],
      [{ format: 'date-time' }, 'yesterday', ' pattern or format'],
      [{ format: 'uri' }, `x:${'y'.repeat(5000)}`, ' pattern or format'],
      [{ format: 'made-up' }, 'anything', 'fits'],
      [
        { patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false },
        { 'x-a': 'b', c: 1 },
        '/* additionalProperties',
      ],
      [JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'), JSON.parse('{"__proto__":1}'), '/__proto__ type'],
      [{ description: 'any', examples: [{ $ref: 'x' }] }, 1, 'fits'],
      [true, 1, 'fits'],
      [false, 1, ' false'],
    ] as const) {
      assert.equal(mismatch(schema, value), expected, JSON.stringify(schema));
    }
  });

  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `d${i}`,
      { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
    ]),
  );
  for (const [name, schema, value, message] of [
    [
      'references that double',
      { $ref: '#/$defs/d0', $defs: { ...doubling, d40: { type: 'integer' } } },
      1,
      /too much work/,
    ],
    ['a reference to itself', { $ref: '#' }, 1, /too much work|could not be held/],
    ['a reference to elsewhere', { $ref: 'https://example.org/s.json' }, 1, /refers to what is not in the schema/],
    ['look-ahead', { pattern: '^(?=a)' }, 'a', /"\/pattern" is an expression that cannot be matched in linear time/],
    ['expressions for names', { patternProperties: { '(a+)+$': true } }, {}, /bounded time/],
    ['depth', JSON.parse(`${'{"not":'.repeat(100)}{}${'}'.repeat(100)}`) as unknown, 1, /too deep/],
    ['size', { enum: Array.from({ length: 30_000 }, (_, i) => i) }, 1, /too large/],
    ['dynamic references', { $dynamicRef: '#x' }, 1, /is not supported/],
    [
      'a list to look through',
      { uniqueItems: true },
      Array.from({ length: 3000 }, (_, i) => ({ i })),
      /more than 2000/,
    ],
    ['no schema', { properties: { a: 7 } }, {}, /"\/properties\/a" is no schema/],
  ] as const) {
    it(`fails, and neither hangs nor passes: ${name}`, () => {
      assert.throws(() => compileSchema(schema).check(value), message);
    });
  }

  it('leaves the validator as it was', async () => {
    const { format } = await import('@cfworker/json-schema');
    assert.deepEqual(
      Object.keys(format).filter((name) => name.startsWith('parapet')),
      [],
    );
  });

  it('refuses a configured schema that it could not use, and says where', () => {
    const { error } = offSchema.options(z).safeParse({ schema: { properties: { a: { pattern: '(?<=x)y' } } } });
    assert.match(error!.issues[0]!.message, /"\/properties\/a\/pattern"/);
  });
});
