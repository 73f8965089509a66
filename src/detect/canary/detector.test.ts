import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { releaseThroughGuard } from '../../../test/detect/release-through-guard.ts';
import type { Subject } from '../detector.ts';
import { NO_RESOURCES, type Resources } from '../resources.ts';
import { canary } from './detector.ts';

const subject: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };
const TOKEN = 'k7qm2-xd4tw-9vh3z-nb6cp';
const bytes = Buffer.from(TOKEN);

function watching(...tokens: string[]) {
  const planted = tokens.map((token, i) => ({ id: `c${i}`, note: `note ${i}`, token }));
  return canary.create(canary.defaults, { ...NO_RESOURCES, canaries: () => planted });
}

async function found(text: string): Promise<readonly string[]> {
  const findings = await watching(TOKEN).inspect(text, subject);
  return findings.map(({ span }) => text.slice(span.start, span.end));
}

const rot13 = (text: string) =>
  text.replace(/[a-z]/g, (unit) => String.fromCharCode(((unit.charCodeAt(0) - 84) % 26) + 97));

const WRITINGS: readonly (readonly [name: string, written: string])[] = [
  ['as it is', TOKEN],
  ['without hyphens', TOKEN.replaceAll('-', '')],
  ['in capitals', TOKEN.toUpperCase()],
  ['with spaces between all', [...TOKEN.replaceAll('-', '')].join(' ')],
  ['with words of Markdown around the groups', TOKEN.replace(/\w{5}/g, '**$&**')],
  ['with zero-width characters', [...TOKEN].join('\u200b')],
  ['one letter a line', [...TOKEN].join('\n')],
  ['full width', TOKEN.replace(/\w/g, (unit) => String.fromCharCode(unit.charCodeAt(0) + 0xfee0))],
  ['twelve of its letters', TOKEN.slice(3, 17)],
  ['reversed', [...TOKEN].toReversed().join('')],
  ['rot13', rot13(TOKEN)],
  ['base64 of a text that it stands in', Buffer.from(`so: ${TOKEN}!`).toString('base64')],
  ['base64, one byte on', Buffer.from(`so:  ${TOKEN}!`).toString('base64')],
  ['base64, two bytes on', Buffer.from(`so:   ${TOKEN}!`).toString('base64')],
  ['base64 in capitals', Buffer.from(TOKEN.toUpperCase()).toString('base64url')],
  ['hex', bytes.toString('hex')],
  ['hex in pairs', [...bytes].map((byte) => byte.toString(16).toUpperCase()).join(':')],
  ['percent, all', [...bytes].map((byte) => `%${byte.toString(16)}`).join('')],
  ['percent, hyphens', TOKEN.replaceAll('-', '%2D')],
  ['hex escapes', [...bytes].map((byte) => `\\x${byte.toString(16)}`).join('')],
  ['Unicode escapes', [...bytes].map((byte) => `\\u00${byte.toString(16)}`).join('')],
  ['character references', [...bytes].map((byte) => `&#${byte};`).join('')],
  ['hexadecimal character references', [...bytes].map((byte) => `&#x${byte.toString(16)};`).join('')],
  ['a list of hexadecimal numbers', [...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')],
];

describe('canary', () => {
  it('says when something else is planted, so that no answer from before is taken for one of now', () => {
    let planted = [{ id: 'a', note: null, token: TOKEN }];
    const inspector = canary.create(canary.defaults, { ...NO_RESOURCES, canaries: () => planted });
    const before = inspector.version!();
    assert.equal(inspector.version!(), before);
    assert.equal(canary.create(canary.defaults, { ...NO_RESOURCES, canaries: () => planted }).version!(), before);
    planted = [...planted];
    assert.notEqual(inspector.version!(), before);
  });

  for (const [name, written] of WRITINGS) {
    it(`knows a token: ${name}`, async () => {
      const findings = await found(`It says (${written}), I think.`);
      assert.equal(findings.length, 1);
      // Base64 shares its first and last letters with what stands around the token.
      if (!/^base64|^full/.test(name)) assert.ok(written.replace(/[^\w]+$/, '').endsWith(findings[0]!.slice(-4)));
    });
  }

  it('names the canary and the writing, and shows nothing of the token', async () => {
    const [finding] = await watching('b2b2b-c3c3c-d4d4d-f5f5f', TOKEN).inspect(bytes.toString('hex'), subject);
    assert.equal(finding!.message, 'The canary c1 (note 1), hex.');
    assert.equal(finding!.mask, '****');
    assert.equal(finding!.severity, 'high');
  });

  it('leaves a system prompt alone on its way to the model, and nothing else that comes in', async () => {
    const at = (origin: string) =>
      watching(TOKEN).inspect(TOKEN, { ...subject, stage: 'input', role: 'system', origin });
    assert.equal((await at('operator')).length, 0);
    for (const origin of ['user', 'tool', 'document', 'model', 'definition'])
      assert.equal((await at(origin)).length, 1);
  });

  it('follows what is planted while it runs, and builds its index only when that changes', async () => {
    let planted: { id: string; note: null; token: string }[] = [];
    const inspector = canary.create(canary.defaults, { ...NO_RESOURCES, canaries: () => planted });
    assert.equal((await inspector.inspect(TOKEN, subject)).length, 0);
    planted = [{ id: 'new', note: null, token: TOKEN }];
    assert.equal((await inspector.inspect(TOKEN, subject)).length, 1);
    planted = [];
    assert.equal((await inspector.inspect(TOKEN, subject)).length, 0);
  });

  it('fails, and does not pass, when it is not known what is planted', () => {
    const unknown: Resources['canaries'] = () => {
      throw new Error('no database');
    };
    const inspector = canary.create(canary.defaults, { ...NO_RESOURCES, canaries: unknown });
    assert.throws(() => inspector.inspect('anything', subject));
  });

  it('refuses tokens that could be a word', async () => {
    const { z } = await import('zod');
    const parse = (token: string) => canary.options(z).safeParse({ tokens: [{ id: 'a', token }] }).success;
    assert.equal(parse('correct-horse'), false);
    assert.equal(parse('--------------------------------'), false);
    assert.equal(parse('correct-horse-battery-staple'), true);
  });

  it('holds back five letters of ordinary text at most, and nothing where none are planted', () => {
    const text = 'The transfer left the account on Tuesday morning and should arrive within two working days';
    assert.equal(canary.create(canary.defaults).streaming!.holdFrom(text), text.length);
    const { streaming } = watching(TOKEN);
    for (let end = 0; end <= text.length; end++) {
      assert.ok(end - streaming!.holdFrom(text.slice(0, end)) <= 7);
    }
  });

  it('finds several tokens among many, written anyhow, and lets none of them leave a stream', async () => {
    const digit = fc.constantFrom(...'23456789bcdfghjkmnpqrstvwxz');
    const token = fc
      .array(digit, { minLength: 20, maxLength: 20 })
      .map((all) => all.join('').replace(/.{5}(?=.)/g, '$&-'));
    const noise = fc.constantFrom(' ', '-', '\u200b', '. ', '\n', '**', '\u00ad', '😀', '');
    const insert = (text: string, between: readonly string[]) =>
      [...text].map((unit, i) => unit + between[i % between.length]!).join('');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(token, { minLength: 2, maxLength: 6 }),
        fc.array(noise, { minLength: 1, maxLength: 7 }),
        fc.constantFrom('plain', 'hex', 'base64', 'reversed'),
        fc.stringMatching(/^[a-z ,.]{0,40}$/),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
        async (tokens, between, how, filler, sizes) => {
          const inspector = watching(...tokens);
          const write = (one: string) => {
            if (how === 'hex') return Buffer.from(one).toString('hex');
            if (how === 'base64') return Buffer.from(one).toString('base64');
            return how === 'reversed' ? [...one].toReversed().join('') : one;
          };
          const text = tokens.map((one) => insert(write(one), between)).join(` ${filler}! `);
          const whole = await inspector.inspect(text, subject);
          assert.ok(whole.length >= tokens.length - 1, `${whole.length} of ${tokens.length}`);
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; i++) {
            pieces.push(text.slice(at, (at += sizes[i % sizes.length]!)));
          }
          assert.equal(await releaseThroughGuard(inspector, subject, pieces, whole), -1);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is not stirred by random letters', async () => {
    const inspector = watching(
      ...Array.from({ length: 50 }, (_, i) => TOKEN.replace('k7', `${'bcdfghjkmn'[i % 10]}${i}`)),
    );
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z0-9-]{0,300}$/), async (text) => {
        assert.deepEqual(await inspector.inspect(text, subject), []);
      }),
      { numRuns: 300 },
    );
  });
});
