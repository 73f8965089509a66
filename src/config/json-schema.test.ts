import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configJsonSchema, configJsonSchemaText } from './json-schema.ts';

const published = join(import.meta.dirname, '../../docs/reference/parapet.schema.json');

test('the published schema is the present one', () => {
  assert.ok(existsSync(published), 'docs/reference/parapet.schema.json is missing: run `npm run docs`');
  assert.equal(readFileSync(published, 'utf8'), configJsonSchemaText(), 'out of date: run `npm run docs`');
});

test('it describes what the file may say: defaults are optional, unknown keys are refused, units are patterns', () => {
  const schema = configJsonSchema() as {
    readonly required: readonly string[];
    readonly additionalProperties: boolean;
    readonly properties: Readonly<Record<string, { readonly properties?: Readonly<Record<string, object>> }>>;
  };
  assert.deepEqual(schema.required, ['upstreams']);
  assert.equal(schema.additionalProperties, false);
  const body = schema.properties['limits']?.properties?.['body'] as { readonly type: string; readonly pattern: string };
  assert.equal(body.type, 'string');
  assert.ok(new RegExp(body.pattern).test('32MiB'));
  assert.ok(!new RegExp(body.pattern).test('32'));
});

test('for editors a reference may stand wherever a value has a form, and nowhere else', () => {
  const schema = JSON.parse(configJsonSchemaText()) as {
    readonly $defs: { readonly reference: { readonly pattern: string } };
    readonly properties: {
      readonly listen: { readonly properties: { readonly port: { readonly anyOf: readonly object[] } } };
      readonly state: { readonly type: string };
      readonly upstreams: { readonly items: { readonly required: readonly string[] } };
    };
  };
  const { listen, state, upstreams } = schema.properties;
  assert.deepEqual(listen.properties.port.anyOf, [
    { type: 'integer', minimum: 0, maximum: 65_535 },
    { $ref: '#/$defs/reference' },
  ]);
  assert.equal(state.type, 'string');
  assert.ok(upstreams.items.required.includes('dialect'));
  const pattern = new RegExp(schema.$defs.reference.pattern);
  for (const text of ['${PORT}', '${PORT:-8787}', 'a${B}c']) assert.ok(pattern.test(text), text);
  for (const text of ['8787', '$PORT', '${}', '${A B}']) assert.ok(!pattern.test(text), text);
});
