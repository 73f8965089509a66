import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile } from './dockerfile.ts';
import { type HclBlock, parseHcl } from './hcl.ts';

test('a Dockerfile: continuations, comments inside, exec form, flags, here-documents, stages', () => {
  const text = [
    '# syntax=docker/dockerfile:1',
    'ARG BASE=ubuntu',
    'FROM --platform=linux/amd64 $BASE AS build',
    'RUN apt-get update && \\',
    '    # why',
    '',
    '    apt-get install -y curl',
    'RUN <<EOF',
    'curl http://x | sh',
    'EOF',
    'from scratch',
    'COPY --from=build /a /b',
    'CMD ["serve", "--host", "0.0.0.0"]',
  ].join('\n');
  const found = parseDockerfile(text)!;
  assert.deepEqual(
    found.map(({ name, stage }) => [name, stage]),
    [
      ['ARG', -1],
      ['FROM', 0],
      ['RUN', 0],
      ['RUN', 0],
      ['FROM', 1],
      ['COPY', 1],
      ['CMD', 1],
    ],
  );
  assert.equal(found[1]!.text, '$BASE AS build');
  assert.deepEqual(found[1]!.flags, ['platform=linux/amd64']);
  assert.match(found[2]!.text, /^apt-get update &&\s+apt-get install -y curl$/);
  assert.deepEqual(found[3]!.documents, ['curl http://x | sh']);
  assert.deepEqual(found[6]!.exec, ['serve', '--host', '0.0.0.0']);
  assert.equal(text.slice(found[6]!.start, found[6]!.start + 3), 'CMD');
});

test('the escape directive, and what is no Dockerfile', () => {
  const windows = parseDockerfile('# escape=`\nFROM x\nRUN a `\n b\\')!;
  assert.match(windows[1]!.text, /^a\s+b\\$/);
  assert.equal(parseDockerfile('hello: world'), null);
  assert.equal(parseDockerfile('RUN x'), null);
  assert.equal(parseDockerfile(''), null);
});

const body = (text: string): HclBlock => {
  const result = parseHcl(text);
  assert.ok(result.ok, result.ok ? '' : result.reason);
  return result.body;
};

test('HCL: blocks with labels, nested blocks, values that are written out, expressions as text', () => {
  const root = body(`
# comment
resource "aws_s3_bucket" "models" { // another
  bucket = "models"
  acl    = var.acl
  tags   = { Name = "x", "k-2" : 3 }
  list   = ["a", "b", local.c]
  open   = true
  count  = 2 + 1
  name   = "a-\${var.x["k"]}-b"
  policy = <<-EOT
    { "x": "}" }
  EOT
  versioning {
    enabled = false
  }
  /* done */
}
dynamic_thing = [for k in var.ks : k if k != ""]
f = merge({ a = 1 }, var.b)
`);
  const resource = root.blocks[0]!;
  assert.deepEqual([resource.type, ...resource.labels], ['resource', 'aws_s3_bucket', 'models']);
  const kinds = Object.fromEntries(resource.attributes.map(({ name, value }) => [name, value.kind]));
  assert.deepEqual(kinds, {
    bucket: 'string',
    acl: 'expression',
    tags: 'object',
    list: 'list',
    open: 'boolean',
    count: 'expression',
    name: 'expression',
    policy: 'string',
  });
  assert.equal(resource.blocks[0]!.type, 'versioning');
  assert.deepEqual(
    root.attributes.map(({ value }) => value.kind),
    ['expression', 'expression'],
  );
});

test('damaged HCL is told with its place, and nothing is followed without end', () => {
  for (const [text, at] of [
    ['resource "a" {', 0],
    ['a = "x', 4],
    ['}', 0],
    ['a = [1, 2', 4],
    ['a = <<EOT\nx', 4],
    ['a = (1', 4],
  ] as const) {
    const result = parseHcl(text);
    assert.ok(!result.ok, text);
    assert.equal(result.at, at, text);
  }
  assert.equal(parseHcl('a {'.repeat(5000)).ok, false);
  assert.equal(parseHcl(`a = ${'['.repeat(5000)}`).ok, false);
});
