import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Segment } from '../../conversation/segment.ts';
import type { Subject } from '../../detect/detector.ts';
import { makePdf, makePng, pdfText, pngText } from '../../formats/testing/make-files.ts';
import { DecisionLog } from '../decision-log.ts';
import { inspectSegments } from '../inspect-segments.ts';
import type { Rule } from '../rule.ts';
import { FileReader } from './file-reader.ts';
import { type FileOptions, fileSettings } from './file-settings.ts';
import { readFiles } from './read-files.ts';

const reader = new FileReader();
after(() => reader.close());

const OPTIONS: FileOptions = {
  files: { images: 'allow', maxBytes: 1 << 20, maxText: 10_000, maxPages: 10, timeout: 20_000 },
};

const media = (index: number, more: Partial<Segment> = {}): Segment => ({
  id: `m[${index}]`,
  path: ['m', index],
  role: 'user',
  origin: 'user',
  kind: 'media',
  text: '',
  message: 0,
  media: { type: 'file', bytes: 1 },
  ...more,
});

/** A rule that finds nothing and remembers what it was told of each text. */
function listening(more: Partial<Rule> = {}): Rule & { readonly heard: (readonly [string, Subject])[] } {
  const heard: (readonly [string, Subject])[] = [];
  return {
    id: 'listening', detector: 'none', on: ['input'], action: 'block', mode: 'enforce', onFailure: 'block', timeout: 60_000, maxText: 100_000,
    inspector: { inspect: (text, subject) => (heard.push([text, subject]), []) }, heard, ...more,
  }; // prettier-ignore
}

const run = async (
  files: readonly Uint8Array[],
  rules: readonly Rule[],
  options = OPTIONS,
  more: Partial<Segment> = {},
) => {
  const log = new DecisionLog();
  const body = { m: files.map((file) => Buffer.from(file).toString('base64')) };
  const segments = files.map((_, index) => media(index, more));
  const texts = await readFiles('input', body, segments, { reader, settings: fileSettings(options), rules, log });
  await inspectSegments(rules, 'input', texts, log);
  return { texts, log };
};

test('detectors are told that a text is a document, whose it is, and whether a person sees it', async () => {
  const rule = listening();
  const file = makePdf([{ content: pdfText('seen') + pdfText('white', { y: 600, before: '1 1 1 rg' }) }]);
  const { texts } = await run([file], [rule], OPTIONS, { role: 'tool', origin: 'tool', tool: 'fetch', call: 'c1' });
  assert.deepEqual(
    texts.map(({ id, path, role, origin, kind, tool, call, file: told }) => ({
      id,
      path,
      role,
      origin,
      kind,
      tool,
      call,
      told,
    })),
    ['page=1', 'page=1;hidden'].map((part) => ({
      id: `m[0]#${part}`, path: ['m', 0], role: 'tool', origin: 'document', kind: 'text', tool: 'fetch', call: 'c1', told: { hidden: part !== 'page=1' },
    })), // prettier-ignore
  );
  const [first, second] = rule.heard;
  assert.deepEqual(first, [
    'seen\nwhite',
    { stage: 'input', role: 'tool', origin: 'document', kind: 'text', tool: 'fetch' },
  ]);
  assert.deepEqual(second, [
    'white',
    { stage: 'input', role: 'tool', origin: 'document', kind: 'text', tool: 'fetch', hidden: true },
  ]);
});

test('all files of one message share the room for text', async () => {
  const rule = listening();
  const file = (letter: string): Uint8Array => Buffer.from(letter.repeat(6000));
  const { texts, log } = await run([file('a'), file('b'), file('c')], [rule]);
  assert.equal(
    texts.reduce((sum, { text }) => sum + text.length, 0),
    10_000,
  );
  const decision = log.decisions().find(({ rule: id }) => id === 'uninspectable');
  assert.deepEqual([decision?.status, decision?.action], ['skipped', 'block']);
  assert.deepEqual(
    decision?.evidence.map(({ segment }) => segment),
    ['m[1]', 'm[2]'],
  );
  assert.equal(log.action, 'block');
});

test('an empty file is nothing that was missed, and a file nobody looks at is not read', async () => {
  const { log } = await run([new Uint8Array()], [listening()]);
  assert.deepEqual(
    log.decisions().map(({ status }) => status),
    ['clean'],
  );
  const other = await run([Buffer.from('%PDF-')], [listening({ on: ['output'] })]);
  assert.deepEqual(other.log.decisions(), []);
});

test('the reason that is given is the one that decided', async () => {
  const { log } = await run(
    [makePng([]), Buffer.from('%PDF- broken'), makePng([pngText('Comment', 'x')])],
    [listening()],
  );
  const decision = log.decisions().find(({ rule: id }) => id === 'uninspectable');
  assert.match(decision?.reason ?? '', /damaged/);
  assert.deepEqual(
    decision?.evidence.map(({ rule }) => rule),
    ['uninspectable/pixels', 'uninspectable/damaged', 'uninspectable/pixels'],
  );
});

test('more files than anybody sends are a limit', async () => {
  const { log } = await run(
    Array.from({ length: 205 }, () => Buffer.from('x')),
    [listening()],
  );
  assert.match(log.decisions().find(({ rule: id }) => id === 'uninspectable')?.reason ?? '', /more than 200 files/);
});

test('what happens is chosen by one key, and by finer ones where they are given', () => {
  const actions = (options: FileOptions): string =>
    (['pixels', 'audio', 'video', 'reference', 'encrypted', 'timeout'] as const)
      .map((reason) => fileSettings(options).actionFor(reason))
      .join(' ');
  const { files } = OPTIONS;
  assert.equal(actions(OPTIONS), 'allow allow allow allow block block');
  assert.equal(actions({ files, uninspectable: 'review' }), 'allow review review review review review');
  assert.equal(actions({ files, uninspectable: 'allow' }), 'allow allow allow allow allow allow');
  assert.equal(
    actions({ files: { ...files, images: 'block', audio: 'review', references: 'allow' }, uninspectable: 'block' }),
    'block review review allow block block',
  );
  assert.equal(fileSettings(OPTIONS).explicit, false);
  assert.equal(fileSettings({ files, uninspectable: 'block' }).explicit, true);
});

test('the record says what was read, and what else the files have', async () => {
  const page = Buffer.from('<!doctype html><p>seen</p><p hidden>not seen</p><script>x()</script>');
  const { log } = await run([page, makePng([pngText('Comment', 'x')])], [listening()]);
  const decision = log.decisions().find(({ rule: id }) => id === 'files');
  assert.equal(decision?.reason, 'Read html, png: 4 texts; also: script, hidden text');
  assert.deepEqual([decision?.status, decision?.action], ['clean', 'allow']);
});

test('rules in shadow change nothing, and neither does what they could not read, unless the operator said so', async () => {
  const shadow = await run([Buffer.from('%PDF- broken')], [listening({ mode: 'shadow' })]);
  const decision = shadow.log.decisions().find(({ rule: id }) => id === 'uninspectable');
  assert.deepEqual([decision?.mode, decision?.status, decision?.action], ['shadow', 'skipped', 'block']);
  assert.equal(shadow.log.action, 'allow');
  const both = await run([Buffer.from('%PDF- broken')], [listening({ mode: 'shadow' }), listening()]);
  assert.equal(both.log.action, 'block');
  const told = await run([Buffer.from('%PDF- broken')], [listening({ mode: 'shadow' })], {
    ...OPTIONS,
    uninspectable: 'review',
  });
  assert.equal(told.log.action, 'review');
});
