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
