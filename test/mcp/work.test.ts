import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanText } from '../../src/mcp/clean-text.ts';
import { checkElicitation } from '../../src/mcp/elicitation-rules.ts';
import { inspectOffer } from '../../src/mcp/inspect-offer.ts';
import { OFFER_RULES } from '../../src/detect/offer-rules.ts';
import { readEvents } from '../../src/mcp/read-events.ts';
import { readChallenge } from '../../src/mcp/oauth/read-challenge.ts';

/**
 * What checks cost on texts that were made to cost much, counted in looks at a character. The engine of the phrases and the scanners
 * read nothing in another way, so that the count is all of their work; and no time is measured.
 */
async function looks(work: () => unknown): Promise<number> {
  const plain = { charCodeAt: String.prototype.charCodeAt, codePointAt: String.prototype.codePointAt };
  let count = 0;
  String.prototype.charCodeAt = function (at) {
    count++;
    return plain.charCodeAt.call(this, at);
  };
  String.prototype.codePointAt = function (at) {
    count++;
    return plain.codePointAt.call(this, at);
  };
  try {
    await work();
  } finally {
    Object.assign(String.prototype, plain);
  }
  return count;
}

/** Looks per character, for a text of `size` and one of four times that. */
async function growth(
  make: (size: number) => string,
  work: (text: string) => unknown,
): Promise<readonly [number, number]> {
  const rate = async (size: number): Promise<number> => {
    const text = make(size);
    return (await looks(() => work(text))) / text.length;
  };
  await rate(100); // What is made at the first use is made.
  return [await rate(2000), await rate(8000)];
}

/** Beginnings of phrases that are never finished, each of which a backtracking engine would try at every place. */
const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
  'beginnings of every phrase': (size) =>
    'never ignore all keep before using whenever you must call this pass the whole change the copy every read the '.repeat(
      size / 100,
    ),
  'one word again and again': (size) => 'never '.repeat(size / 6),
  'gaps as long as they may be': (size) => `do not ${'aaaaaaaaaaaaaaaaaaaaaaaa '.repeat(size / 25)}`,
  'words of one letter': (size) => `do not ${'a '.repeat(size / 2)}tell`,
  'marks that do not end': (size) => '<system '.repeat(size / 8),
  'pipes that do not end': (size) => '<|im_start'.repeat(size / 10),
  'paths that lead nowhere': (size) => '/home/aaaa/.'.repeat(size / 12),
  'spaces alone': (size) => ' '.repeat(size),
};

for (const [name, make] of Object.entries(HOSTILE)) {
  test(`phrases: ${name}`, async () => {
    const [small, large] = await growth(make, (text) => OFFER_RULES.map(({ pattern }) => pattern().test(text)));
    assert.ok(large > 0.5, 'the work is counted');
    assert.ok(
      large <= small * 1.5 + 1,
      `${small} looks a character for a short text, ${large} for one of four times that`,
    );
    assert.ok(large <= 40 * OFFER_RULES.length, `${large} looks a character`);
  });
}

test('the whole inspection of an offer grows as the offer does', async () => {
  for (const make of Object.values(HOSTILE)) {
    const context = { foreign: new Set(['read_file']), longest: 100_000 };
    const [small, large] = await growth(make, (text) => inspectOffer({ description: text }, context));
    assert.ok(large <= small * 2 + 5, `${small} and ${large} looks a character`);
  }
});

test('a form that asks for secrets without end', async () => {
  for (const piece of ['do not give ', 'never share pass', 'passwor ', 'one time ', 'card number'.slice(0, 7), 'aA']) {
    const work = (text: string): unknown =>
      checkElicitation({ message: '', requestedSchema: { type: 'object', title: text } }, 's', 'all');
    const [small, large] = await growth((size) => piece.repeat(size / piece.length), work);
    assert.ok(large <= small * 1.5 + 5, `${piece}: ${small} and ${large} looks a character`);
  }
});

test('terminal sequences that do not end', async () => {
  for (const piece of ['\u001b]', '\u001b', '\u001b]aaaa', '\u001bP;', '\u001b[1;1', '\u009b', '\u001b]\u001b[']) {
    const [small, large] = await growth((size) => piece.repeat(size / piece.length), cleanText);
    assert.ok(large > 0.5);
    assert.ok(large <= Math.max(small * 1.5, 8), `${JSON.stringify(piece)}: ${small} and ${large} looks a character`);
  }
});

test('a line that comes in many pieces is looked at once', async () => {
  const read = async (text: string): Promise<number> => {
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < text.length; at += 8) yield Buffer.from(text.slice(at, at + 8));
      await Promise.resolve();
    };
    let events = 0;
    for await (const { data } of readEvents(pieces(), 1_000_000)) if (data !== null) events++;
    return events;
  };
  for (const make of [
    (size: number) => `data: ${'x'.repeat(size)}\n\n`,
    (size: number) => 'data: x\r\n\r\n'.repeat(size / 11),
    (size: number) => '\r'.repeat(size),
    (size: number) => 'data\n'.repeat(size / 5),
  ]) {
    const [small, large] = await growth(make, read);
    assert.ok(large > 0.5);
    assert.ok(large <= small * 1.2 + 0.5, `${small} and ${large} looks a character`);
  }
  assert.equal(await read('data: a\rdata: b\r\rdata: c\r\n\r\ndata: d\n\nid: 1\n\n: e\n\n'), 3);
});

test('a challenge of many parts', () => {
  const long = 'a="b", '.repeat(1100);
  assert.deepEqual(readChallenge(`Bearer ${long}error="x"`.slice(0, 8000)).scopes, []);
});
